// Truth: what an operator must be able to put right: a token of a person's instance that got lost, a wrong price of a day to come, limits of an old currency.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Operator, type Json } from '../support/operator-calls.ts'
import { pathOf, startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let operator: Operator
before(async () => {
  server = await startServer()
  operator = new Operator(server)
})
after(() => server.close())

describe('a new token for the instance of a person', () => {
  const opens = async (idInstance: unknown, apiTokenInstance: string): Promise<number> => {
    const made = { idInstance: Number(idInstance), apiTokenInstance, typeInstance: 'whatsapp' } as const
    return (await server.call('GET', pathOf(made, 'getStateInstance'))).status
  }

  test('is shown by the answer alone; the old one is refused from then on', async () => {
    const { id } = await operator.account('personal')
    const made = await operator.done('POST', `/accounts/${id}/instances`, { tariff: 'DEVELOPER' })
    const [idInstance, old] = [made['idInstance'], String(made['apiTokenInstance'])]
    const answer = await operator.done('POST', `/accounts/${id}/instances/${String(idInstance)}/token`)
    assert.deepEqual(Object.keys(answer), ['apiTokenInstance'])
    const token = String(answer['apiTokenInstance'])
    assert.match(token, /^[0-9a-f]{50}$/)
    assert.deepEqual([await opens(idInstance, old), await opens(idInstance, token)], [401, 200])
    const { text } = await operator.call('GET', `/audit?accountId=${id}`)
    const [last] = (JSON.parse(text) as { readonly items: readonly Json[] }).items
    assert.deepEqual(
      [last?.['action'], last?.['actor'], last?.['target'], last?.['details']],
      ['instance.token', 'operator', String(idInstance), {}],
    )
    assert.ok(!text.includes(token) && !server.logged.join().includes(token))
  })

  test('is not for what a partner makes through the API, but for what it had before it became one', async () => {
    const { id, token } = await operator.account('partner')
    const made = (await server.call('POST', `/partner/createInstance/${token}`, { name: 'x' })).json as Json
    const path = `/accounts/${id}/instances/${String(made['idInstance'])}/token`
    const [status, code, message] = await operator.refused('POST', path)
    assert.deepEqual([status, code], [403, 'forbidden'])
    assert.match(message, /POST \/partner\/createInstance\/\{partnerToken\}/)
    assert.equal(await opens(made['idInstance'], String(made['apiTokenInstance'])), 200)

    const person = await operator.account('personal')
    const own = await operator.done('POST', `/accounts/${person.id}/instances`, { tariff: 'DEVELOPER' })
    await operator.done('POST', `/accounts/${person.id}/partner`, {})
    await operator.done('POST', `/accounts/${person.id}/instances/${String(own['idInstance'])}/token`)
  })

  test('is not for an instance that is deleted', async () => {
    const { id } = await operator.account('personal')
    const made = await operator.done('POST', `/accounts/${id}/instances`, { tariff: 'DEVELOPER' })
    const path = `/accounts/${id}/instances/${String(made['idInstance'])}`
    await operator.done('DELETE', path)
    assert.deepEqual(await operator.refused('POST', `${path}/token`), [404, 'notFound', 'Not found'])
  })
})

describe('another currency', () => {
  const change = (id: string, terms: object) => operator.refused('PATCH', `/accounts/${id}`, { terms })

  test('is taken only with the limits in money that are set, since their numbers would mean other amounts', async () => {
    const { id } = await operator.account('partner', { currency: 'EUR', overdraftLimit: 20_000, warnBelow: 0 })
    const before = await operator.done('GET', `/accounts/${id}`)
    const rows = [
      [{}, /'currency' changes only together with 'overdraftLimit' and 'warnBelow', kept in minor units of EUR$/],
      [{ overdraftLimit: 300 }, /together with 'warnBelow', /],
      [{ warnBelow: null }, /together with 'overdraftLimit', /],
    ] as const
    for (const [others, said] of rows) {
      const [status, code, message] = await change(id, { currency: 'JPY', ...others })
      assert.deepEqual([status, code], [400, 'invalid'])
      assert.match(message, said)
    }
    assert.deepEqual(await operator.done('GET', `/accounts/${id}`), before)
    const given = { currency: 'JPY', overdraftLimit: 30_000, warnBelow: null }
    const changed = await operator.done('PATCH', `/accounts/${id}`, { terms: given })
    assert.deepEqual({ ...(changed['terms'] as Json), ...given }, changed['terms'])
  })

  test('is taken alone where no limit in money is set, and the same currency changes nothing', async () => {
    const { id } = await operator.account('partner', { warnBelow: 500 })
    await operator.done('PATCH', `/accounts/${id}`, { terms: { currency: 'USD', instanceQuota: 1 } })
    await operator.done('PATCH', `/accounts/${id}`, { terms: { warnBelow: null } })
    await operator.done('PATCH', `/accounts/${id}`, { terms: { currency: 'JPY' } })
  })
})

describe('a wrong price', () => {
  const price = { tariff: 'PARTNER', currency: 'USD', from: '2998-01-01' }
  const query = (place: object): string => `/prices?${new URLSearchParams({ ...place }).toString()}`
  const remove = (place: object) => operator.refused('DELETE', query(place))

  test('of a day to come is removed, by what it is known by, and that stands in the audit log', async () => {
    const { id } = await operator.account('partner')
    const own = { ...price, accountId: id }
    await operator.done('PUT', '/prices', { ...price, amount: 50 })
    await operator.done('PUT', '/prices', { ...own, amount: 4 })
    assert.deepEqual(await operator.done('DELETE', query(own)), { ...own, amount: 4 })
    const found = (await operator.items('/prices')).filter(({ from }) => from === price.from)
    assert.deepEqual(found, [{ ...price, accountId: null, amount: 50 }])
    const [entry] = await operator.items(`/audit?accountId=${id}`)
    assert.equal(entry?.['action'], 'price.remove')
    assert.deepEqual(entry['details'], { currency: 'USD', from: price.from, amount: 4 })
    await operator.done('DELETE', query(price))
    assert.deepEqual(await remove(price), [404, 'notFound', 'Not found'])
  })

  test('is not found where there is none, and stays where its day has begun', async () => {
    const today = String((await operator.done('GET', '/billing'))['today'])
    const begun = { ...price, currency: 'CHF', from: today }
    await operator.done('PUT', '/prices', { ...begun, amount: 0 })
    const [status, code, message] = await remove(begun)
    assert.deepEqual([status, code], [400, 'invalid'])
    assert.match(message, /^Days that have begun keep their prices/)
    assert.equal((await remove({ ...price, accountId: 'abcdef' }))[0], 404)
    assert.equal((await remove({ ...price, from: '2998-02-30' }))[0], 400)
    assert.equal((await remove({ tariff: 'PARTNER' }))[0], 400)
  })

  test('in a currency that its account does not have is refused', async () => {
    const { id } = await operator.account('partner', { currency: 'EUR' })
    const [status, code, message] = await operator.refused('PUT', '/prices', { ...price, accountId: id, amount: 1 })
    assert.deepEqual([status, code], [400, 'invalid'])
    assert.match(message, /^'currency': account [0-9a-f]+ has EUR, and is charged by no price in USD$/)
    assert.ok(!(await operator.items('/prices')).some(({ accountId }) => accountId === id))
  })
})
