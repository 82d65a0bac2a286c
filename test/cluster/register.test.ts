// Truth: what one node has answered every node goes by at once: accounts, tokens, lists, holds; and nobody overwrites what he has not seen.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ConsoleBrowser } from '../support/console-browser.ts'
import { eventually, listIn, objectIn } from '../support/road.ts'
import { startPostgres } from '../support/postgres.ts'
import { PARTNER_TOKEN, type Made } from '../support/server.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'
import { openRoom, type Room, type TestNode } from './nodes.ts'

describe('the register of nodes that share a database', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>
  let room: Room
  let one: TestNode
  let two: TestNode
  let ofOne: Made
  let ofTwo: Made

  before(async () => {
    postgres = await startPostgres({ isDurable: false })
    room = await openRoom(await postgres.newDatabase())
    one = await room.start()
    two = await room.start()
    ofOne = await one.make({ name: 'made by one' })
    ofTwo = await two.make({ name: 'made by two' })
  })
  after(async () => {
    await room.close()
    await postgres.stop()
  })

  async function newPartner(node: TestNode, name: string): Promise<{ readonly id: string; readonly token: string }> {
    const made = objectIn(await node.operator('POST', '/accounts', { kind: 'partner', name }), 201)
    return { id: String(made['id']), token: String((made['token'] as { token?: unknown }).token) }
  }

  test('an account and its token are known everywhere when they are answered, and over everywhere when they are over', async () => {
    const { id, token } = await newPartner(one, 'fresh')
    const ask = (node: TestNode) => node.call('GET', `/partner/getInstances/${token}`)
    assert.deepEqual((await ask(two)).json, [])
    const [listed] = (objectIn(await two.operator('GET', `/accounts/${id}/tokens`))['items'] ?? []) as { id: string }[]
    assert.equal((await two.operator('DELETE', `/accounts/${id}/tokens/${listed?.id ?? ''}`)).status, 200)
    assert.equal(objectIn(await ask(one))['code'], 401)
  })

  test('changes by several nodes at one time are all kept', async () => {
    const { id } = await newPartner(one, 'many tokens')
    const names = Array.from({ length: 12 }, (_, number) => `token ${String(number)}`)
    const issue = (name: string, at: number) =>
      (at % 2 === 0 ? one : two).operator('POST', `/accounts/${id}/tokens`, { name })
    for (const answer of await Promise.all(names.map(issue))) assert.equal(answer.status, 201, answer.text)
    for (const node of [one, two]) {
      const { items } = objectIn(await node.operator('GET', `/accounts/${id}/tokens`)) as { items: { name: string }[] }
      assert.deepEqual(items.flatMap(({ name }) => (name === '' ? [] : [name])).toSorted(), names.toSorted())
    }
  })

  test('lists show on every node what was answered by any', async () => {
    const tokens = async (node: TestNode) =>
      new Map(
        listIn(await node.partner('GET', 'getInstances')).map((row) => [row['idInstance'], row['apiTokenInstance']]),
      )
    for (const [owner, made] of [
      [one, ofTwo],
      [two, ofOne],
    ] as const) {
      const renewed = objectIn(await owner.on(made, 'GET', 'updateApiToken'))
      const token = String(renewed['apiTokenInstance'])
      Object.assign(made, { apiTokenInstance: token })
      for (const node of [one, two]) assert.equal((await tokens(node)).get(made.idInstance), token)
    }
  })

  test('what waits is told where an instance lives, and as unknown elsewhere, never as nothing', async () => {
    const sent = await one.on(ofOne, 'POST', 'sendMessage', { chatId: '79001234567@c.us', message: 'waits' })
    assert.equal(sent.status, 200, sent.text)
    const authorization = { authorization: `Bearer ${PARTNER_TOKEN}` }
    const ask = async (node: TestNode, path: string) =>
      objectIn(await node.call('GET', `/api/partner/v1/instances${path}`, undefined, authorization))
    const momentIn = (row: Readonly<Record<string, unknown>> | undefined) =>
      ['queued', 'notifications', 'isOnline'].map((name) => row?.[name])
    const HERE = [1, 0, false]
    for (const [node, expected] of [
      [one, HERE],
      [two, [null, null, null]],
    ] as const) {
      const { items } = (await ask(node, '')) as { items: Readonly<Record<string, unknown>>[] }
      assert.deepEqual(momentIn(items.find(({ idInstance }) => idInstance === ofOne.idInstance)), expected)
      assert.deepEqual(momentIn(await ask(node, `/${String(ofOne.idInstance)}`)), HERE)
    }
    const invited = await two.operator('POST', '/people', { email: 'olga@example.com' })
    const olga = new ConsoleBrowser(two)
    await olga.accept(String(objectIn(invited, 201)['link']), { password: 'correct horse battery' })
    const [account] = ((await olga.good('GET', '/operator/accounts')) as { items: { id: string }[] }).items
    const path = `/accounts/${account?.id ?? ''}`
    const stop = new AbortController()
    const headers = { Cookie: olga.cookie ?? '' }
    const stream = await fetch(`${two.url}/api/console${path}/events`, { headers, signal: stop.signal })
    const reader = stream.body?.getReader() ?? assert.fail('no body')
    await reader.read()
    await olga.good('PATCH', `${path}/instances/${String(ofOne.idInstance)}`, { name: 'told of' })
    const told = Buffer.from((await reader.read()).value ?? []).toString()
    stop.abort()
    const [glance] = JSON.parse(/^data: (.*)$/m.exec(told)?.[1] ?? '[]') as Record<string, unknown>[]
    assert.deepEqual([glance?.['name'], ...momentIn(glance)], ['told of', null, null, null])
  })

  test('a call about many instances reaches each where it is', async () => {
    const ids = [ofOne.idInstance, ofTwo.idInstance]
    const authorization = { authorization: `Bearer ${PARTNER_TOKEN}`, 'content-type': 'application/json' }
    for (const [node, delay] of [
      [one, 700],
      [two, 800],
    ] as const) {
      const body = { ids, settings: { delaySendMessagesMilliseconds: delay } }
      const answer = await node.call('PATCH', '/api/partner/v1/instances', body, authorization)
      assert.deepEqual(
        objectIn(answer)['items'],
        ids.map((idInstance) => ({ idInstance, ok: true })),
      )
      for (const made of [ofOne, ofTwo]) {
        const settings = objectIn(await node.on(made, 'GET', 'getSettings'))
        assert.equal(settings['delaySendMessagesMilliseconds'], delay)
      }
    }
  })

  test('a suspended account stands still on every node, and comes back on every node', async () => {
    const { id, token } = await newPartner(one, 'suspended')
    const make = async (node: TestNode): Promise<Made> =>
      objectIn(await node.call('POST', `/partner/createInstance/${token}`, { name: 'x' })) as unknown as Made
    const all = [await make(one), await make(two)]
    assert.equal((await one.operator('POST', `/accounts/${id}/suspend`, { reason: 'unpaid' })).status, 200)
    for (const made of all) assert.equal((await two.on(made, 'GET', 'getStateInstance')).status, 403)
    assert.equal((await two.operator('POST', `/accounts/${id}/resume`)).status, 200)
    for (const made of all) assert.equal((await one.on(made, 'GET', 'getStateInstance')).status, 200)
    assert.equal((await one.operator('DELETE', `/accounts/${id}`)).status, 200)
    for (const made of all) assert.equal((await two.on(made, 'GET', 'getStateInstance')).status, 400)
  })

  test('one node does the jobs, and whoever is asked has them done', async () => {
    for (const node of [one, two]) assert.equal((await node.operator('POST', '/billing/run')).status, 200)
    const owner = await one.leases.ownerOf(0 as never)
    assert.equal(owner?.isAlive, true)
  })

  test('a hook hears once of what happens on every node', async () => {
    const receiver = await WebhookReceiver.start()
    try {
      const { token } = await newPartner(one, 'hooked')
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const put = await two.call('PUT', '/api/partner/v1/hook', { url: receiver.url() }, headers)
      assert.equal(put.status, 200, put.text)
      const ids: number[] = []
      for (const node of [one, two]) {
        const made = objectIn(await node.call('POST', `/partner/createInstance/${token}`, { name: 'x' }))
        ids.push(Number(made['idInstance']))
      }
      const heard = await eventually(() => {
        const events = receiver.hits.map(({ body }) => JSON.parse(body) as { data: { idInstance?: number } })
        return events.length >= ids.length && events.map(({ data }) => data.idInstance)
      }, 'both are told')
      assert.deepEqual(heard.toSorted(), ids.toSorted())
    } finally {
      await receiver.close()
    }
  })
})
