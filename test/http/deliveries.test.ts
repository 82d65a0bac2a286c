// Truth: docs/partners.md: what an instance's webhook was told, what waits, what is told again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../../src/lib/until.ts'
import { Operator, type Json } from '../support/operator-calls.ts'
import { PARTNER_TOKEN, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'
import { done, partnerCall } from './tenants/party.ts'

const RETRY_MS = 100

let server: TestServer
let receiver: WebhookReceiver
before(async () => {
  receiver = await WebhookReceiver.start()
  server = await startServer({ JADEGATE_WEBHOOK_RETRY_MS: String(RETRY_MS) })
})
after(async () => {
  await server.close()
  await receiver.close()
})

const own = (made: Made, path: string): string => `/instances/${String(made.idInstance)}/${path}`
const call = (verb: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer> =>
  partnerCall(server, PARTNER_TOKEN, verb, path, body, headers)
const items = async (path: string): Promise<readonly Json[]> => done(await call('GET', path))['items'] as Json[]
const told = async (made: Made): Promise<number> =>
  Number(done(await call('POST', own(made, 'notifications/test')))['receiptId'])
const outcomes = async (made: Made, query = '') =>
  (await items(own(made, `deliveries${query}`))).map(({ receiptId, outcome }) => [receiptId, outcome])
const comes = (made: Made, receiptId: number, outcome: string) =>
  until(
    async () => (await outcomes(made)).some(([id, now]) => id === receiptId && now === outcome),
    `${String(receiptId)} is ${outcome}`,
  )
/** An instance whose notifications go to a path of the receiver's. */
const telling = (path: string): Promise<Made> => server.make({ name: path, webhookUrl: receiver.url(path) })
const setUrl = async (made: Made, webhookUrl: string): Promise<void> =>
  void done(await server.on(made, 'POST', 'setSettings', { webhookUrl }))

describe('the ledger of deliveries', () => {
  test('has what was taken, with its body and the answer', async () => {
    const made = await telling('/taken')
    const id = await told(made)
    await comes(made, id, 'delivered')
    const body = {
      typeWebhook: 'stateInstanceChanged',
      instanceData: { idInstance: made.idInstance, wid: '', typeInstance: 'whatsapp' },
      stateInstance: 'notAuthorized',
    }
    const [hit] = receiver.bodies('/taken').map((text) => JSON.parse(text) as Json)
    assert.deepEqual(hit, { ...body, timestamp: hit?.['timestamp'] })
    const found = done(await call('GET', own(made, `deliveries/${String(id)}`)))
    const { attempts, lastAttempt, time, body: sent, ...line } = found
    assert.deepEqual(line, { receiptId: id, type: 'stateInstanceChanged', outcome: 'delivered', tries: 1 })
    assert.deepEqual(sent, hit)
    assert.deepEqual(attempts, [lastAttempt])
    const { status, error, ms, time: at } = lastAttempt as Json
    assert.deepEqual([status, error], [200, ''])
    assert.ok(Number(ms) >= 0 && Date.parse(String(at)) >= Date.parse(String(time)))
  })

  test('has what is refused as one line with its attempts, until it is taken', async () => {
    const made = await telling('/refused')
    const statuses = [503, 201, 200]
    receiver.answer = ({ path, response }) =>
      response.writeHead(path === '/refused' ? (statuses.shift() ?? 200) : 200).end()
    const id = await told(made)
    await comes(made, id, 'delivered')
    const { tries, attempts } = done(await call('GET', own(made, `deliveries/${String(id)}`)))
    assert.deepEqual([tries, (attempts as Json[]).map(({ status }) => status)], [3, [503, 201, 200]])
    assert.deepEqual(await outcomes(made), [[id, 'delivered']])
  })

  test('tells what waits from what is gone, and is listed by either and by type', async () => {
    const made = await server.make({ name: 'nobody', webhookUrl: 'http://127.0.0.1:1/' })
    const id = await told(made)
    await comes(made, id, 'retrying')
    const [line] = await items(own(made, 'deliveries?outcome=retrying&type=stateInstanceChanged'))
    const { status, error } = line?.['lastAttempt'] as Json
    assert.deepEqual([line?.['receiptId'], status, error], [id, 0, 'ECONNREFUSED'])
    assert.deepEqual(await outcomes(made, '?type=incomingCall'), [])
    await server.on(made, 'DELETE', 'clearWebhooksQueue')
    assert.deepEqual(await outcomes(made), [[id, 'gone']])
    assert.deepEqual(await outcomes(made, '?outcome=gone'), [[id, 'gone']])
    assert.deepEqual(await outcomes(made, '?outcome=delivered'), [])
    assert.equal((await call('GET', own(made, 'deliveries?outcome=lost'))).status, 400)
  })
})

describe('telling again', () => {
  test('a replay is a notification of its own with the same body, once for a key', async () => {
    const made = await telling('/again')
    const id = await told(made)
    await comes(made, id, 'delivered')
    const again = own(made, `deliveries/${String(id)}/replay`)
    const key = { 'Idempotency-Key': 'click' }
    const first = await call('POST', again, undefined, key)
    assert.equal(first.status, 201)
    const { receiptId } = done(first)
    assert.ok(Number(receiptId) > id)
    await comes(made, Number(receiptId), 'delivered')
    assert.equal((await call('POST', again, undefined, key)).text, first.text)
    const [was, is, ...more] = receiver.bodies('/again')
    assert.deepEqual([is, more], [was, []])
    assert.deepEqual(await outcomes(made, '?limit=1'), [[receiptId, 'delivered']])
    const { next } = done(await call('GET', own(made, 'deliveries?limit=1')))
    assert.deepEqual(await outcomes(made, `?limit=1&cursor=${String(next)}`), [[id, 'delivered']])
    const audit = done(await new Operator(server).call('GET', '/audit?limit=2'))['items'] as readonly Json[]
    assert.deepEqual(
      audit.map(({ action, target }) => [action, target]),
      ['replay', 'test'].map((what) => [`notification.${what}`, String(made.idInstance)]),
    )
  })

  test('a test comes once in 10 seconds', async () => {
    const made = await server.make()
    await told(made)
    const second = await call('POST', own(made, 'notifications/test'))
    assert.equal(second.status, 429)
    assert.ok(Number(second.headers.get('retry-after')) <= 10)
  })
})

describe('what waits', () => {
  test('is listed as it will be delivered, and goes where it is fetched', async () => {
    const made = await telling('/waits')
    const id = await told(made)
    await comes(made, id, 'delivered')
    await setUrl(made, '')
    for (let n = 0; n < 2; n++) done(await call('POST', own(made, `deliveries/${String(id)}/replay`)))
    const page = done(await call('GET', own(made, 'mailbox?limit=1')))
    const rest = await items(own(made, `mailbox?cursor=${String(page['next'])}`))
    const [first, second] = [...(page['items'] as Json[]), ...rest]
    assert.deepEqual(
      [rest.length, first?.['type'], second?.['type']],
      [1, 'stateInstanceChanged', 'stateInstanceChanged'],
    )
    const fetched = done(await server.on(made, 'GET', 'receiveNotification'))
    assert.deepEqual([fetched['receiptId'], fetched['body']], [first?.['receiptId'], first?.['body']])
    await server.on(made, 'DELETE', `deleteNotification/${String(fetched['receiptId'])}`)
    assert.deepEqual(
      (await items(own(made, 'mailbox'))).map(({ receiptId }) => receiptId),
      [second?.['receiptId']],
    )
  })
})

describe('who may', () => {
  test('a token that only reads sees the lines, and nothing that was said', async () => {
    const made = await telling('/reader')
    const id = await told(made)
    await comes(made, id, 'delivered')
    const operator = new Operator(server)
    const { accountId } = done(await call('GET', '/account'))
    const { token } = await operator.done('POST', `/accounts/${String(accountId)}/tokens`, { scope: 'read' })
    const asReader = async (verb: string, path: string) =>
      (await partnerCall(server, String(token), verb, own(made, path))).status
    assert.equal(await asReader('GET', 'deliveries'), 200)
    const full = [
      ['GET', 'mailbox'],
      ['GET', `deliveries/${String(id)}`],
      ['POST', `deliveries/${String(id)}/replay`],
      ['POST', 'notifications/test'],
    ] as const
    for (const [verb, path] of full) assert.equal(await asReader(verb, path), 403, path)
  })

  test('of a deleted instance, and of what never was, nothing is found', async () => {
    const made = await telling('/deleted')
    const id = await told(made)
    await comes(made, id, 'delivered')
    assert.equal((await call('GET', own(made, 'deliveries/999'))).status, 404)
    assert.equal((await call('POST', own(made, 'deliveries/999/replay'))).status, 404)
    assert.equal((await call('DELETE', `/instances/${String(made.idInstance)}`)).status, 204)
    const paths = ['mailbox', 'deliveries', `deliveries/${String(id)}`]
    for (const path of paths) assert.equal((await call('GET', own(made, path))).status, 404, path)
    for (const path of [`deliveries/${String(id)}/replay`, 'notifications/test'])
      assert.equal((await call('POST', own(made, path))).status, 404, path)
  })
})
