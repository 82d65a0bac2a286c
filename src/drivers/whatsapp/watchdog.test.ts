// Truth: a connection that brings nothing any more is found out, and a quiet account is left in peace.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { Watchdog } from './watchdog.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function watched() {
  const clock = new SkippingClock()
  const found: string[] = []
  const waits: { since: number | null } = { since: null }
  const deaf = (why: string) => found.push(why)
  const watchdog = new Watchdog({ clock, stuckMs: MINUTE, waitingSince: () => waits.since, deaf })
  const busy = (times: number, everyMs: number) => {
    for (let time = 0; time < times; time += 1) {
      clock.skip(everyMs)
      watchdog.heard()
    }
  }
  return { clock, watchdog, waits, found, busy }
}

test('a busy account that falls silent for hours is deaf, and it is told once', () => {
  const { clock, found, busy } = watched()
  busy(100, MINUTE)
  clock.skip(2 * HOUR)
  assert.deepEqual(found, [])
  clock.skip(2 * HOUR)
  clock.skip(10 * HOUR)
  assert.deepEqual(found, ['silent'])
})

test('an account that never had much may be silent for days', () => {
  const { clock, found, busy } = watched()
  busy(20, MINUTE)
  clock.skip(48 * HOUR)
  assert.deepEqual(found, [])
})

test('one that has something every hour is not busy', () => {
  const { clock, found, busy } = watched()
  busy(40, HOUR)
  clock.skip(4 * HOUR)
  assert.deepEqual(found, [])
})

test('a message that is not dealt with in time is stuck', () => {
  const { clock, waits, found } = watched()
  waits.since = clock.now()
  clock.skip(30_000)
  assert.deepEqual(found, [])
  clock.skip(10 * MINUTE)
  assert.deepEqual(found, ['stuck'])
})

test('while one after the other is dealt with nothing is stuck', () => {
  const { clock, waits, found } = watched()
  for (let time = 0; time < 60; time += 1) {
    waits.since = clock.now()
    clock.skip(50_000)
  }
  assert.deepEqual(found, [])
})

test('a session that was ended watches no more', () => {
  const { clock, watchdog, waits, found } = watched()
  waits.since = clock.now()
  watchdog.stop()
  clock.skip(HOUR)
  assert.deepEqual(found, [])
})
