// Truth: a connection that does not open, whose server stays silent, or that takes no frame any more, is told of once after 20 s; no other is.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, test } from 'node:test'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { Deadlines } from './deadlines.ts'
import type { RawSocket } from './engine/engine.ts'

const LIMIT_MS = 20_000
/** The clock of the test runs by itself as well. */
const SLACK_MS = 2_000

/** Until what fell due was looked at. */
async function skip(clock: SkippingClock, ms: number): Promise<void> {
  clock.skip(ms)
  await new Promise((resolve) => setImmediate(resolve))
}

function rig() {
  const clock = new SkippingClock()
  const events = new EventEmitter()
  const late: string[] = []
  const unwritten: ((trouble?: Error) => void)[] = []
  const raw: RawSocket = { send: (_, done) => void unwritten.push(done), terminate: () => undefined }
  const deadlines = new Deadlines(events, raw, clock, (why) => late.push(why))
  const told: (string | undefined)[] = []
  return {
    ...{ clock, events, late, told, deadlines },
    send: () => raw.send(Buffer.from('frame'), (trouble) => told.push(trouble?.message)),
    written: (trouble?: Error) => unwritten.shift()?.(trouble),
    open: () => {
      events.emit('open')
      events.emit('message')
    },
  }
}

describe('the limits of time of a connection', () => {
  test('one that does not open is late', async () => {
    const { clock, late } = rig()
    await skip(clock, LIMIT_MS - SLACK_MS)
    assert.deepEqual(late, [])
    await skip(clock, SLACK_MS)
    assert.deepEqual(late, ['the connection did not open in time'])
  })

  test('the server has as long again for its first word', async () => {
    const { clock, events, late, send, written } = rig()
    await skip(clock, LIMIT_MS - SLACK_MS)
    events.emit('open')
    send()
    written()
    await skip(clock, LIMIT_MS - SLACK_MS)
    assert.deepEqual(late, [])
    await skip(clock, SLACK_MS)
    assert.deepEqual(late, ['the server did not answer in time'])
  })

  test('one that is open and has nothing to do is never late', async () => {
    const { clock, late, open } = rig()
    open()
    await skip(clock, 100 * LIMIT_MS)
    assert.deepEqual(late, [])
  })

  test('nor is one whose frames leave, however slowly', async () => {
    const { clock, late, open, send, written, told } = rig()
    open()
    send()
    for (let count = 0; count < 50; count += 1) {
      send()
      await skip(clock, LIMIT_MS - SLACK_MS)
      written()
    }
    assert.deepEqual(late, [])
    assert.equal(told.length, 50)
    written(new Error('closed'))
    assert.equal(told.at(-1), 'closed')
  })

  test('frames of which none leaves make it late, once', async () => {
    const { clock, late, open, send, written } = rig()
    open()
    send()
    written()
    await skip(clock, LIMIT_MS / 2)
    send()
    await skip(clock, LIMIT_MS / 2)
    send()
    await skip(clock, LIMIT_MS / 2 - SLACK_MS)
    assert.deepEqual(late, [])
    await skip(clock, SLACK_MS)
    assert.deepEqual(late, ['nothing leaves any more'])
    await skip(clock, 10 * LIMIT_MS)
    assert.equal(late.length, 1)
  })

  test('a frame that left while the process stood still is not', async () => {
    const { clock, late, open, send, written } = rig()
    open()
    send()
    setImmediate(() => written())
    await skip(clock, 100 * LIMIT_MS)
    await skip(clock, 100 * LIMIT_MS)
    assert.deepEqual(late, [])
  })

  test('what was handed over before the first word counts as well', async () => {
    const { clock, late, open, send } = rig()
    send()
    open()
    await skip(clock, LIMIT_MS)
    assert.deepEqual(late, ['nothing leaves any more'])
  })

  test('nothing is late after the end', async () => {
    const closed = rig()
    closed.events.emit('close')
    const stopped = rig()
    stopped.open()
    stopped.send()
    stopped.deadlines.stop()
    closed.send()
    for (const { clock, late } of [closed, stopped]) {
      await skip(clock, 10 * LIMIT_MS)
      assert.deepEqual(late, [])
    }
  })
})
