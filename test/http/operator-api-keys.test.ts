// Truth: what takes money or makes a key is done once for one Idempotency-Key, and answered as the first time.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { billingDay, dayText } from '../../src/billing/day.ts'
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

const balanceOf = async (id: string): Promise<unknown> =>
  (await operator.done('GET', `/accounts/${id}/balance`))['balance']

describe('an Idempotency-Key of the operator', () => {
  test('a renewal and a move to another tariff are paid once, and repeated as they were answered', async () => {
    const { id } = await operator.account('personal', { currency: 'GBP' })
    const from = dayText(billingDay(clock.now()))
    await operator.done('PUT', '/prices', { tariff: 'BUSINESS', currency: 'GBP', amount: 100, from })
    await operator.done('POST', `/accounts/${id}/ledger`, { kind: 'topUp', amount: 1000, reason: 'bank transfer' })
    const made = await operator.done('POST', `/accounts/${id}/instances`, { tariff: 'DEVELOPER' })
    const path = `/accounts/${id}/instances/${String(made['idInstance'])}`
    const paid = { payment: 'balance' }
    const move = { tariff: 'BUSINESS', ...paid }
    const moves = await Promise.all(
      Array.from({ length: 3 }, () => operator.done('PUT', `${path}/tariff`, move, { 'idempotency-key': 'move-1' })),
    )
    const [moved] = moves
    assert.equal(moved?.['tariff'], 'BUSINESS')
    for (const each of moves) assert.deepEqual(each, moved)
    assert.equal(await balanceOf(id), 900)

    const key = { 'idempotency-key': 'renew-1' }
    const renewals = await Promise.all(
      Array.from({ length: 3 }, () => operator.done('POST', `${path}/renew`, paid, key)),
    )
    await operator.done('POST', `${path}/renew`, paid)
    const [renewed] = renewals
    for (const each of [...renewals, await operator.done('POST', `${path}/renew`, paid, key)]) {
      assert.deepEqual(each, renewed)
    }
    const endOf = (view: Json | undefined) => Date.parse(String(view?.['expirationDate']))
    assert.equal(endOf(renewed), endOf(moved) + 30 * DAY_MS)
    assert.equal(endOf(await operator.done('GET', path)), endOf(moved) + 60 * DAY_MS)
    assert.equal(await balanceOf(id), 700)
    const other = await operator.refused('POST', `${path}/renew`, { payment: 'hand' }, key)
    assert.deepEqual(other.slice(0, 2), [409, 'conflict'])
  })

  test('a repeated renewal of one that had expired tells that it is held no more, as the first did', async () => {
    const { id } = await operator.account('personal')
    const body = { tariff: 'BUSINESS', payment: 'hand' }
    const made = await operator.done('POST', `/accounts/${id}/instances`, body)
    const path = `/accounts/${id}/instances/${String(made['idInstance'])}`
    clock.skip(31 * DAY_MS)
    assert.equal((await operator.done('GET', path))['held'], 'expired')
    const renew = () => operator.done('POST', `${path}/renew`, { payment: 'hand' }, { 'idempotency-key': 'back-1' })
    const first = await renew()
    // Whole days: of the thirtieth some milliseconds may have passed.
    assert.deepEqual([first['held'], first['isExpired'], Number(first['daysLeft']) >= 29], [null, false, true])
    assert.deepEqual(await renew(), first)
    assert.equal((await operator.done('GET', path))['held'], null)
  })

  test('a token is rotated once: whoever lost the answer asks again and gets the same new token', async () => {
    const { id } = await operator.account('partner')
    const [first] = await operator.items(`/accounts/${id}/tokens`)
    const path = `/accounts/${id}/tokens/${String(first?.['id'])}/rotate`
    const rotate = () => operator.done('POST', path, { overlapSeconds: 0 }, { 'idempotency-key': 'rotate-1' })
    const rotated = await Promise.all([rotate(), rotate()])
    assert.deepEqual([rotated[1], await rotate()], [rotated[0], rotated[0]])
    assert.equal((await operator.items(`/accounts/${id}/tokens`)).length, 2)
  })

  test('an account, its becoming a partner and a token are made once; the answer shows the same token again', async () => {
    const key = { 'idempotency-key': 'made-1' }
    const before = (await operator.items('/accounts?limit=1000')).length
    const partner = { kind: 'partner', name: 'Once' }
    const [first, same] = await Promise.all([
      operator.done('POST', '/accounts', partner, key),
      operator.done('POST', '/accounts', partner, key),
    ])
    assert.deepEqual(same, first)
    const person = { kind: 'personal', name: 'Once' }
    assert.equal((await operator.refused('POST', '/accounts', person, key))[0], 409)
    const jane = await operator.done('POST', '/accounts', person, { 'idempotency-key': 'made-2' })
    assert.deepEqual(await operator.done('POST', '/accounts', person, { 'idempotency-key': 'made-2' }), jane)
    const become = `/accounts/${String(jane['id'])}/partner`
    assert.deepEqual(await operator.done('POST', become, {}, key), await operator.done('POST', become, {}, key))
    assert.equal((await operator.items('/accounts?limit=1000')).length, before + 2)

    const tokens = `/accounts/${String(first['id'])}/tokens`
    const issued = await operator.done('POST', tokens, { name: 'second' }, key)
    assert.deepEqual(await operator.done('POST', tokens, { name: 'second' }, key), issued)
    assert.equal((await operator.items(tokens)).length, 2)
    const used = await server.call('POST', `/partner/createInstance/${String(issued['token'])}`, { name: 'x' })
    assert.equal(typeof (used.json as Json)['idInstance'], 'number')
  })
})
