// Truth: V8's own figures of the young generation: large after a burst, small after a period at rest, and untouched in a process at work.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { shrinkAtRest, youngBytes } from './shrink-at-rest.ts'

const MB = 1024 * 1024
const SECOND_US = 1_000_000

/** One timer at a time, which runs when it is told to. */
function scene() {
  let [now, usedUs, next] = [0, 0, (): void => undefined]
  const after = (_: number, callback: () => void) => {
    next = callback
    return { cancel: () => (next = () => undefined) }
  }
  const timer = shrinkAtRest({ now: () => now, after }, () => usedUs)
  const tenSeconds = (ofCpu: number) => {
    now += 10_000
    usedUs += ofCpu * SECOND_US
    next()
  }
  return { timer, tenSeconds }
}

/** Much that lives for a while: the young generation grows. */
function burst(): void {
  const kept: unknown[] = []
  for (let number = 0; number < 3_000_000; number++) kept[number % 100_000] = { number, more: [number] }
  assert.ok(youngBytes() > 16 * MB, `it grew to ${String(youngBytes())}`)
}

/** V8 makes it small when little was allocated in the last seconds, and those are its own. */
async function smallSoon(tenSeconds: (ofCpu: number) => void): Promise<void> {
  for (let waited = 0; youngBytes() > 8 * MB; waited += 1) {
    assert.ok(waited < 30, `it is still ${String(youngBytes())}`)
    await sleep(1000)
    tenSeconds(0.5)
  }
}

test('what a burst took is given back when the process rests, not while it works, and by nobody when it was ended', async () => {
  const [shrinking, ended] = [scene(), scene()]
  ended.timer.cancel()
  burst()
  await sleep(6000)
  shrinking.tenSeconds(5)
  ended.tenSeconds(0)
  assert.ok(youngBytes() > 16 * MB)
  await smallSoon(shrinking.tenSeconds)
  assert.equal('gc' in globalThis, false)
})
