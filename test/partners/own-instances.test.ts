// Truth: 30 days are paid once, from the balance or by hand, and an instance's paid time, its tariff and the line that paid are stored together.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TARIFFS } from '../../src/billing/tariffs.ts'
import { Instance } from '../../src/instances/instance.ts'
import type { AccountRow, AccountTerms } from '../../src/model/account.ts'
import { isFault, type Fault } from '../../src/model/fault.ts'
import type { Repeated } from '../../src/model/once.ts'
import type { Payment } from '../../src/partners/own-instances.ts'
import { DAY_MS, MoneyScene, TODAY, WANTED } from './money-scene.ts'

const PRICE = 1200
const PAID_MS = 30 * DAY_MS

let scene: MoneyScene
before(async () => {
  scene = await MoneyScene.open()
  await scene.setPrice('BUSINESS', PRICE)
})
after(() => scene.close())

function create(account: AccountRow, tariff: string, payment?: Payment): Promise<Instance | Fault | Repeated> {
  return scene.ownInstances.create(account, WANTED, { tariff, ...(payment && { payment }) }, 'operator')
}

async function mustCreate(account: AccountRow, tariff: string, payment?: Payment): Promise<Instance> {
  const made = await create(account, tariff, payment)
  assert.ok(made instanceof Instance, JSON.stringify(made))
  return made
}

/** A person with money. */
async function person(balance: number, terms: Partial<AccountTerms> = {}): Promise<AccountRow> {
  const account = await scene.newAccount('personal', terms)
  if (balance > 0) await scene.topUp(account, balance)
  return account
}

function codeOf(outcome: object | null): string {
  return isFault(outcome) ? outcome.fault : 'ok'
}

test('a free instance costs nothing, and there are as many as tariff or terms say', async () => {
  const account = await person(0)
  const instance = await mustCreate(account, 'DEVELOPER')
  assert.deepEqual([instance.tariff.name, instance.paidUntil], ['DEVELOPER', null])
  const refused = await create(account, 'DEVELOPER')
  assert.ok(isFault(refused) && refused.fault === 'quotaExceeded')
  assert.match(refused.message, /quota of DEVELOPER instances is used up: 1 at one time/)
  assert.deepEqual(await scene.lines(account), [])
  const raised = { ...account, terms: { ...account.terms, instanceQuota: 3 } }
  await scene.put(raised)
  await mustCreate(raised, 'BUSINESS', 'hand')
  await mustCreate(raised, 'DEVELOPER')
  await mustCreate(raised, 'DEVELOPER')
  assert.equal(codeOf(await create(raised, 'DEVELOPER')), 'quotaExceeded')
  assert.equal(await scene.ownInstances.delete(instance, 'cli'), null)
  await mustCreate(raised, 'DEVELOPER')
})

test('30 days are paid from the balance in the batch that makes the instance', async () => {
  const account = await person(2000)
  const { id, paidUntil, tariff } = await mustCreate(account, 'BUSINESS', 'balance')
  assert.deepEqual([tariff.name, paidUntil], ['BUSINESS', scene.clock.at + PAID_MS])
  const line = (await scene.ledger.lines({ account: account.id }, 10)).at(-1)
  assert.deepEqual(
    [line?.kind, line?.amount, line?.instance, line?.day, line?.reason, line?.author],
    ['renewal', -PRICE, id, TODAY, 'BUSINESS', 'operator'],
  )
  const refused = await create(account, 'BUSINESS', 'balance')
  assert.ok(isFault(refused) && refused.fault === 'quotaExceeded')
  assert.match(refused.message, /8\.00 USD.*12\.00 USD/)
  assert.equal(await scene.ledger.balance(account.id), 800)
  const entry = (await scene.audit(account)).at(-1)
  assert.deepEqual([entry?.action, entry?.actor, entry?.target], ['instance.create', 'operator', String(id)])
  assert.deepEqual(entry?.details, { tariff: 'BUSINESS', paidUntil, payment: 'balance' })
})

test('what is paid by hand is a line of nothing, and the overdraft limit counts for the rest', async () => {
  const account = await person(0, { overdraftLimit: PRICE })
  await mustCreate(account, 'BUSINESS', 'hand')
  await mustCreate(account, 'BUSINESS', 'balance')
  assert.equal(codeOf(await create(account, 'BUSINESS', 'balance')), 'quotaExceeded')
  assert.deepEqual(await scene.lines(account), ['renewal 0 BUSINESS', `renewal ${String(-PRICE)} BUSINESS`])
})

test('who may make what, and how it is paid, is checked', async () => {
  const account = await person(5000)
  const partner = await scene.newAccount('partner')
  const european = await person(5000, { currency: 'EUR' })
  const now = scene.clock.at
  const refusals: readonly (readonly [string, Instance | Fault | Repeated])[] = [
    ['forbidden', await create(partner, 'BUSINESS', 'hand')],
    ['forbidden', await create(account, 'PARTNER')],
    ['invalid', await create(account, 'NOTARIFF')],
    ['invalid', await create(account, 'BUSINESS')],
    ['invalid', await create(account, 'DEVELOPER', 'balance')],
    ['conflict', await create(european, 'BUSINESS', 'balance')],
    ['notFound', await create({ ...account, deletedAt: now }, 'DEVELOPER')],
    ['accountSuspended', await create({ ...account, suspendedAt: now }, 'DEVELOPER')],
  ]
  for (const [code, outcome] of refusals) assert.equal(codeOf(outcome), code)
  const [, refused] = refusals[0] ?? []
  assert.ok(isFault(refused))
  assert.match(refused.message, /through the API: POST \/partner\/createInstance\//)
  for (const { id } of [account, partner, european]) assert.deepEqual(scene.domain.instances.ofAccount(id), [])
})

test('a renewal adds 30 days to what is paid, or begins now where that has passed', async () => {
  const account = await person(5 * PRICE)
  const instance = await mustCreate(account, 'BUSINESS', 'balance')
  const start = scene.clock.at
  assert.equal(await scene.ownInstances.renew(instance, 'balance', 'cli'), instance)
  assert.equal(instance.paidUntil, start + 2 * PAID_MS)
  scene.clock.at = start + 2 * PAID_MS + DAY_MS
  await scene.domain.instances.refreshHolds()
  assert.equal(instance.held?.fault, 'expired')
  assert.equal(await scene.ownInstances.renew(instance, 'balance', 'cli'), instance)
  assert.equal(instance.paidUntil, scene.clock.at + PAID_MS)
  assert.deepEqual([instance.held, instance.life.isHoldDue], [undefined, false])
  assert.equal(await scene.ledger.balance(account.id), 2 * PRICE)
  const { paidUntil } = instance
  scene.clock.at = start
  await scene.restart()
  assert.equal(scene.domain.instances.get(instance.id)?.paidUntil, paidUntil)
})

test('two renewals at the same moment pay once', async () => {
  const account = await person(5 * PRICE)
  const instance = await mustCreate(account, 'BUSINESS', 'hand')
  const both = await Promise.all([
    scene.ownInstances.renew(instance, 'balance', 'operator'),
    scene.ownInstances.renew(instance, 'balance', 'operator'),
  ])
  assert.deepEqual(both.map(codeOf), ['ok', 'conflict'])
  assert.equal(instance.paidUntil, scene.clock.at + 2 * PAID_MS)
  assert.equal(await scene.ledger.balance(account.id), 4 * PRICE)
})

test('only what is paid ahead is renewed, with what there is', async () => {
  const account = await person(PRICE - 1)
  const free = await mustCreate(account, 'DEVELOPER')
  assert.equal(codeOf(await scene.ownInstances.renew(free, 'hand', 'cli')), 'invalid')
  const paid = await mustCreate(account, 'BUSINESS', 'hand')
  const { paidUntil } = paid
  assert.equal(codeOf(await scene.ownInstances.renew(paid, 'balance', 'cli')), 'quotaExceeded')
  scene.failing.next = 'lost'
  await assert.rejects(scene.ownInstances.renew(paid, 'hand', 'cli'))
  assert.equal(paid.paidUntil, paidUntil)
  await scene.ownInstances.delete(paid, 'cli')
  assert.equal(codeOf(await scene.ownInstances.renew(paid, 'hand', 'cli')), 'deleted')
  assert.equal(await scene.ledger.balance(account.id), PRICE - 1)
})

test('free instances become paid ones and back', async () => {
  const account = await person(PRICE)
  const instance = await mustCreate(account, 'DEVELOPER')
  const set = (tariff: string, payment?: Payment) => scene.ownInstances.setTariff(instance, tariff, payment, 'cli')
  const revision = scene.domain.instances.revision(account.id)
  assert.equal(codeOf(await set('DEVELOPER')), 'conflict')
  assert.equal(codeOf(await set('BUSINESS')), 'invalid')
  assert.equal(codeOf(await set('NOTARIFF')), 'invalid')
  assert.equal(await set('BUSINESS', 'balance'), instance)
  assert.deepEqual([instance.tariff, instance.paidUntil], [TARIFFS.BUSINESS, scene.clock.at + PAID_MS])
  assert.ok(scene.domain.instances.revision(account.id) > revision)
  const other = await mustCreate(account, 'DEVELOPER')
  assert.equal(codeOf(await set('DEVELOPER')), 'quotaExceeded')
  await scene.ownInstances.delete(other, 'cli')
  assert.equal(await set('DEVELOPER'), instance)
  assert.deepEqual([instance.tariff.name, instance.paidUntil], ['DEVELOPER', null])
  assert.equal(codeOf(await set('BUSINESS', 'balance')), 'quotaExceeded')
  assert.deepEqual(await scene.lines(account), [`topUp ${String(PRICE)} paid`, `renewal ${String(-PRICE)} BUSINESS`])
  const actions = (await scene.audit(account)).map(({ action }) => action)
  assert.deepEqual(actions.slice(-4), ['instance.tariff', 'instance.create', 'instance.delete', 'instance.tariff'])
})

test('nothing moves to daily charges or from them, and what an account had stays when it becomes a partner', async () => {
  const account = await person(5 * PRICE)
  const business = await mustCreate(account, 'BUSINESS', 'hand')
  const partner: AccountRow = { ...account, kind: 'partner', partnerSince: scene.clock.at }
  await scene.put(partner)
  const daily = await scene.partnerInstances.create(partner, WANTED)
  assert.ok(daily instanceof Instance)
  const toDaily = await scene.ownInstances.setTariff(business, 'PARTNER', undefined, 'cli')
  assert.ok(isFault(toDaily) && toDaily.fault === 'forbidden')
  assert.equal(toDaily.message, 'Business instances stay on their tariff and cannot be moved to partner billing')
  assert.equal(codeOf(await scene.ownInstances.setTariff(daily, 'DEVELOPER', undefined, 'cli')), 'forbidden')
  assert.equal(codeOf(await scene.ownInstances.renew(daily, 'hand', 'cli')), 'invalid')
  assert.equal(codeOf(await scene.ownInstances.delete(daily, 'cli')), 'forbidden')
  assert.equal(await scene.ownInstances.renew(business, 'balance', 'cli'), business)
  assert.equal(await scene.ownInstances.delete(business, 'cli'), null)
  const entry = (await scene.audit(account)).at(-1)
  assert.deepEqual([entry?.action, entry?.actor, entry?.target], ['instance.delete', 'cli', String(business.id)])
  assert.equal(codeOf(await scene.ownInstances.delete(business, 'cli')), 'notFound')
  assert.equal(daily.deletedAt, null)
})
