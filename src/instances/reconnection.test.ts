// Truth: what a network takes for a machine that has gone mad, and what users wait for: the first try at once, the later ones further apart.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Clock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import { Reconnection } from './reconnection.ts'

function rig() {
  const waits: number[] = []
  let now = 0
  const clock: Clock = {
    now: () => now,
    after: (delayMs) => {
      waits.push(delayMs)
      return { cancel: () => undefined }
    },
  }
  const reconnection = new Reconnection({ clock, random: { ...systemRandom, fraction: () => 1 } })
  const lost = (atLeastMs = 0) => {
    reconnection.lost(atLeastMs, () => undefined)
    return waits.at(-1)
  }
  return { reconnection, lost, pass: (ms: number) => (now += ms) }
}

describe('connecting again', () => {
  test('attempts that fail are further and further apart, up to a minute', () => {
    const { lost } = rig()
    assert.deepEqual([lost(), lost(), lost()], [500, 1_000, 2_000])
    for (let time = 0; time < 10; time += 1) lost()
    assert.equal(lost(), 60_000)
    assert.equal(lost(90_000), 90_000)
  })

  test('so are those whose session opens and breaks soon; one that stayed open is forgiven', () => {
    const { reconnection, lost, pass } = rig()
    const openFor = (ms: number) => {
      reconnection.opened()
      pass(ms)
      return lost()
    }
    assert.deepEqual([openFor(1_000), openFor(1_000), openFor(29_999)], [500, 1_000, 2_000])
    assert.equal(openFor(30_000), 500)
    assert.equal(lost(), 1_000)
  })

  test('who closes the session begins anew', () => {
    const { reconnection, lost } = rig()
    lost()
    reconnection.forget()
    assert.equal(lost(), 500)
  })
})
