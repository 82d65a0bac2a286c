// Truth: the golden files beside this one: requests and answers of every method, written by hand from the contract.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Messenger } from '../../src/model/messenger.ts'
import { objectIn } from '../support/road.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { casesOf, METHODS, openScenes, runCase, type Case, type Scenes } from './method-case.ts'
import { assertShape } from './shape.ts'

let server: TestServer
let scenes: Scenes
before(async () => {
  server = await startServer()
  scenes = await openScenes(server)
})
after(() => server.close())

describe('golden files of methods', () => {
  test('every row of both tables has one, for each of its messengers, and every one has a row', async () => {
    const document = objectIn(await server.call('GET', '/openapi.json'))
    const rows = new Map<string, readonly string[]>()
    for (const [path, item] of Object.entries(document['paths'] as Record<string, Record<string, unknown>>)) {
      // Our own APIs are not the contract's.
      if (path.startsWith('/api/')) continue
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

async function check(method: string, one: Case, messenger: Messenger): Promise<void> {
  const { answer, golden } = await runCase(server, scenes, method, one, messenger)
  assert.equal(answer.status, 200, answer.text)
  if (golden === null) {
    assert.equal(answer.text, '')
    return
  }
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  assert.notEqual(answer.json, undefined, answer.text)
  const isNull = typeof golden === 'object' && '$exactly' in golden
  assertShape(answer.json, isNull ? null : golden, { messenger })
}
