// Truth: docs/operators/billing.md as the operator meets it: prices from a day on, one line for one key, refunds, renewals, statements, who did what.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { billingDay, billingDayEnd, billingDayStart, dayText } from '../../src/billing/day.ts'
import { firstDay, monthOfDay } from '../../src/billing/month.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { Operator, type Json } from '../support/operator-calls.ts'
import { startServer, type TestServer } from '../support/server.ts'

const DAY_MS = 86_400_000
const clock = new SkippingClock()
let server: TestServer
let operator: Operator
before(async () => {
  server = await startServer({}, { clock })
  operator = new Operator(server)
})
after(() => server.close())

const dayIn = (days: number): string => dayText(billingDay(clock.now()) + days)
const setPrice = (tariff: string, currency: string, amount: number, from = dayIn(0), accountId?: string) =>
  operator.done('PUT', '/prices', { tariff, currency, amount, from, ...(accountId !== undefined && { accountId }) })
const topUp = (id: string, amount: number, headers?: Record<string, string>) =>
  operator.done('POST', `/accounts/${id}/ledger`, { kind: 'topUp', amount, reason: 'bank transfer' }, headers)
const balanceOf = async (id: string): Promise<unknown> =>
  (await operator.done('GET', `/accounts/${id}/balance`))['balance']
const create = (token: string) => server.call('POST', `/partner/createInstance/${token}`, { name: 'x' })
/** Over the next midnight UTC+3, a little. */
const toTomorrow = (): void => {
  clock.skip(billingDayEnd(clock.now()) - clock.now() + 60_000)
}

describe('the ledger', () => {
  test('one key, one line: whoever repeats gets the first answer, also at the same time; another body is a conflict', async () => {
    const { id } = await operator.account('partner')
    const key = { 'idempotency-key': 'transfer-1' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => topUp(id, 700, key)))
    for (const answer of answers) assert.deepEqual(answer, { balance: 700, currency: 'USD' })
    await topUp(id, 50)
    assert.deepEqual(await topUp(id, 700, key), { balance: 700, currency: 'USD' })
    assert.equal(await balanceOf(id), 750)
    const other = { kind: 'topUp', amount: 701, reason: 'bank transfer' }
    const path = `/accounts/${id}/ledger`
    assert.deepEqual((await operator.refused('POST', path, other, key)).slice(0, 2), [409, 'conflict'])
    assert.equal((await operator.refused('POST', path, other, { 'idempotency-key': 'ü' }))[0], 400)
    assert.equal((await operator.items(path)).length, 2)
  })

  test('a line says what, why and by whom; the sign belongs to its kind; nothing is rounded', async () => {
    const { id } = await operator.account('partner')
    const path = `/accounts/${id}/ledger`
    await operator.done('POST', path, { kind: 'topUp', amount: 1000, reason: 'cash' }, { 'x-actor': 'cli' })
    await operator.done('POST', path, { kind: 'refund', amount: -300, reason: 'given back' }, { 'x-actor': 'root' })
    await operator.done('POST', path, { kind: 'correction', amount: -1, reason: 'a cent' })
    const lines = (await operator.items(path)).map(({ kind, amount, reason, author }) => [kind, amount, reason, author])
    assert.deepEqual(lines, [
      ['correction', -1, 'a cent', 'operator'],
      ['refund', -300, 'given back', 'operator'],
      ['topUp', 1000, 'cash', 'cli'],
    ])
    for (const [kind, amount] of [
      ['topUp', -5],
      ['topUp', 0],
      ['refund', 5],
      ['correction', 0],
      ['correction', 1.5],
      ['correction', 1e16],
      ['charge', 5],
    ]) {
      const refused = await operator.refused('POST', path, { kind, amount, reason: 'x' })
      assert.deepEqual(refused.slice(0, 2), [400, 'invalid'], `${String(kind)} ${String(amount)}`)
    }
    assert.equal((await operator.refused('POST', path, { kind: 'topUp', amount: 5, reason: '  ' }))[0], 400)
    assert.equal(await balanceOf(id), 699)
    assert.deepEqual(await operator.done('GET', `${path}/check`), { ok: true, problems: [] })
  })

  test('it is read page by page, newest first, each line once', async () => {
    const { id } = await operator.account('partner')
    for (const amount of [1, 2, 3, 4, 5]) await topUp(id, amount)
    const amounts: unknown[] = []
    for (let cursor = ''; ;) {
      const page = await operator.done('GET', `/accounts/${id}/ledger?limit=2${cursor}`)
      amounts.push(...(page['items'] as readonly Json[]).map((line) => line['amount']))
      if (page['next'] === null) break
      cursor = `&cursor=${page['next'] as string}`
    }
    assert.deepEqual(amounts, [5, 4, 3, 2, 1])
    assert.deepEqual(await operator.items(`/accounts/${id}/ledger?month=2001-01`), [])
    assert.equal((await operator.refused('GET', `/accounts/${id}/ledger?month=2001-13`))[0], 400)
  })
})

describe('prices and the daily charge', () => {
  test('a first price may begin today, a second one tomorrow; an account may have its own; days past keep theirs', async () => {
    const one = await operator.account('partner', { currency: 'RUB' })
    const own = await operator.account('partner', { currency: 'RUB' })
    await create(one.token)
    await setPrice('PARTNER', 'RUB', 1000)
    const refused = await operator.refused('PUT', '/prices', {
      tariff: 'PARTNER',
      currency: 'RUB',
      from: dayIn(0),
      amount: 1,
    })
    assert.deepEqual(refused.slice(0, 2), [400, 'invalid'])
    await setPrice('PARTNER', 'RUB', 1500, dayIn(1))
    await setPrice('PARTNER', 'RUB', 10, dayIn(1), own.id)
    await create(own.token)
    await operator.done('POST', '/billing/run')
    assert.deepEqual([await balanceOf(one.id), await balanceOf(own.id)], [-1000, -1000])
    toTomorrow()
    const run = await operator.done('POST', '/billing/run')
    assert.deepEqual([run['today'], run['chargedUpTo']], [dayIn(0), dayIn(0)])
    await operator.done('POST', '/billing/run')
    assert.deepEqual([await balanceOf(one.id), await balanceOf(own.id)], [-2500, -1010])
    const usage = await operator.done('GET', `/accounts/${one.id}/usage`)
    const days = usage['days'] as readonly Json[]
    assert.deepEqual(days.at(-1), { day: dayIn(0), instances: 1, cost: 1500 })
    const { today } = await operator.done('GET', `/accounts/${own.id}/balance`)
    assert.deepEqual(today, { instances: 1, cost: 10 })
    const prices = await operator.items('/prices')
    assert.deepEqual(prices.find((price) => price['accountId'] === own.id)?.['amount'], 10)
  })

  test('an overdraft limit stops new instances, with the balance in the words', async () => {
    const { id, token } = await operator.account('partner', { currency: 'EUR', overdraftLimit: 150 })
    await setPrice('PARTNER', 'EUR', 100)
    assert.equal(typeof ((await create(token)).json as Json)['idInstance'], 'number')
    assert.equal(((await create(token)).json as Json)['code'], 466)
    await operator.done('PATCH', `/accounts/${id}`, { terms: { overdraftLimit: null } })
    assert.equal(typeof ((await create(token)).json as Json)['idInstance'], 'number')
    assert.equal(await balanceOf(id), -200)
  })

  test('a new tariff holds for what is made under it, and its plan stays', async () => {
    const gold = { plan: 'daily', correspondents: 5, calls: { CheckWhatsapp: 9 }, instances: null }
    assert.deepEqual((await operator.done('PUT', '/tariffs/GOLD', gold))['calls'], { checkwhatsapp: 9 })
    const changed = await operator.refused('PUT', '/tariffs/GOLD', { ...gold, plan: 'free' })
    assert.deepEqual(changed.slice(0, 2), [409, 'conflict'])
    const { id, token } = await operator.account('partner', { tariff: 'GOLD' })
    await create(token)
    assert.deepEqual((await operator.items(`/accounts/${id}/instances`))[0]?.['tariff'], 'GOLD')
    assert.equal((await operator.items('/tariffs')).length, 4)
    assert.equal((await operator.items('/tariffs?limit=3')).length, 3)
  })
})

describe('instances of persons', () => {
  test('the free tariff is limited by the account, and nobody pays for it', async () => {
    const { id } = await operator.account('personal')
    const path = `/accounts/${id}/instances`
    const made = await operator.done('POST', path, {
      tariff: 'DEVELOPER',
      name: 'mine',
      typeInstance: 'telegram',
      settings: { incomingWebhook: 'yes' },
    })
    assert.match(String(made['apiTokenInstance']), /^[0-9a-f]{50}$/)
    const one = await operator.done('GET', `${path}/${String(made['idInstance'])}`)
    assert.deepEqual(
      [one['name'], one['typeInstance'], one['isFree'], one['expirationDate']],
      ['mine', 'telegram', true, null],
    )
    assert.equal((one['settings'] as Json)['incomingWebhook'], 'yes')
    assert.equal(one['apiTokenInstance'], undefined)
    assert.deepEqual((await operator.refused('POST', path, { tariff: 'DEVELOPER' })).slice(0, 2), [
      422,
      'quotaExceeded',
    ])
    await operator.done('PATCH', `/accounts/${id}`, { terms: { instanceQuota: 2 } })
    await operator.done('POST', path, { tariff: 'DEVELOPER' })
    assert.equal(await balanceOf(id), 0)
    const answer = await operator.call('DELETE', `${path}/${String(made['idInstance'])}`)
    assert.deepEqual([answer.status, answer.text], [204, ''])
    assert.equal((await operator.items(path)).length, 1)
    assert.equal((await operator.items(`${path}?deleted=true`)).length, 1)
  })

  test('30 days are paid from the balance or by hand; what expires says so until it is renewed', async () => {
    await setPrice('BUSINESS', 'GBP', 1200)
    const { id } = await operator.account('personal', { currency: 'GBP' })
    const path = `/accounts/${id}/instances`
    const wanted = { tariff: 'BUSINESS', payment: 'balance' }
    assert.deepEqual((await operator.refused('POST', path, wanted)).slice(0, 2), [422, 'quotaExceeded'])
    await topUp(id, 1200)
    const key = { 'idempotency-key': 'mine' }
    const made = await operator.done('POST', path, wanted, key)
    assert.deepEqual(await operator.done('POST', path, wanted, key), made)
    assert.equal(await balanceOf(id), 0)
    const own = `${path}/${String(made['idInstance'])}`
    const end = Date.parse(String((await operator.done('GET', own))['expirationDate']))
    assert.ok(Math.abs(end - clock.now() - 30 * DAY_MS) < 60_000)
    assert.equal((await operator.refused('POST', `${own}/renew`, { payment: 'balance' }))[0], 422)
    clock.skip(31 * DAY_MS)
    const expired = await operator.done('GET', own)
    assert.deepEqual([expired['isExpired'], expired['held'], expired['daysLeft']], [true, 'expired', 0])
    const renewed = await operator.done('POST', `${own}/renew`, { payment: 'hand' })
    assert.deepEqual([renewed['isExpired'], renewed['held']], [false, null])
    const kinds = (await operator.items(`/accounts/${id}/ledger`)).map((line) => [line['kind'], line['amount']])
    assert.deepEqual(kinds, [
      ['renewal', 0],
      ['renewal', -1200],
      ['topUp', 1200],
    ])
  })

  test('tariffs move between free and paid ahead, never to or from daily billing', async () => {
    const { id } = await operator.account('personal')
    const made = await operator.done('POST', `/accounts/${id}/instances`, { tariff: 'DEVELOPER' })
    const own = `/accounts/${id}/instances/${String(made['idInstance'])}/tariff`
    const moved = await operator.done('PUT', own, { tariff: 'BUSINESS', payment: 'hand' })
    assert.deepEqual([moved['tariff'], moved['isFree']], ['BUSINESS', false])
    const [status, code, message] = await operator.refused('PUT', own, { tariff: 'PARTNER' })
    assert.deepEqual([status, code], [403, 'forbidden'])
    assert.match(message, /cannot be moved to partner billing/)
    assert.equal((await operator.refused('PUT', own, { tariff: 'NONE' }))[0], 400)
    assert.equal((await operator.refused('PUT', own, { tariff: 'BUSINESS', payment: 'card' }))[0], 400)
    const partner = await operator.account('partner')
    const { idInstance } = (await create(partner.token)).json as { idInstance: number }
    const daily = `/accounts/${partner.id}/instances/${String(idInstance)}`
    assert.equal((await operator.refused('PUT', `${daily}/tariff`, { tariff: 'DEVELOPER' }))[0], 403)
    assert.equal((await operator.refused('DELETE', daily))[0], 403)
  })

  test('settings are those of the contract, and no others', async () => {
    const { id } = await operator.account('personal', { instanceQuota: 10 })
    const path = `/accounts/${id}/instances`
    for (const settings of [
      { incomingWebhook: 'maybe' },
      { delaySendMessagesMilliseconds: 1 },
      { webhookUrl: 'ftp://x.example' },
      { nope: 'yes' },
    ]) {
      const [status, code, message] = await operator.refused('POST', path, { tariff: 'DEVELOPER', settings })
      assert.deepEqual([status, code], [400, 'invalid'])
      assert.ok(message.includes(Object.keys(settings)[0] ?? ''), message)
    }
    assert.deepEqual(await operator.items(path), [])
  })
})

describe('statements and the audit log', () => {
  test('the statement of an open month is what it would be now: JSON, CSV and a page agree', async () => {
    const { id } = await operator.account('partner', { currency: 'CHF' })
    await topUp(id, 12_345)
    const month = dayIn(0).slice(0, 7)
    const path = `/accounts/${id}/statements`
    const statement = await operator.done('GET', `${path}/${month}`)
    assert.deepEqual([statement['isFinal'], statement['paid'], statement['closing']], [false, 12_345, 12_345])
    const csv = await operator.call('GET', `${path}/${month}/csv`)
    assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/)
    assert.match(csv.text, /topUp.*12345/)
    const page = await operator.call('GET', `${path}/${month}/page?lang=ru`)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(page.text, /123.45/)
    assert.deepEqual(await operator.items(path), [])
    assert.equal((await operator.refused('GET', `${path}/2001-01`))[0], 404)
    assert.equal((await operator.refused('GET', `${path}/soon`))[0], 400)
  })

  test('a month that is over is stated, and the next one begins where it ended', async () => {
    const { id } = await operator.account('partner', { currency: 'CHF' })
    await topUp(id, 100)
    const month = dayIn(0).slice(0, 7)
    clock.skip(billingDayStart(firstDay(monthOfDay(billingDay(clock.now())) + 1)) - clock.now() + 60_000)
    await operator.done('POST', '/billing/run')
    const [statement] = await operator.items(`/accounts/${id}/statements`)
    assert.deepEqual([statement?.['month'], statement?.['plan'], statement?.['closing']], [month, 'prepaid', 100])
    const now = await operator.done('GET', `/accounts/${id}/statements/${dayIn(0).slice(0, 7)}`)
    assert.deepEqual([now['opening'], now['plan'], now['isFinal']], [100, 'postpaid', false])
    clock.skip(31 * 86_400_000)
    await operator.done('POST', '/billing/run')
    const { items, next } = await operator.done('GET', `/accounts/${id}/statements?limit=1`)
    assert.equal((items as unknown[]).length, 1)
    const rest = await operator.items(`/accounts/${id}/statements?cursor=${next as string}`)
    assert.deepEqual(
      rest.map((older) => older['month']),
      [month],
    )
  })

  test('who did what is there, newest first, page by page, with the command line told apart', async () => {
    const { id } = await operator.account('partner')
    await operator.done('PATCH', `/accounts/${id}`, { name: 'by hand' }, { 'x-actor': 'cli' })
    await topUp(id, 5)
    const entries = await operator.items(`/audit?accountId=${id}&limit=2`)
    assert.deepEqual(
      entries.map(({ action, actor }) => [action, actor]),
      [
        ['ledger.topUp', 'operator'],
        ['account.change', 'cli'],
      ],
    )
    assert.deepEqual(entries[1]?.['details'], { name: { from: 'a partner', to: 'by hand' } })
    const page = await operator.done('GET', `/audit?accountId=${id}&limit=2`)
    const rest = await operator.items(`/audit?accountId=${id}&cursor=${page['next'] as string}`)
    assert.ok(rest.every(({ seq }) => Number(seq) < Number(entries[1]?.['seq'])))
    assert.equal(rest.length, 2)
  })
})
