// Truth: ledgers written by hand, and what they come to by month.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { billingDay, billingDayStart } from '../../src/billing/day.ts'
import { parseMonth } from '../../src/billing/month.ts'
import type { LedgerKind, LedgerLine } from '../../src/model/account.ts'
import { isFault } from '../../src/model/fault.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { BillingWorld, day, onDay } from './billing-world.ts'

const [OCTOBER, NOVEMBER, DECEMBER, JANUARY] = ['2026-10', '2026-11', '2026-12', '2027-01'].map(
  (text) => parseMonth(text) ?? 0,
) as [number, number, number, number]

function statementTest(name: string, work: (world: BillingWorld, account: AccountId) => Promise<void>): void {
  test(name, async () => {
    const world = await BillingWorld.open(onDay('2026-11-20'))
    try {
      const { id } = await world.newAccount('shop')
      await world.charge.run()
      await work(world, id)
    } finally {
      await world.destroy()
    }
  })
}

/** A line of today. */
async function write(world: BillingWorld, account: AccountId, kind: LedgerKind, amount: number): Promise<void> {
  const at = world.clock.at
  const line = {
    account,
    at,
    kind,
    amount,
    instance: null,
    day: billingDay(at),
    reason: 'PARTNER',
    author: 'system',
  } as const
  await world.store.commit({ guards: [], writes: [{ kind: 'ledger.add', line }] })
}

async function figures(world: BillingWorld, account: AccountId, month: number) {
  const statement = await world.statements.of(account, month)
  if (isFault(statement)) return statement.fault
  const { opening, charged, paid, closing, lines, plan, isFinal } = statement
  return { opening, charged, paid, closing, lines, plan, isFinal }
}

async function linesOf(world: BillingWorld, account: AccountId, month: number): Promise<readonly LedgerLine[]> {
  const all: LedgerLine[] = []
  for await (const some of world.statements.lines(account, month)) all.push(...some)
  return all
}

statementTest(
  'an open month says what it would be; on the 1st it is frozen; then the next one is post-paid',
  async (world, account) => {
    await write(world, account, 'topUp', 1000)
    await write(world, account, 'charge', -23)
    await write(world, account, 'renewal', -500)
    const november = { opening: 0, charged: -523, paid: 1000, closing: 477, lines: 3, plan: 'prepaid' }
    assert.deepEqual(await figures(world, account, NOVEMBER), { ...november, isFinal: false })
    assert.deepEqual(await world.statements.list(account), [])
    world.clock.at = billingDayStart(day('2026-12-01')) - 1
    await world.charge.run()
    assert.deepEqual(await figures(world, account, NOVEMBER), { ...november, isFinal: false })
    world.clock.at += 1
    await write(world, account, 'charge', -23)
    await write(world, account, 'refund', -77)
    await world.charge.run()
    assert.deepEqual(await figures(world, account, NOVEMBER), { ...november, isFinal: true })
    const december = { opening: 477, charged: -23, paid: -77, closing: 377, lines: 2, plan: 'postpaid' }
    assert.deepEqual(await figures(world, account, DECEMBER), { ...december, isFinal: false })
    world.clock.at = onDay('2027-01-02')
    await world.charge.run()
    assert.deepEqual(
      (await world.statements.list(account)).map(({ month }) => month),
      [DECEMBER, NOVEMBER],
    )
    assert.deepEqual(await figures(world, account, DECEMBER), { ...december, isFinal: true })
    assert.deepEqual(
      (await linesOf(world, account, NOVEMBER)).map(({ amount }) => amount),
      [1000, -23, -500],
    )
  },
)

statementTest('a line that comes for a closed month stands on the first open one', async (world, account) => {
  await write(world, account, 'charge', -5)
  world.clock.at = onDay('2026-12-01')
  await world.charge.run()
  world.clock.at = onDay('2026-11-30')
  await write(world, account, 'correction', -7)
  await world.charge.run()
  const november = { opening: 0, charged: -5, paid: 0, closing: -5, lines: 1, plan: 'prepaid', isFinal: true }
  assert.deepEqual(await figures(world, account, NOVEMBER), november)
  assert.deepEqual(
    (await linesOf(world, account, DECEMBER)).map(({ amount }) => amount),
    [-7],
  )
  const december = { opening: -5, charged: 0, paid: -7, closing: -12, lines: 1, plan: 'postpaid', isFinal: false }
  assert.deepEqual(await figures(world, account, DECEMBER), december, 'though the clock says November')
})

statementTest(
  'months that nobody closed yet count in the opening of an open one; every one is closed by the next run',
  async (world, account) => {
    await write(world, account, 'topUp', 10)
    world.clock.at = onDay('2026-12-10')
    await write(world, account, 'topUp', 200)
    world.clock.at = onDay('2027-01-10')
    await write(world, account, 'topUp', 3000)
    const january = { opening: 210, charged: 0, paid: 3000, closing: 3210, lines: 1, plan: 'postpaid', isFinal: false }
    assert.deepEqual(await figures(world, account, JANUARY), january)
    await world.charge.run()
    assert.deepEqual(await figures(world, account, JANUARY), january)
    assert.deepEqual(
      (await world.statements.list(account)).map(({ month, closing }) => [month, closing]),
      [
        [DECEMBER, 210],
        [NOVEMBER, 10],
      ],
    )
  },
)

statementTest(
  'there is no statement of the future, of a time before the account, or of nobody',
  async (world, account) => {
    assert.equal(await figures(world, account, DECEMBER), 'notFound')
    assert.equal(await figures(world, account, OCTOBER), 'notFound')
    assert.equal(await figures(world, 'nobody' as AccountId, NOVEMBER), 'notFound')
    const nothing = { opening: 0, charged: 0, paid: 0, closing: 0, lines: 0, plan: 'prepaid' }
    assert.deepEqual(await figures(world, account, NOVEMBER), { ...nothing, isFinal: false })
    world.clock.at = onDay('2026-12-02')
    await world.charge.run()
    assert.deepEqual(await world.statements.list(account), [], 'nothing was to be stated')
    assert.deepEqual(await figures(world, account, NOVEMBER), { ...nothing, isFinal: true })
  },
)

statementTest(
  'a run that breaks off between closing a month and stating it leaves nothing out',
  async (world, account) => {
    const accounts = [account]
    for (let number = 0; number < 120; number++) accounts.push((await world.newAccount(`shop ${number}`)).id)
    for (const one of accounts) await write(world, one, 'topUp', 5)
    world.clock.at = onDay('2026-12-01')
    // The walk's last batch, the closing, one portion of statements; then the process is gone.
    world.mishaps(undefined, undefined, undefined, 'fails')
    await assert.rejects(world.charge.run())
    assert.equal((await world.charge.progress()).closedUpTo, NOVEMBER)
    const stated = async () => {
      const all = await Promise.all(accounts.map((one) => world.statements.list(one)))
      return all.flat().length
    }
    const half = await stated()
    assert.ok(half > 0 && half < accounts.length, String(half))
    await world.restart()
    await world.charge.run()
    assert.equal(await stated(), accounts.length)
  },
)

statementTest('a server that was off over its first month ends with a statement of it', async (world, account) => {
  const early = await BillingWorld.open(onDay('2026-11-20'))
  try {
    const { id } = await early.newAccount('shop')
    await write(early, id, 'topUp', 5)
    early.clock.at = onDay('2027-01-05')
    await early.charge.run()
    assert.deepEqual(
      (await early.statements.list(id)).map(({ month }) => month),
      [DECEMBER, NOVEMBER],
    )
    assert.equal((await early.charge.progress()).closedUpTo, DECEMBER)
  } finally {
    await early.destroy()
  }
  assert.equal((await world.charge.progress()).closedUpTo, OCTOBER, `before anything happened to ${account}`)
})

statementTest(
  'a month stays open until each of its days is charged, however long that fails',
  async (world, account) => {
    await world.price('USD', day('2026-11-21'), 7)
    await world.create(account).made
    world.clock.at = onDay('2026-11-28')
    await world.charge.run()
    world.clock.at = onDay('2026-12-03')
    // The 29th is charged, the 30th is not.
    world.mishaps(undefined, undefined, 'fails')
    await assert.rejects(world.charge.run())
    assert.deepEqual(await world.charge.progress(), { chargedUpTo: day('2026-11-29'), closedUpTo: OCTOBER })
    await world.charge.run()
    const november = { opening: 0, charged: -70, paid: 0, closing: -70, lines: 10, plan: 'prepaid', isFinal: true }
    assert.deepEqual(await figures(world, account, NOVEMBER), november)
  },
)
