// Truth: the contract of Cluster: a call is answered by the node where its instance is, once, or refused for now with nothing done.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import WebSocket from 'ws'
import { HERE, NOWHERE, PROOF_HEADER, type Place } from '../../src/cluster/cluster.ts'
import { until } from '../../src/lib/until.ts'
import { at, GHOST, HERS, PassingNode, path, post, PROOF, untilServed } from './passing-node.ts'

describe('calls between nodes', () => {
  let first: PassingNode
  let second: PassingNode

  before(async () => {
    first = await new PassingNode('first').listen()
    second = await new PassingNode('second').listen()
  })
  after(async () => {
    await Promise.all([first.close(), second.close()])
  })
  beforeEach(() => {
    first.forget()
    second.forget()
  })

  const call = ({ url, ...init }: RequestInit & { url: string }): Promise<Response> => fetch(first.url + url, init)

  test('a call is answered where its instance is, with its body, and the answer comes back as it is', async () => {
    first.places.set(HERS, () => at(second))
    const answer = await call(post(`${path(HERS)}?a=1`, '{"chatId":"1"}'))
    assert.equal(answer.status, 201)
    assert.equal(answer.headers.get('x-by'), 'second')
    assert.equal(await answer.text(), 'done')
    assert.deepEqual(
      second.served.map(({ url, body, from }) => ({ url, body, from })),
      [{ url: `${path(HERS)}?a=1`, body: '{"chatId":"1"}', from: '127.0.0.1' }],
    )
    assert.equal(first.served.length, 0)
  })

  test('what is here is served here, whatever the path', async () => {
    for (const url of [path(HERS), '/health', '/partner/getInstances/gac.1']) await call({ url })
    assert.equal(first.served.length, 3)
    assert.equal(first.syncs, 1, 'only partners see the register')
  })

  test('a body of any length is passed on as it comes', async () => {
    first.places.set(HERS, () => at(second))
    const long = 'x'.repeat(3_000_000)
    const answer = await call({ url: path(HERS, 'uploadFile'), method: 'POST', body: long })
    assert.equal(answer.status, 201)
    assert.equal(second.served[0]?.body.length, long.length)
  })

  test('calls of our own APIs, files and pages go by the instance in their path, and see the register there', async () => {
    first.places.set(HERS, () => at(second))
    const urls = [
      `/api/partner/v1/instances/${String(HERS)}`,
      `/api/partner/v1/instances/${String(HERS)}/deliveries/1/replay`,
      `/api/operator/v1/accounts/abc/instances/${String(HERS)}/token`,
      `/media/${String(HERS)}/key/file.png`,
      `/waInstance${String(HERS)}/token`,
    ]
    for (const url of urls) assert.equal((await call({ url })).headers.get('x-by'), 'second')
    assert.deepEqual(
      second.served.map(({ url }) => url),
      urls,
    )
    assert.equal(second.syncs, 3)
  })

  test('a node that is not the one is asked no second time, and where the instance is then gets the call once', async () => {
    let looks = 0
    first.places.set(HERS, () => (looks++ === 0 ? at(second) : HERE))
    second.places.set(HERS, () => at(first))
    const answer = await call(post(path(HERS), '{}'))
    assert.equal(answer.headers.get('x-by'), 'first')
    assert.deepEqual(first.misplaced, ['second'])
    assert.deepEqual(
      first.served.map(({ body }) => body),
      ['{}'],
    )
    assert.equal(second.served.length, 0)
  })

  test('two nodes that each believe the other has it refuse within two seconds, with nothing done', async () => {
    first.places.set(HERS, () => at(second))
    second.places.set(HERS, () => {
      // Somebody sets the clock meanwhile.
      first.skewMs = -3_600_000
      return at(first)
    })
    const started = Date.now()
    const answer = await call(post(path(HERS), '{}'))
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '1')
    assert.ok(Date.now() - started < 4000)
    assert.equal(first.served.length + second.served.length, 0)
    const body = (await answer.json()) as Record<string, unknown>
    assert.equal(body['statusCode'], 503)
  })

  test('each API refuses in its own shape while nobody can answer', async () => {
    first.places.set(HERS, () => NOWHERE)
    assert.equal((await call({ url: path(HERS) })).status, 503)
    const own = await call({ url: `/api/partner/v1/instances/${String(HERS)}` })
    assert.equal(own.status, 503)
    assert.deepEqual(Object.keys((await own.json()) as object), ['error'])
  })

  test('a node that can not be reached is no end: the call goes where the instance is next', async () => {
    let looks = 0
    const closed: Place = { at: 'node', node: 'dead', url: 'http://127.0.0.1:9' }
    first.places.set(HERS, () => (looks++ < 2 ? closed : at(second)))
    assert.equal((await call(post(path(HERS), '{}'))).headers.get('x-by'), 'second')
    assert.deepEqual(first.misplaced, ['dead', 'dead'])
  })

  test('when a node is gone, what waits for it ends: what only reads is asked again, of what does something it is told that nobody knows', async () => {
    second.respond = () => undefined
    first.places.set(HERS, () => at(second))
    const writing = call(post(path(HERS), '{}'))
    await untilServed(second, 1)
    for (const listener of first.gone) listener('second')
    const unknown = await writing
    assert.equal(unknown.status, 504)
    assert.equal(unknown.headers.get('retry-after'), null)
    const reading = call({ url: path(HERS, 'receiveNotification') })
    await untilServed(second, 2)
    first.places.set(HERS, () => HERE)
    for (const listener of first.gone) listener('second')
    assert.equal((await reading).headers.get('x-by'), 'first')
  })

  test('who shows no proof is no node: he is passed on like anybody, and the door is shut', async () => {
    first.places.set(HERS, () => at(second))
    const forged = { [PROOF_HEADER]: 'something else', 'jadegate-from': '203.0.113.9' }
    assert.equal((await call({ url: path(HERS), headers: forged })).headers.get('x-by'), 'second')
    assert.equal(second.served[0]?.from, '127.0.0.1')
    await call({ url: '/cluster/adopt', method: 'POST', headers: forged, body: '{"instances":[1]}' })
    assert.deepEqual(first.adopted, [])
  })

  test('the door takes what nodes ask, and only that', async () => {
    const headers = { [PROOF_HEADER]: PROOF }
    const knock = (name: string, body: string): Promise<Response> =>
      call({ url: `/cluster/${name}`, method: 'POST', headers, body })
    assert.equal((await knock('adopt', `{"instances":[${String(HERS)}]}`)).status, 204)
    assert.equal((await knock('sync', '')).status, 204)
    assert.equal((await knock('adopt', '{"instances":["x"]}')).status, 400)
    assert.equal((await knock('other', '{}')).status, 400)
    assert.deepEqual(first.adopted, [HERS])
    assert.equal(first.syncs, 1)
  })

  test('a web socket is opened where its instance is', async () => {
    first.places.set(HERS, () => at(second))
    first.places.set(GHOST, () => NOWHERE)
    const open = (id: number): WebSocket => new WebSocket(first.url.replace('http', 'ws') + path(id, 'scanqrcode'))
    const socket = open(HERS)
    const hello = await new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())))
    assert.equal(hello, 'hello from second')
    socket.close()
    const refused = await new Promise((resolve) => open(GHOST).once('error', (error) => resolve(error.message)))
    assert.match(String(refused), /503/)
  })

  test('a client that resets its connection while its web socket is placed ends nothing but that', async () => {
    let isPlaced: ((place: Place) => void) | undefined
    first.places.set(HERS, () => new Promise((resolve) => (isPlaced = resolve)))
    const client = await offering(first, HERS)
    const socket = await until(() => first.upgrading, 'the offer came')
    client.resetAndDestroy()
    await until(() => socket.destroyed, 'the reset came')
    isPlaced?.(at(second))
    assert.equal((await call({ url: '/health' })).status, 201)
  })
})

/** One whose client offers to make it a web socket of this instance. */
function offering(node: PassingNode, id: number): Promise<Socket> {
  const { hostname, port } = new URL(node.url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `GET ${path(id, 'scanqrcode')} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      )
      resolve(socket)
    })
    socket.on('error', () => undefined)
  })
}
