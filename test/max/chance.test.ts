// Truth: the contract of `driver.ts` - nothing lost, nothing told or sent twice, order kept, statuses that only go on - whatever befalls a session by
// chance. What happened is what the fake MAX has; JADEGATE_MAX_SEED repeats the dice of a run that failed.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ChanceScene } from './support/chance-scene.ts'

const SEEDS = process.env['JADEGATE_MAX_SEED']?.split(',').map(Number) ?? [1, 2, 3, 4, 5]
const STEPS = Number(process.env['JADEGATE_MAX_STEPS'] ?? 80)

describe('a session on MAX whom anything may befall', { timeout: 120_000 }, () => {
  for (const seed of SEEDS)
    test(`loses nothing and doubles nothing (dice ${String(seed)})`, async (t) => {
      const scene = await ChanceScene.start(seed)
      try {
        for (let step = 0; step < STEPS; step += 1) await scene.step()
        await scene.settle()
        assert.deepEqual(scene.troubles(), [])
        t.diagnostic(JSON.stringify(scene.tally))
      } finally {
        await scene.close()
      }
    })
})
