// Truth: an instance exists if and only if its first day is paid, where there is a price; a refused creation leaves nothing, wherever it fails.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { billingDayStart } from '../../src/billing/day.ts'
import { Instance } from '../../src/instances/instance.ts'
import type { AccountRow } from '../../src/model/account.ts'
import { isFault, type Fault } from '../../src/model/fault.ts'
import { isRepeated, type Repeated } from '../../src/model/once.ts'
import { DAY_MS, MoneyScene, TODAY, WANTED } from './money-scene.ts'

const BY = 'partner:t1'

let scene: MoneyScene
before(async () => {
  scene = await MoneyScene.open()
})
after(() => scene.close())

function create(account: AccountRow): Promise<Instance | Fault | Repeated> {
  return scene.partnerInstances.create(account, WANTED)
}

async function mustCreate(account: AccountRow): Promise<Instance> {
  const made = await create(account)
  assert.ok(made instanceof Instance, JSON.stringify(made))
  return made
}

function codeOf(outcome: Instance | Fault | Repeated): string {
  return isFault(outcome) ? outcome.fault : isRepeated(outcome) ? 'repeated' : 'ok'
}

test('without price and quota the batch holds the instance alone', async () => {
  const account = await scene.newAccount('partner')
  scene.failing.batches.length = 0
  await mustCreate(account)
  const [batch, ...more] = scene.failing.batches
  assert.equal(more.length, 0)
  assert.deepEqual(
    batch?.guards.map(({ kind }) => kind),
    ['sequence'],
  )
  assert.deepEqual(
    batch.writes.map(({ kind }) => kind),
    ['instance.add'],
  )
})

test('the first day is paid in the batch that makes the instance, at the price of that day', async () => {
  const tariff = await scene.pricedAt(150)
  const account = await scene.newAccount('partner', { tariff })
  const other = await scene.newAccount('partner', { tariff, currency: 'EUR' })
  const { id } = await mustCreate(account)
  await mustCreate(other)
  const [line] = await scene.ledger.lines({ account: account.id }, 10)
  assert.ok(line)
  const { kind, amount, instance, day, reason, author, at } = line
  assert.deepEqual([kind, amount, instance, day, reason, author], ['charge', -150, id, TODAY, tariff, 'system'])
  assert.equal(at, scene.clock.at)
  assert.deepEqual(await scene.lines(other), [], 'no price in EUR is in force')
  await scene.setPrice(tariff, 0, { account: account.id, day: TODAY + 1 })
  scene.clock.at += DAY_MS
  await mustCreate(account)
  scene.clock.at -= DAY_MS
  assert.deepEqual(await scene.lines(account), [`charge -150 ${tariff}`, `charge 0 ${tariff}`])
})

test('a creation that could not be stored has charged nothing, and made nothing', async () => {
  const tariff = await scene.pricedAt(100)
  const account = await scene.newAccount('partner', { tariff, createPerMinute: 1 })
  scene.failing.next = 'lost'
  await assert.rejects(create(account))
  assert.deepEqual(await scene.lines(account), [])
  assert.deepEqual([...scene.partnerInstances.list(account)], [])
  await mustCreate(account)
})

test('the day charge of the store finds nothing left to pay on the first day', async () => {
  const tariff = await scene.pricedAt(100)
  const account = await scene.newAccount('partner', { tariff })
  await mustCreate(account)
  const midnight = billingDayStart(TODAY)
  const charge = {
    kind: 'charge.day',
    day: TODAY,
    midnight,
    madeBefore: scene.clock.at + 1,
    from: 0,
    to: 2 ** 40,
    at: 1,
  } as const
  await scene.store.commit({ guards: [], writes: [charge] })
  assert.equal(await scene.ledger.balance(account.id), -100)
})

test('made behind the days that are charged, it has the days since then gone through again', async () => {
  const tariff = await scene.pricedAt(100)
  const account = await scene.newAccount('partner', { tariff })
  const none = await scene.newAccount('partner', { instanceQuota: 9 })
  for (const [stored, then] of [
    [TODAY - 1, TODAY - 1],
    [TODAY, TODAY],
    [TODAY + 1, TODAY],
    [TODAY + 3, TODAY],
  ] as const) {
    await scene.store.commit({
      guards: [],
      writes: [
        { kind: 'charge.reopen', day: 0 },
        { kind: 'charge.done', day: stored },
      ],
    })
    await mustCreate(none)
    assert.equal(await scene.store.billing.chargedUpTo(), stored, 'what has no price owes no day')
    await mustCreate(account)
    assert.equal(await scene.store.billing.chargedUpTo(), then, String(stored))
  }
  await scene.store.commit({ guards: [], writes: [{ kind: 'charge.done', day: TODAY }] })
})

test('a quota is of all living instances of the account, and names its figure', async () => {
  const account = await scene.newAccount('partner', { instanceQuota: 2 })
  const [first] = [await mustCreate(account), await mustCreate(account)]
  const refused = await create(account)
  assert.ok(isFault(refused))
  assert.equal(refused.fault, 'quotaExceeded')
  assert.match(refused.message, /quota of instances is used up: 2 at one time/)
  assert.equal(await scene.partnerInstances.delete(account, first.id, BY), null)
  await mustCreate(account)
  assert.equal(codeOf(await create(account)), 'quotaExceeded')
  await scene.put({ ...account, terms: { ...account.terms, instanceQuota: 0 } })
  assert.equal(codeOf(await create({ ...account, terms: { ...account.terms, instanceQuota: 0 } })), 'quotaExceeded')
})

test('many at the same time never come to more than the quota', async () => {
  const account = await scene.newAccount('partner', { instanceQuota: 5 })
  const outcomes = await Promise.all(Array.from({ length: 12 }, () => create(account)))
  assert.equal(outcomes.filter((outcome) => codeOf(outcome) === 'ok').length, 5)
  assert.equal([...scene.partnerInstances.list(account)].length, 5)
})

test('a negative balance stops nothing, but for an overdraft limit', async () => {
  const tariff = await scene.pricedAt(400)
  const free = await scene.newAccount('partner', { tariff })
  for (let made = 0; made < 3; made += 1) await mustCreate(free)
  assert.equal(await scene.ledger.balance(free.id), -1200)
  const limited = await scene.newAccount('partner', { tariff, overdraftLimit: 1000 })
  await mustCreate(limited)
  await mustCreate(limited)
  const refused = await create(limited)
  assert.ok(isFault(refused))
  assert.equal(refused.fault, 'quotaExceeded')
  assert.match(refused.message, /-8\.00 USD.*-6\.00 USD.*10\.00 USD/)
  assert.equal(await scene.ledger.balance(limited.id), -800)
  await scene.topUp(limited, 200)
  await mustCreate(limited)
  assert.equal(await scene.ledger.balance(limited.id), -1000)
})

test('a minute is a sliding one, and only what was made counts', async () => {
  const account = await scene.newAccount('partner', { createPerMinute: 3, instanceQuota: 5 })
  const start = scene.clock.at
  await mustCreate(account)
  scene.clock.at += 30_000
  await mustCreate(account)
  await mustCreate(account)
  const refused = await create(account)
  assert.ok(isFault(refused) && refused.fault === 'rateLimited')
  assert.match(refused.message, /quota of new instances is used up: 3 a minute/)
  scene.clock.at = start + 59_999
  assert.equal(codeOf(await create(account)), 'rateLimited')
  scene.clock.at = start + 60_000
  scene.failing.next = 'lost'
  await assert.rejects(create(account))
  await mustCreate(account)
  assert.equal(codeOf(await create(account)), 'rateLimited')
  scene.clock.at = start + 90_000
  await mustCreate(account)
  for (let call = 0; call < 5; call += 1) assert.equal(codeOf(await create(account)), 'quotaExceeded')
  scene.clock.at = start
})

test('those under way at the same time count against the minute too, and a repeated call does not', async () => {
  const account = await scene.newAccount('partner', { createPerMinute: 4 })
  const once = () => ({ kind: 'once', scope: account.id, key: 'k', bodyHash: 'h', answer: '{}', at: 1 }) as const
  assert.equal(codeOf(await scene.partnerInstances.create(account, { ...WANTED, once })), 'ok')
  for (let call = 0; call < 3; call += 1) {
    assert.equal(codeOf(await scene.partnerInstances.create(account, { ...WANTED, once })), 'repeated')
  }
  const outcomes = await Promise.all(Array.from({ length: 9 }, () => create(account)))
  assert.equal(outcomes.filter((outcome) => codeOf(outcome) === 'ok').length, 3)
})

test('a tariff that is not charged daily makes no instance of a partner', async () => {
  for (const tariff of ['BUSINESS', 'DEVELOPER', 'NOTARIFF']) {
    const account = await scene.newAccount('partner', { tariff })
    assert.equal(codeOf(await create(account)), 'conflict', tariff)
  }
})

test('whoever was let in before his account was suspended or deleted makes nothing any more', async () => {
  const account = await scene.newAccount('partner')
  await scene.put({ ...account, suspendedAt: scene.clock.at })
  assert.equal(codeOf(await create(account)), 'accountSuspended')
  await scene.put({ ...account, deletedAt: scene.clock.at })
  assert.equal(codeOf(await create(account)), 'notFound')
  await scene.put(account)
  await mustCreate(account)
})

test('a price in a currency that the account has no more is not charged, nor is the instance made', async () => {
  const tariff = await scene.pricedAt(100)
  const account = await scene.newAccount('partner', { tariff })
  const euro = { ...account, terms: { ...account.terms, currency: 'EUR' } }
  const other = scene.store.commit({ guards: [], writes: [{ kind: 'account.put', row: euro }] })
  // Stored in the order of the calls, and not yet told.
  const refused = await create(account)
  assert.equal(codeOf(refused), 'conflict')
  await other
  assert.deepEqual(await scene.lines(account), [])
  assert.deepEqual([...scene.partnerInstances.list(account)], [])
  await scene.put(euro)
  await mustCreate(account)
  assert.deepEqual(await scene.lines(account), [], 'there is no price in EUR')
})

test('somebody else neither sees nor deletes an instance', async () => {
  const [mine, other] = [await scene.newAccount('partner'), await scene.newAccount('partner')]
  const { id } = await mustCreate(mine)
  assert.deepEqual([...scene.partnerInstances.list(other)], [])
  const revision = scene.partnerInstances.revision(other)
  const foreign = await scene.partnerInstances.delete(other, id, BY)
  assert.deepEqual(foreign, await scene.partnerInstances.delete(other, 1, BY))
  assert.ok(foreign?.fault === 'notFound')
  assert.equal(scene.partnerInstances.revision(other), revision)
  assert.equal(await scene.partnerInstances.delete(mine, id, BY), null)
  assert.deepEqual(await scene.partnerInstances.delete(mine, id, BY), foreign)
})

/** The account's entries as `who did what to which`, in their order. */
const audited = async (account: AccountRow) =>
  (await scene.audit(account)).map(({ actor, action, target }) => `${actor} ${action} ${target}`)

test('a deletion is in the audit log if and only if it was stored', async () => {
  const [mine, other] = [await scene.newAccount('partner'), await scene.newAccount('partner')]
  const { id } = await mustCreate(mine)
  const deletions = async () => (await audited(mine)).filter((entry) => entry.includes('instance.delete'))
  scene.failing.next = 'lost'
  await assert.rejects(scene.partnerInstances.delete(mine, id, BY))
  await scene.partnerInstances.delete(other, id, BY)
  assert.deepEqual(await deletions(), [])
  await Promise.all([scene.partnerInstances.delete(mine, id, BY), scene.partnerInstances.delete(mine, id, BY)])
  assert.deepEqual(await deletions(), [`${BY} instance.delete ${String(id)}`])
  assert.deepEqual(await audited(other), [])
})
