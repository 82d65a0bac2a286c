// Truth: what clients were answered, what they received and what the network saw, while SIGTERM meets a server under load.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { Trial } from './trial.ts'

const STOPS = 3
const WORK_MS = 1_500
const LONGEST_STOP_MS = 10_000

test(
  'SIGTERM under load: ended within 10 s by 0, nothing lost, nothing done twice',
  { timeout: 600_000 },
  async (t) => {
    const trial = await Trial.begin(Math.floor(Math.random() * 2 ** 31))
    trial.receiver.isKind = true
    const took: number[] = []
    try {
      for (let stop = 1; stop <= STOPS; stop += 1) {
        await sleep(WORK_MS)
        const end = await trial.stop()
        took.push(Math.round(end.afterMs))
        assert.deepEqual([end.code, end.signal], [0, null])
        assert.ok(end.afterMs < LONGEST_STOP_MS, `it took ${end.afterMs} ms`)
        assert.deepEqual([...end.errors, ...(await trial.inspect())], [])
        await trial.start()
        await trial.allBack()
      }
      assert.deepEqual(await trial.conclude(), [])
      const figures = await trial.figures()
      assert.ok(figures.acknowledged > 100 && figures.delivered > 300, `there was load: ${JSON.stringify(figures)}`)
      // Unlike a kill, an orderly stop waits for what is under way.
      assert.equal(figures.repeatedWebhooks, 0)
      t.diagnostic(JSON.stringify({ stopsMs: took, ...figures }))
    } finally {
      await trial.close()
    }
  },
)
