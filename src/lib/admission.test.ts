// Truth: the promise of `Admission`: a limit on those who came lately, order, and a bound on everybody's wait.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Admission } from './admission.ts'
import { SkippingClock } from './skipping-clock.ts'

const TURN_MS = 1_000_000

/** Tickets in the order they were given. */
function crowd(admission: Admission, size: number): { tickets: (number | undefined)[]; inside: () => number } {
  const tickets: (number | undefined)[] = Array.from({ length: size })
  for (let index = 0; index < size; index += 1) {
    const entering = admission.enter()
    if (typeof entering === 'number') tickets[index] = entering
    else void entering.then((ticket) => (tickets[index] = ticket))
  }
  return { tickets, inside: () => tickets.filter((ticket) => ticket !== undefined).length }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Admission', () => {
  test('lets in up to the limit at once, and the next one when one leaves, in order', async () => {
    const admission = new Admission(new SkippingClock(), 3, TURN_MS)
    const { tickets, inside } = crowd(admission, 6)
    assert.equal(inside(), 3)
    admission.leave(tickets[1] ?? -1)
    await settled()
    assert.deepEqual(
      tickets.map((ticket) => ticket !== undefined),
      [true, true, true, true, false, false],
    )
  })

  test('those who stay delay the others by one turn', async () => {
    const clock = new SkippingClock()
    const { inside } = crowd(new Admission(clock, 3, TURN_MS), 8)
    clock.skip(TURN_MS - 1000)
    await settled()
    assert.equal(inside(), 3)
    clock.skip(1000)
    await settled()
    assert.equal(inside(), 6)
    clock.skip(TURN_MS)
    await settled()
    assert.equal(inside(), 8)
  })

  test('who leaves after their turn makes no room that is there already', async () => {
    const clock = new SkippingClock()
    const admission = new Admission(clock, 2, TURN_MS)
    const { tickets, inside } = crowd(admission, 6)
    clock.skip(TURN_MS)
    await settled()
    assert.equal(inside(), 4)
    admission.leave(tickets[0] ?? -1)
    await settled()
    assert.equal(inside(), 4)
    admission.leave(tickets[2] ?? -1)
    await settled()
    assert.equal(inside(), 5)
  })
})
