// Truth: never more at one time than there are slots, in the order in which they came, and a failed task gives its slot back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Slots } from './slots.ts'

test('never more tasks than slots run, each runs once, and they begin in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.tuple(fc.nat(3), fc.boolean())),
      async (count, tasks) => {
        const slots = new Slots(count)
        const begun: number[] = []
        let running = 0
        let most = 0
        const work = async (index: number, turns: number, fails: boolean) => {
          begun.push(index)
          running += 1
          most = Math.max(most, running)
          for (let turn = 0; turn < turns; turn++) await Promise.resolve()
          running -= 1
          if (fails) throw new Error('failed')
          return index
        }
        const ends = await Promise.allSettled(
          tasks.map(([turns, fails], index) => slots.run(() => work(index, turns, fails))),
        )
        assert.deepEqual(
          begun,
          tasks.map((_, index) => index),
        )
        assert.ok(most <= count)
        assert.deepEqual(
          ends.map((end) => end.status),
          tasks.map(([, fails]) => (fails ? 'rejected' : 'fulfilled')),
        )
      },
    ),
  )
})
