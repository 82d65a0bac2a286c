// Truth: the table of what WhatsApp's codes mean, as the engine hands them on.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { retryOf, type FaultCode } from '../../model/fault.ts'
import { BAD_SESSIONS, ENDINGS, Endings, eventOf, REPLACED_RETRY_MS, type Ending } from './ending.ts'
import type { EngineError } from './engine/engine.ts'

function failure(code: number, message = 'Connection Failure', data: unknown = { reason: String(code) }): EngineError {
  return Object.assign(new Error(message), { output: { statusCode: code }, data })
}

type Expected = Omit<Ending, 'trouble' | 'code'> & { readonly fault: FaultCode }

const FIRST: readonly (readonly [number, Expected])[] = [
  [401, { fault: 'unlinked', event: 'unlinked' }],
  [402, { fault: 'unavailable', atLeastMs: 3_600_000 }],
  [403, { fault: 'blocked', event: 'blocked' }],
  [405, { fault: 'unavailable', again: 'refreshVersion' }],
  [408, { fault: 'connectionLost' }],
  [411, { fault: 'unlinked', event: 'unlinked' }],
  [428, { fault: 'connectionLost' }],
  [440, { fault: 'connectionLost', atLeastMs: 30_000 }],
  [500, { fault: 'connectionLost' }],
  [503, { fault: 'connectionLost' }],
  [515, { fault: 'connectionLost', again: 'restart' }],
  [502, { fault: 'connectionLost' }],
  [599, { fault: 'connectionLost' }],
  [418, { fault: 'connectionLost' }],
]

describe('how a connection ends', () => {
  for (const [code, expected] of FIRST) {
    test(`${String(code)}, the first time: ${expected.fault}`, () => {
      const { trouble, code: told, ...rest } = new Endings().ended(failure(code), 0)
      assert.deepEqual({ fault: trouble.fault, ...rest }, expected)
      assert.equal(told, code)
      if (ENDINGS.some((row) => row.code === code)) assert.match(trouble.message, new RegExp(String(code)))
    })
  }

  test('every row of the table is tried here', () => {
    for (const { code } of ENDINGS)
      assert.ok(
        FIRST.some(([tried]) => tried === code),
        String(code),
      )
  })

  test('without a word of the network it is a connection that was lost', () => {
    const errors = [undefined, new Error('Noise handshake'), failure(500, 'WebSocket Error (boom)', new Error('boom'))]
    for (const error of errors) {
      const { trouble, ...rest } = new Endings().ended(error, 0)
      assert.deepEqual([trouble.fault, rest], ['connectionLost', { code: 0 }])
    }
  })

  test('what a proxy or a web server on the way answers unlinks and blocks nobody', () => {
    for (const code of [401, 403, 405, 411, 440]) {
      const answered = failure(code, `WebSocket Error (Unexpected server response: ${String(code)})`, new Error('x'))
      const { trouble, ...rest } = new Endings().ended(answered, 0)
      assert.deepEqual([trouble.fault, rest], ['connectionLost', { code: 0 }])
    }
  })

  test('a device that was removed is unlinked, although its conflict has the code of a replaced one', () => {
    const removed = failure(440, 'Stream Errored (conflict)', { tag: 'conflict', attrs: { type: 'device_removed' } })
    assert.equal(new Endings().ended(removed, 0).event, 'unlinked')
    const replaced = failure(440, 'Stream Errored (conflict)', { tag: 'conflict', attrs: { type: 'replaced' } })
    assert.equal(new Endings().ended(replaced, 0).event, undefined)
  })

  test('replaced: one try after a while, then never; after a sound life it begins anew', () => {
    const endings = new Endings()
    assert.equal(endings.ended(failure(440), 0).atLeastMs, REPLACED_RETRY_MS)
    endings.opened(30_000)
    const second = endings.ended(failure(440), 60_000).trouble
    assert.deepEqual([second.fault, retryOf(second)], ['replaced', 'never'])
    assert.equal(endings.ended(failure(440), 61_000).trouble.fault, 'connectionLost')
    endings.opened(100_000)
    assert.equal(endings.ended(failure(440), 500_000).trouble.fault, 'connectionLost')
  })

  test('500 again and again needs a new link, said in words; nothing is forgotten for it', () => {
    const endings = new Endings()
    for (let time = 1; time < BAD_SESSIONS; time += 1) {
      endings.opened(time)
      assert.equal(endings.ended(failure(500, 'Stream Errored (ack)'), time + 1).trouble.fault, 'connectionLost')
    }
    const { trouble, event } = endings.ended(failure(500), 1_000)
    assert.equal(retryOf(trouble), 'never')
    assert.match(trouble.message, /500.*10 times in a row.*link it again/)
    assert.equal(event, undefined)
  })

  test('500 is not counted across another ending or a sound life', () => {
    const endings = new Endings()
    for (let time = 1; time < BAD_SESSIONS; time += 1) endings.ended(failure(500), time)
    endings.ended(failure(428), 100)
    assert.equal(endings.ended(failure(500), 101).trouble.fault, 'connectionLost')
    for (let time = 2; time < BAD_SESSIONS; time += 1) endings.ended(failure(500), time)
    endings.opened(1_000)
    assert.equal(endings.ended(failure(500), 1_000_000).trouble.fault, 'connectionLost')
  })

  test('405 refreshes the version at once, and after a while again, for as long as no session opens', () => {
    const endings = new Endings()
    const pauseAt = (at: number) => {
      const { again, atLeastMs = 0 } = endings.ended(failure(405), at)
      assert.equal(again, 'refreshVersion')
      return atLeastMs
    }
    assert.equal(pauseAt(0), 0)
    assert.ok(pauseAt(1) >= 600_000)
    assert.ok(pauseAt(2) >= 600_000)
    endings.opened(3)
    assert.equal(pauseAt(4), 0)
  })

  test('what is committed of it', () => {
    assert.deepEqual(eventOf('unlinked', 5), { kind: 'unlinked', at: 5 })
    assert.deepEqual(eventOf('blocked', 5), { kind: 'restricted', state: 'blocked', at: 5 })
  })
})
