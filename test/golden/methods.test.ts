// Truth: the golden files beside this one: requests and answers of every method, written by hand from the contract.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { MESSENGERS, type Messenger } from '../../src/model/messenger.ts'
import { objectIn } from '../support/road.ts'
import { PARTNER_TOKEN, pathOf, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'
import { fill, keep, openListener, openScene, type Names, type Scene } from './method-scene.ts'
import { assertShape } from './shape.ts'

const texts = Type.Record(Type.String(), Type.String())
const Case = Type.Object(
  {
    about: Type.String({ minLength: 1 }),
    messengers: Type.Array(Type.Enum([...MESSENGERS]), { minItems: 1 }),
    verb: Type.Enum(['GET', 'POST', 'DELETE']),
    /** A partner method; else a method of an instance. */
    api: Type.Optional(Type.Literal('partner')),
    /** new: one of its own that is not linked. Else the scene's. */
    instance: Type.Optional(Type.Enum(['new', 'heard'])),
    /** Calls that come first, with what is kept of their answers. */
    before: Type.Optional(
      Type.Array(
        Type.Object(
          { call: Type.String(), body: Type.Optional(Type.Unknown()), keep: Type.Optional(texts) },
          { additionalProperties: false },
        ),
      ),
    ),
    /** What follows the token. */
    path: Type.Optional(Type.String()),
    body: Type.Optional(Type.Unknown()),
    /** Parts of a form; `file` is the name of a file. */
    form: Type.Optional(texts),
    bytes: Type.Optional(Type.String()),
    headers: Type.Optional(texts),
    /** Null: no bytes at all. */
    answer: Type.Unknown(),
  },
  { additionalProperties: false },
)
type Case = Static<typeof Case>
const cases = Compile(Type.Array(Case, { minItems: 1 }))

// The compiled test lies in dist; the files do not.
const FOLDER = new URL('../../../test/golden/methods/', import.meta.url)

function casesOf(method: string): readonly Case[] {
  const json: unknown = JSON.parse(readFileSync(new URL(`${method}.json`, FOLDER), 'utf8'))
  assert.ok(cases.Check(json), `${method}: ${JSON.stringify(cases.Errors(json).slice(0, 3))}`)
  return json
}

const METHODS = readdirSync(FOLDER).map((file) => file.replace('.json', ''))

let server: TestServer
const scenes = new Map<Messenger, Scene>()
before(async () => {
  server = await startServer()
  for (const messenger of MESSENGERS) scenes.set(messenger, await openScene(server, messenger))
})
after(() => server.close())

function sceneOf(messenger: Messenger): Scene {
  const scene = scenes.get(messenger)
  assert.ok(scene !== undefined)
  return scene
}

describe('golden files of methods', () => {
  test('every row of both tables has one, for each of its messengers, and every one has a row', async () => {
    const document = objectIn(await server.call('GET', '/openapi.json'))
    const rows = new Map<string, readonly string[]>()
    for (const [path, item] of Object.entries(document['paths'] as Record<string, Record<string, unknown>>)) {
      const [operation] = Object.values(item) as readonly { readonly 'x-messengers': readonly string[] }[]
      rows.set(path.split('/')[2] ?? '', operation?.['x-messengers'] ?? [])
    }
    assert.deepEqual([...rows.keys()].toSorted(), METHODS.toSorted())
    for (const [method, messengers] of rows) {
      const covered = casesOf(method).flatMap((one) => one.messengers)
      if (method === 'getInstances' || method === 'deleteInstanceAccount') continue
      assert.deepEqual([...new Set(covered)].toSorted(), [...messengers].toSorted(), method)
    }
  })

  for (const method of METHODS) {
    for (const one of casesOf(method)) {
      for (const messenger of one.messengers) {
        test(`${method} on ${messenger}: ${one.about}`, () => check(method, one, messenger))
      }
    }
  }
})

/** Whose method is called; new ones are nobody else's. */
async function actorOf(one: Case, messenger: Messenger): Promise<Scene> {
  const scene = sceneOf(messenger)
  if (one.instance === undefined) return scene
  if (one.instance === 'heard') return openListener(server, scene)
  const made = await server.make({ typeInstance: messenger, name: 'new' })
  return { made, names: { ...scene.names, idInstance: made.idInstance } }
}

async function check(method: string, one: Case, messenger: Messenger): Promise<void> {
  const { made, names: given } = await actorOf(one, messenger)
  let names = given
  for (const step of one.before ?? []) {
    const [verb = '', name = ''] = step.call.split(' ')
    const answer = await server.on(made, verb, name, step.body === undefined ? undefined : fill(step.body, names))
    assert.equal(answer.status, 200, `${step.call}: ${answer.text}`)
    names = keep(answer, step.keep ?? {}, names)
  }
  const answer = await call(method, one, made, names)
  assert.equal(answer.status, 200, answer.text)
  if (one.answer === null) assert.equal(answer.text, '')
  else {
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    assertAnswer(answer, fill(one.answer, names), messenger)
  }
}

function assertAnswer(answer: Answer, golden: unknown, messenger: Messenger): void {
  assert.notEqual(answer.json, undefined, answer.text)
  const isNull = typeof golden === 'object' && golden !== null && '$exactly' in golden
  assertShape(answer.json, isNull ? null : golden, { messenger })
}

function call(method: string, one: Case, made: Made, names: Names): Promise<Answer> {
  const behind = String(fill(one.path ?? '', names))
  const path = one.api === 'partner' ? `/partner/${method}/${PARTNER_TOKEN}${behind}` : pathOf(made, method) + behind
  const { body, headers } = contentOf(one, names)
  return server.call(one.verb, path, body, { ...headers, ...one.headers })
}

/** The body, with the type that says its parts apart where it is a form. */
function contentOf({ body, form, bytes }: Case, names: Names): { body?: unknown; headers: Record<string, string> } {
  if (bytes !== undefined) return { body: bytes, headers: {} }
  if (form === undefined) {
    return body === undefined
      ? { headers: {} }
      : { body: fill(body, names), headers: { 'Content-Type': 'application/json' } }
  }
  const parts = Object.entries(form).map(([name, value]) => {
    const isFile = name === 'file'
    const head = `--GOLDEN\r\nContent-Disposition: form-data; name="${name}"${isFile ? `; filename="${value}"\r\nContent-Type: image/jpeg` : ''}`
    return `${head}\r\n\r\n${isFile ? 'a picture' : String(fill(value, names))}\r\n`
  })
  return {
    body: `${parts.join('')}--GOLDEN--\r\n`,
    headers: { 'Content-Type': 'multipart/form-data; boundary=GOLDEN' },
  }
}
