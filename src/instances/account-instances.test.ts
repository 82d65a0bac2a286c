// Truth: a list of all instances that were added, sorted and counted anew each time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EpochMs } from '../model/ids.ts'
import { AccountInstances } from './account-instances.ts'
import type { Instance } from './instance.ts'

interface Row {
  readonly id: number
  readonly createdAt: number
  deletedAt: EpochMs | null
}
type Step =
  readonly ['add', createdAt: number] | readonly ['delete', which: number] | readonly ['forget', before: number]

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('add' as const), fc.nat(10)),
  fc.tuple(fc.constant('delete' as const), fc.nat(20)),
  fc.tuple(fc.constant('forget' as const), fc.nat(30)),
)

test('they are in their order, and those that live are counted, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const kept = new AccountInstances()
      let rows: Row[] = []
      for (const [at, [what, number]] of steps.entries()) {
        const { revision } = kept
        const row = rows[number % Math.max(1, rows.length)]
        if (what === 'add') {
          // Ids of another messenger may be lower.
          const made: Row = { id: (at * 17) % 41, createdAt: number, deletedAt: null }
          rows.push(made)
          kept.add(made as unknown as Instance)
        } else if (what === 'forget') {
          rows = rows.filter(({ deletedAt }) => deletedAt === null || deletedAt >= number)
          kept.forget(number)
        } else if (row?.deletedAt === null) {
          row.deletedAt = at
          kept.changed(true)
        } else kept.changed(false)
        assert.ok(kept.revision > revision)
        assert.equal(kept.living, rows.filter(({ deletedAt }) => deletedAt === null).length)
        const sorted = rows.toSorted((left, right) => left.createdAt - right.createdAt)
        assert.deepEqual(kept.all, sorted)
      }
    }),
    { numRuns: 200 },
  )
})
