// Truth: which instances there were on which days, by what the killed processes said and the rows they left; each owes one line a day, whatever was killed when.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { billingDay, billingDayStart } from '../../src/billing/day.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { BillingWorld, day, onDay } from '../partners/billing-world.ts'
import { Dice } from './dice.ts'

const CHARGER = fileURLToPath(new URL('./billing-charger.js', import.meta.url))
const KILLS = Number(process.env['DURABILITY_KILLS'] ?? 50)
const SEED = Number(process.env['DURABILITY_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const INSTANCES = 600
const PRICE = 23
const START = onDay('2026-11-28')
const HOUR_MS = 3_600_000

test(
  `every instance pays each of its days once, through ${KILLS} kills of the midnight run`,
  { timeout: 60_000 + KILLS * 20_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'jadegate-billing-kill-'))
    const dice = new Dice(SEED)
    const said: Said = { made: new Set(), deleted: new Set(), errors: [] }
    let at = START
    let whole = 0
    try {
      await fill(folder)
      // About as long as a run lasts, found out on the way: half of the kills should come while one goes on.
      let rangeMs = 200
      for (let kills = 0; kills < KILLS;) {
        at += dice.below(60) * HOUR_MS
        const isStarting = dice.chance(0.1)
        const wasKilled = await charge(
          folder,
          at,
          said,
          isStarting ? 'starting' : 'charging',
          dice.below(isStarting ? 400 : rangeMs),
        )
        if (wasKilled) kills += 1
        else whole += 1
        rangeMs = wasKilled ? rangeMs * 1.05 : Math.max(20, rangeMs * 0.85)
      }
      assert.equal(await charge(folder, at, said, 'never', 0), false)
      assert.deepEqual(said.errors, [])
      const lines = await compare(folder, at, said)
      t.diagnostic(
        JSON.stringify({ seed: SEED, kills: KILLS, whole, made: said.made.size, deleted: said.deleted.size, lines }),
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

interface Said {
  readonly made: Set<number>
  readonly deleted: Set<number>
  readonly errors: string[]
}

async function fill(folder: string): Promise<void> {
  const world = await BillingWorld.open(START, { folder })
  const { id } = await world.newAccount('shop')
  await world.price('USD', day('2026-11-28'), PRICE)
  for (let number = 0; number < INSTANCES / 100; number++) {
    await Promise.all(Array.from({ length: 100 }, () => world.create(id).made))
  }
  await world.charge.run()
  await world.close()
}

/** Lets a process charge as of this moment; true when it was killed before it had. */
async function charge(
  folder: string,
  at: number,
  said: Said,
  killed: 'starting' | 'charging' | 'never',
  afterMs: number,
): Promise<boolean> {
  const child = spawn(process.execPath, [CHARGER, folder, String(at)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'close')
  createInterface({ input: child.stderr }).on('line', (line) => said.errors.push(line))
  let isCharged = false
  const isCharging = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [what, id] = line.split(' ')
      if (what === 'charging') resolve()
      if (what === 'charged') isCharged = true
      if (what === 'made') said.made.add(Number(id))
      if (what === 'deleted') said.deleted.add(Number(id))
    })
    void exited.then(() => resolve())
  })
  if (killed === 'charging') await isCharging
  if (killed !== 'never') {
    await sleep(afterMs)
    child.kill('SIGKILL')
  }
  await exited
  if (killed === 'never') assert.equal(child.exitCode, 0)
  return child.signalCode === 'SIGKILL' && !isCharged
}

/** What the rows say against what is owed by them; the number of lines. */
async function compare(folder: string, at: number, said: Said): Promise<number> {
  const world = await BillingWorld.open(at, { folder })
  try {
    const account = world.accounts.all()[0]?.id ?? ('' as AccountId)
    const rows = await world.store.instances.all()
    const charges = await world.charges(account)
    const owed = new Set<string>()
    for (const { id, createdAt, deletedAt } of rows) {
      for (let on = billingDay(createdAt); on <= billingDay(at); on++) {
        const isFirst = on === billingDay(createdAt)
        if (isFirst || deletedAt === null || deletedAt > billingDayStart(on)) owed.add(`${on}/${id}`)
      }
    }
    assert.deepEqual([...owed].filter((place) => !charges.has(place)).slice(0, 5), [], 'not charged')
    assert.deepEqual([...charges.keys()].filter((place) => !owed.has(place)).slice(0, 5), [], 'not owed')
    for (const [place, amounts] of charges) assert.deepEqual(amounts, [PRICE], place)
    assert.equal(await world.store.billing.balance(account), -PRICE * owed.size)
    assert.deepEqual(await world.store.billing.check(account), [])
    const byId = new Map(rows.map((row) => [Number(row.id), row]))
    for (const id of said.made) assert.ok(byId.has(id), `${id} was told to be made`)
    for (const id of said.deleted) assert.notEqual(byId.get(id)?.deletedAt, null, `${id} was told to be deleted`)
    await compareMonths(world, account, owed.size)
    return owed.size
  } finally {
    await world.close()
  }
}

/** Every line is in a statement or in the open month. */
async function compareMonths(world: BillingWorld, account: AccountId, lines: number): Promise<void> {
  const statements = await world.statements.list(account)
  const { closedUpTo } = await world.charge.progress()
  const open = await world.store.billing.totals(account, (closedUpTo ?? 0) + 1, 1_000_000)
  const stated = statements.reduce((sum, statement) => sum + statement.lines, 0)
  assert.equal(
    open.reduce((sum, total) => sum + total.lines, stated),
    lines,
  )
  assert.ok(statements.length > 0, 'a month ended')
  const charged = statements.reduce((sum, statement) => sum + statement.charged, 0)
  assert.equal(charged, -PRICE * stated)
  assert.equal(statements[0]?.closing, charged)
}
