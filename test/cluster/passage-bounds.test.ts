// Truth: what a caller is told where nodes don't answer one another: 503 where certainly nothing was done, 504 where nobody knows; all in bounded time.
import assert from 'node:assert/strict'
import { IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import WebSocket from 'ws'
import { HERE, NOWHERE, type Place } from '../../src/cluster/cluster.ts'
import { Shares } from '../../src/http/cluster/shares.ts'
import { AddressRanges } from '../../src/lib/address-ranges.ts'
import { silentLog } from '../../src/lib/log.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import { at, GHOST, HERS, PassingNode, path, post, untilServed } from './passing-node.ts'

const PLACED_MS = 3000

describe('nodes that do not answer one another', () => {
  let first: PassingNode
  let second: PassingNode
  let third: PassingNode

  before(async () => {
    first = await new PassingNode('first').listen()
    second = await new PassingNode('second').listen()
    third = await new PassingNode('third').listen()
  })
  after(() => Promise.all([first.close(), second.close(), third.close()]))
  beforeEach(() => {
    for (const node of [first, second, third]) node.forget()
    first.places.set(HERS, () => at(second))
  })

  const call = ({ url, ...init }: RequestInit & { url: string }): Promise<Response> => fetch(first.url + url, init)
  /** Calls of the second node that nobody has answered yet. */
  function held(): { readonly request: IncomingMessage; readonly response: ServerResponse }[] {
    const calls: { request: IncomingMessage; response: ServerResponse }[] = []
    second.respond = (response, request) => void calls.push({ request, response })
    return calls
  }

  test('a call waits for no long poll to end, however many there are', async () => {
    const polls: ServerResponse[] = []
    second.respond = (response, { method }) => {
      if (method === 'GET') polls.push(response)
      else response.end('sent')
    }
    const waiting = Array.from({ length: 300 }, () => call({ url: path(HERS, 'receiveNotification') }))
    // Without a bound on connections all come there at one time.
    await until(() => polls.length === waiting.length, 'all wait there')
    assert.equal(await (await call(post(path(HERS), '{}'))).text(), 'sent')
    for (const poll of polls) poll.end('null')
    await Promise.all(waiting)
  })

  test('of a call that a node broke off nobody knows whether it was done: each API says so, and nothing of coming again', async () => {
    second.respond = (response) => void response.destroy()
    const answers = await Promise.all([
      call(post(path(HERS), '{}')),
      call(post(`/api/partner/v1/instances/${String(HERS)}`, '{}')),
    ])
    for (const answer of answers) assert.equal(answer.headers.get('retry-after'), null)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [504, 504],
    )
    const [ofContract, ofOurs] = (await Promise.all(answers.map((answer) => answer.json()))) as Record<string, object>[]
    assert.equal(ofContract?.['statusCode'], 504)
    assert.equal((ofOurs?.['error'] as Record<string, unknown>)['code'], 'unconfirmed')
    assert.equal(second.served.length, 2, 'nothing was done twice')
  })

  test('a node that takes a call and says nothing more is waited for within a bound; a body that comes slowly is not cut off', async () => {
    held()
    first.answerMs = 100
    for (const method of ['GET', 'POST']) assert.equal((await call({ url: path(HERS), method })).status, 504)
    second.respond = (response) => void response.end('got it')
    const pieces = new ReadableStream<Uint8Array>({
      async pull(stream) {
        for (let at = 0; at < 4; at++) {
          await new Promise((resolve) => setTimeout(resolve, 60))
          stream.enqueue(new Uint8Array(10))
        }
        stream.close()
      },
    })
    const upload = { url: path(HERS, 'uploadFile'), method: 'POST', body: pieces, duplex: 'half' } as const
    assert.equal(await (await call(upload)).text(), 'got it')
  })

  test('a poll that was handed over with its instance waits on there, however long it had waited', async () => {
    const calls = held()
    const poll = call({ url: path(HERS, 'receiveNotification') })
    await untilServed(second, 1)
    first.clock.skip(8000)
    first.places.set(HERS, () => at(third))
    for (const { request, response } of calls) second.passOn(HERS, request, response, undefined)
    assert.equal((await poll).headers.get('x-by'), 'third')
  })

  test('a client that goes away makes no place forgotten', async () => {
    held()
    const gone = new AbortController()
    const poll = call({ url: path(HERS, 'receiveNotification'), signal: gone.signal })
    await untilServed(second, 1)
    gone.abort()
    await assert.rejects(poll)
    second.respond = (response) => void response.end()
    await call({ url: path(HERS) })
    assert.deepEqual(first.misplaced, [])
  })

  test('a node that passes a call on and has no place for it itself says so at once', async () => {
    second.places.set(HERS, () => NOWHERE)
    const answer = await call(post(path(HERS), '{}'))
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1'])
    assert.deepEqual(first.misplaced, [])
  })

  test('a look for the place that does not end is refused for now', async () => {
    let looks = 0
    first.places.set(GHOST, () => {
      looks += 1
      return new Promise(() => undefined)
    })
    const refused = call(post(path(GHOST), '{}'))
    await until(() => looks > 0, 'it is looked for')
    first.clock.skip(PLACED_MS)
    assert.equal((await refused).status, 503)
  })

  test('accounts that can not be looked at are waited for within a bound, and their trouble ends no process', async () => {
    first.places.set(HERS, () => HERE)
    first.register = () => new Promise(() => undefined)
    const partner = call({ url: `/api/partner/v1/instances/${String(HERS)}` })
    await until(() => first.syncs > 0, 'it looks')
    first.clock.skip(16_000)
    assert.equal((await partner).status, 503)
    let looks = 0
    first.places.set(HERS, () => (looks++ === 0 ? at(second) : HERE))
    second.places.set(HERS, () => at(first))
    first.register = () => Promise.reject(new Error('the database is away'))
    const moved = call({ url: `/api/partner/v1/instances/${String(HERS)}` })
    assert.equal((await moved).status, 503)
    assert.equal(first.served.length, 0)
  })

  test('a web socket goes where its instance is next, and ends with the node that has it', async () => {
    let looks = 0
    first.places.set(HERS, () => (looks++ === 0 ? at(third) : at(second)))
    third.places.set(HERS, () => at(second))
    const socket = new WebSocket(first.url.replace('http', 'ws') + path(HERS, 'scanqrcode'))
    const hello = await new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())))
    assert.equal(hello, 'hello from second')
    assert.deepEqual(first.misplaced, ['third'])
    const closed = new Promise((resolve) => socket.once('close', resolve))
    for (const listener of first.gone) listener('second')
    await closed
  })
})

test('the places of many instances are looked for at one time', async () => {
  const clock = new SkippingClock()
  const ids = Array.from({ length: 1000 }, (_, n) => HERS + n)
  let looks = 0
  const shares = new Shares({
    cluster: {
      isAlone: false,
      proof: '',
      locate: (id): Place | Promise<Place> => {
        looks += 1
        return id % 2 === 0 ? HERE : new Promise(() => undefined)
      },
    },
    trustedProxies: new AddressRanges([]),
    clock,
    monotonicMs: () => clock.now(),
    log: silentLog,
  })
  const split = shares.split(ids, new IncomingMessage(new Socket()))
  await until(() => looks === ids.length, 'all are looked for')
  clock.skip(PLACED_MS)
  const { here, elsewhere } = await split
  assert.equal(here.length, 500)
  assert.deepEqual(
    elsewhere.map(({ url, ids: without }) => [url, without.length]),
    [[undefined, 500]],
  )
  await shares.close()
})
