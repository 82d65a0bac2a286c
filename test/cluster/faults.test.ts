// Truth: what clients were answered, what they received, what the network saw and who owned what, while everything befalls three nodes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../../src/lib/until.ts'
import { Dice } from '../durability/dice.ts'
import type { Subject } from '../durability/evidence.ts'
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { CellTrial } from './cell-trial.ts'
import { Cell } from './cell.ts'
import { chargeOverMidnight, setPrice } from './cell-charge.ts'
import { Misfortunes } from './misfortunes.ts'

/** For how long things go wrong; and which dice, to repeat a run as far as the machine lets it. */
const SECONDS = Number(process.env['JADEGATE_CLUSTER_SECONDS'] ?? 15)
const SEED = Number(process.env['JADEGATE_CLUSTER_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const LEASE_MS = 2000
/** The default. */
const LONG_LEASE_MS = 5000
const TAKEN_OVER_MS = 10_000
const INSTANCES = 12
const SHOWN = 25

describe('a cell', { skip: noPostgres() }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.stop())

  test(
    `${SECONDS} s of all misfortunes lose nothing, double nothing and turn nothing around`,
    { timeout: 240_000 + SECONDS * 5000 },
    async (t) => {
      t.diagnostic(`JADEGATE_CLUSTER_SEED=${SEED}`)
      const trial = await CellTrial.begin(await postgres.newDatabase(), LEASE_MS, SEED)
      try {
        const misfortunes = new Misfortunes(trial.cell, postgres, LEASE_MS, new Dice(SEED + 9))
        await setPrice(trial.cell)
        await misfortunes.befall(SECONDS * 1000)
        const faults = await trial.conclude()
        const figures = await trial.figures()
        t.diagnostic(JSON.stringify({ seed: SEED, misfortunes: misfortunes.counts, ...figures }))
        assertNone(faults, misfortunes.log)
        assertNone(await chargeOverMidnight(trial.cell, trial.subjects), misfortunes.log)
        assert.ok(trial.notebook.acknowledged > SECONDS, 'there was load')
      } finally {
        await trial.close()
      }
    },
  )

  test('what a killed node had lives elsewhere within ten seconds', { timeout: 120_000 }, async (t) => {
    const cell = await Cell.open(await postgres.newDatabase(), LONG_LEASE_MS, new Dice(SEED))
    try {
      const subjects: Subject[] = []
      for (let n = 10; n < 10 + INSTANCES; n += 1)
        subjects.push(await cell.link(`790044420${n}`, 'whatsapp', () => null))
      const [dead, left] = cell.nodes
      assert.ok(dead !== undefined && left !== undefined)
      const url = `http://127.0.0.1:${dead.front.port}`
      const had = [...(await cell.rows.owners()).values()].filter((owner) => owner === url).length
      assert.ok(had >= 2, `it has only ${had}`)
      await dead.kill()
      const from = performance.now()
      await until(
        async () => {
          const states = await Promise.all(subjects.map((subject) => cell.isAuthorized(subject, cell.apiOf(left))))
          return states.every(Boolean)
        },
        'all are authorized again',
        60_000,
      )
      const tookMs = performance.now() - from
      await until(
        async () => [...(await cell.rows.owners()).values()].every((owner) => owner !== null && owner !== url),
        'the survivors have all',
        TAKEN_OVER_MS,
      )
      const ownedMs = performance.now() - from
      t.diagnostic(`${had} leases; all authorized after ${tookMs.toFixed(0)} ms, all owned after ${ownedMs.toFixed(0)}`)
      assert.ok(ownedMs <= TAKEN_OVER_MS, `it took ${ownedMs} ms`)
    } finally {
      await cell.close()
    }
  })
})

function assertNone(faults: readonly string[], log: readonly string[]): void {
  const shown = faults.slice(0, SHOWN).join('\n  ')
  const when = log.join('\n  ')
  assert.equal(
    faults.length,
    0,
    `${faults.length} faults; JADEGATE_CLUSTER_SEED=${SEED}:\n  ${shown}\nwhile\n  ${when}`,
  )
}
