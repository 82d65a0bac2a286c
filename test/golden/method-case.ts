import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { MESSENGERS, type Messenger } from '../../src/model/messenger.ts'
import { PARTNER_TOKEN, pathOf, type Answer, type Made, type TestServer } from '../support/server.ts'
import { fill, keep, openListener, openScene, type Names, type Scene } from './method-scene.ts'

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
export type Case = Static<typeof Case>
const cases = Compile(Type.Array(Case, { minItems: 1 }))

// The compiled test lies in dist; the files do not.
const FOLDER = new URL('../../../test/golden/methods/', import.meta.url)

/** The cases of a method's golden file. */
export function casesOf(method: string): readonly Case[] {
  const json: unknown = JSON.parse(readFileSync(new URL(`${method}.json`, FOLDER), 'utf8'))
  assert.ok(cases.Check(json), `${method}: ${JSON.stringify(cases.Errors(json).slice(0, 3))}`)
  return json
}

/** The methods that have one. */
export const METHODS = readdirSync(FOLDER)
  .map((file) => file.replace('.json', ''))
  .toSorted()

export type Scenes = Readonly<Record<Messenger, Scene>>

export async function openScenes(server: TestServer): Promise<Scenes> {
  return {
    whatsapp: await openScene(server, 'whatsapp'),
    v3: await openScene(server, 'v3'),
    telegram: await openScene(server, 'telegram'),
  }
}

/** Makes the calls that come first, then the one that the case is about; its answer, and what the answer has to be. */
export async function runCase(
  server: TestServer,
  scenes: Scenes,
  method: string,
  one: Case,
  messenger: Messenger,
): Promise<{ readonly answer: Answer; readonly golden: unknown }> {
  const { made, names: given } = await actorOf(server, scenes[messenger], one)
  let names = given
  for (const step of one.before ?? []) {
    const [verb = '', name = ''] = step.call.split(' ')
    const answer = await server.on(made, verb, name, step.body === undefined ? undefined : fill(step.body, names))
    assert.equal(answer.status, 200, `${step.call}: ${answer.text}`)
    names = keep(answer, step.keep ?? {}, names)
  }
  return { answer: await call(server, method, one, made, names), golden: fill(one.answer, names) }
}

/** Whose method is called; new ones are nobody else's. */
async function actorOf(server: TestServer, scene: Scene, one: Case): Promise<Scene> {
  if (one.instance === undefined) return scene
  if (one.instance === 'heard') return openListener(server, scene)
  const made = await server.make({ typeInstance: scene.made.typeInstance, name: 'new' })
  return { made, names: { ...scene.names, idInstance: made.idInstance } }
}

function call(server: TestServer, method: string, one: Case, made: Made, names: Names): Promise<Answer> {
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
