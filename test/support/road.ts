import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from '../../src/lib/until.ts'
import type { Answer, Made, TestServer } from './server.ts'

export type Json = Readonly<Record<string, unknown>>

/** A server as integrators see it, wherever it runs. */
export type Caller = Pick<TestServer, 'on'>

/** Small machines under load take their time; nothing that works waits so long. */
const PATIENCE_MS = 20_000

/** As `until`, with the patience of these tests. */
export function eventually<T>(
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  what: string,
): Promise<T> {
  return until(look, what, PATIENCE_MS)
}

/** The answer's JSON object; the test fails where the status is another or the body is none. */
export function objectIn(answer: Answer, status = 200): Json {
  assert.equal(answer.status, status, answer.text)
  assert.ok(isObject(answer.json), answer.text)
  return answer.json
}

/** The answer's list of JSON objects. */
export function listIn(answer: Answer): readonly Json[] {
  assert.equal(answer.status, 200, answer.text)
  assert.ok(Array.isArray(answer.json), answer.text)
  const items: unknown[] = answer.json
  return items.map((item) => {
    assert.ok(isObject(item), answer.text)
    return item
  })
}

/** What stands at `a.b.c` in a JSON object; undefined where the way ends. */
export function at(json: unknown, path: string): unknown {
  let found = json
  for (const name of path.split('.')) found = isObject(found) ? found[name] : undefined
  return found
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

let phones = 0

/** The number of a phone that no other test of this process uses, and that has an account. */
export function newPhone(): string {
  phones += 1
  return `79${String(100_000_000 + phones)}`
}

/** The row of one instance in `getInstances`. */
export async function rowOf(server: TestServer, made: Made): Promise<Json> {
  const rows = listIn(await server.partner('GET', 'getInstances'))
  const row = rows.find(({ idInstance }) => idInstance === made.idInstance)
  assert.ok(row !== undefined, `instance ${String(made.idInstance)} is not listed`)
  return row
}

export async function stateOf(server: Caller, made: Made): Promise<unknown> {
  return objectIn(await server.on(made, 'GET', 'getStateInstance'))['stateInstance']
}

/** An instance that is linked to a phone of its own. */
export async function linked(
  server: TestServer,
  settings: object,
  prefix = '',
): Promise<{ made: Made; phone: string }> {
  const made = await server.make({ delaySendMessagesMilliseconds: 500, ...settings }, prefix)
  const phone = newPhone()
  await server.link(made, phone)
  return { made, phone }
}

/** Queues a text and returns its `idMessage`. */
export async function send(
  server: Caller,
  made: Made,
  to: string,
  message: string,
  more: object = {},
): Promise<string> {
  const answer = await server.on(made, 'POST', 'sendMessage', { chatId: `${to}@c.us`, message, ...more })
  const { idMessage } = objectIn(answer)
  assert.ok(typeof idMessage === 'string', answer.text)
  return idMessage
}

/** A phone writes to a phone; returns the message's id. */
export async function say(
  server: TestServer,
  from: string,
  to: string,
  text: string,
  more: object = {},
): Promise<string> {
  const answer = await server.simulator('messages', { from, to, text, ...more })
  const { idMessage } = objectIn(answer)
  assert.ok(typeof idMessage === 'string', answer.text)
  return idMessage
}

/** What the phone sees in its chats, oldest first. */
export async function messagesOn(server: TestServer, phone: string): Promise<readonly Json[]> {
  return listIn(await server.call('GET', `/simulator/messages?phone=${phone}`))
}

/** Waits until the phone has so many messages, and returns their texts. */
export function textsOn(server: TestServer, phone: string, count: number): Promise<unknown[]> {
  return eventually(
    async () => {
      const messages = await messagesOn(server, phone)
      return messages.length >= count && messages.map(({ text }) => text)
    },
    `${String(count)} messages on phone ${phone}`,
  )
}

export async function notificationCount(server: Caller, made: Made): Promise<unknown> {
  return objectIn(await server.on(made, 'GET', 'getWebhooksCount'))['count']
}

/** Receives the oldest notification and deletes it; waits for one as long as one call may. */
export async function take(server: Caller, made: Made): Promise<Json> {
  const { receiptId, body } = objectIn(await server.on(made, 'GET', 'receiveNotification?receiveTimeout=20'))
  const deleted = await server.on(made, 'DELETE', `deleteNotification/${String(receiptId)}`)
  assert.deepEqual(deleted.json, { result: true, reason: '' })
  assert.ok(isObject(body))
  return body
}

/** Takes notifications up to the first that fits. */
export async function takeUntil(server: Caller, made: Made, isLast: (body: Json) => boolean): Promise<Json[]> {
  const bodies: Json[] = []
  for (;;) {
    const body = await take(server, made)
    bodies.push(body)
    if (isLast(body)) return bodies
  }
}

/** Takes what is there already. */
export async function takeAll(server: Caller, made: Made): Promise<Json[]> {
  const bodies: Json[] = []
  while ((await notificationCount(server, made)) !== 0) bodies.push(await take(server, made))
  return bodies
}

/** The one word that tells a notification from others: a state, a status, or its type. */
export function wordOf(body: Json): unknown {
  return body['stateInstance'] ?? body['status'] ?? body['typeWebhook']
}

/** The path of the page on which a person links a phone. */
export function pageOf(made: Made): string {
  return `/waInstance${String(made.idInstance)}/${made.apiTokenInstance}`
}

export interface Delivery {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Json
  readonly atMs: number
}

/** A webhook server that writes down what comes and answers as it is told. */
export class Receiver {
  readonly deliveries: Delivery[] = []
  /** The answers to come, one for each delivery; 200 when there is none. `never` leaves the request open. */
  readonly plan: (number | 'never')[] = []
  readonly url: string
  readonly #server

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  }

  static async listen(): Promise<Receiver> {
    let take: (delivery: Delivery, response: ServerResponse) => void = () => undefined
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
        assert.ok(isObject(body))
        take({ path: request.url ?? '', headers: request.headers, body, atMs: Date.now() }, response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const receiver = new Receiver(server)
    take = (delivery, response) => receiver.#take(delivery, response)
    return receiver
  }

  #take(delivery: Delivery, response: ServerResponse): void {
    this.deliveries.push(delivery)
    const status = this.plan.shift() ?? 200
    if (status === 'never') return
    response.writeHead(status, status === 302 ? { location: `${this.url}/elsewhere` } : {})
    response.end()
  }

  /** Waits until so many deliveries have come, and returns them. */
  got(count: number): Promise<readonly Delivery[]> {
    return eventually(() => this.deliveries.length >= count && this.deliveries, `${String(count)} webhook calls`)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
