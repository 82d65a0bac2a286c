import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { NewInstance, type ApiClient } from './api-client.ts'
import type { Narrator } from './narrator.ts'

const Anything = Type.Unknown()
const Qr = Type.Object({ type: Type.Literal('qrCode'), message: Type.String() })
const Code = Type.Object({ status: Type.Literal(true), code: Type.String() })
const State = Type.Object({ stateInstance: Type.String() })
const Received = Type.Union([
  Type.Null(),
  Type.Object({
    receiptId: Type.Number(),
    body: Type.Object({
      typeWebhook: Type.String(),
      status: Type.Optional(Type.String()),
      messageData: Type.Optional(
        Type.Object({ textMessageData: Type.Optional(Type.Object({ textMessage: Type.String() })) }),
      ),
    }),
  }),
])
type Body = NonNullable<Static<typeof Received>>['body']

const SHOP_PHONE = '79001234567'
const COURIER_PHONE = '79007654321'
const CUSTOMER_PHONE = '79005550101'
const PATIENCE_MS = 20_000

const NOTIFY = {
  incomingWebhook: 'yes',
  outgoingWebhook: 'yes',
  outgoingAPIMessageWebhook: 'yes',
  stateWebhook: 'yes',
} as const

/** Creates two instances, links them, lets them talk to each other and to a phone, and deletes them. Throws when a step fails. */
export async function walkTheRoad(api: ApiClient, tell: Narrator): Promise<void> {
  tell.step('A partner creates two instances')
  const shop = await api.partner('POST', 'createInstance', NewInstance, { name: 'Shop', ...NOTIFY })
  const courier = await api.partner('POST', 'createInstance', NewInstance, { name: 'Courier', ...NOTIFY })
  try {
    await linkBoth(api, tell, shop, courier)
    await talk(api, tell, shop, courier)
    await hearFromPhone(api, tell, shop)
  } finally {
    tell.step('The partner deletes both')
    for (const { idInstance } of [shop, courier]) {
      await api.partner('POST', 'deleteInstanceAccount', Anything, { idInstance })
    }
  }
  tell.end('That was the whole road, over the public HTTP API. `npm start` gives you a server to walk it yourself.')
}

async function linkBoth(api: ApiClient, tell: Narrator, shop: NewInstance, courier: NewInstance): Promise<void> {
  tell.step('The shop is linked by QR: a simulated phone scans the picture that the API returned')
  const qr = await api.instance('GET', shop, 'qr', Qr)
  await api.simulator('link', Anything, { qr: qr.message, phoneNumber: SHOP_PHONE })
  await untilAuthorized(api, shop)

  tell.step('The courier is linked by a code that is typed into the phone')
  const { code } = await api.instance('POST', courier, 'getAuthorizationCode', Code, {
    phoneNumber: Number(COURIER_PHONE),
  })
  await api.simulator('link', Anything, { code, phoneNumber: COURIER_PHONE })
  await untilAuthorized(api, courier)
}

async function talk(api: ApiClient, tell: Narrator, shop: NewInstance, courier: NewInstance): Promise<void> {
  tell.step('The shop sends a message to the courier')
  await api.instance('POST', shop, 'sendMessage', Anything, {
    chatId: `${COURIER_PHONE}@c.us`,
    message: 'Order 118 is ready to be picked up',
  })
  tell.step('The courier gets it as a notification')
  await takeUntil(api, tell, courier, (body) => body.typeWebhook === 'incomingMessageReceived')
  tell.step('The shop hears what became of it: sent, delivered')
  await takeUntil(api, tell, shop, (body) => body.status === 'delivered')
}

async function hearFromPhone(api: ApiClient, tell: Narrator, shop: NewInstance): Promise<void> {
  tell.step('The shop switches to a webhook; a customer writes from a phone')
  const receiver = await Receiver.listen()
  try {
    await api.instance('POST', shop, 'setSettings', Anything, { webhookUrl: receiver.url, webhookUrlToken: 'secret' })
    await api.simulator('messages', Anything, { from: CUSTOMER_PHONE, to: SHOP_PHONE, text: 'Is my order ready?' })
    const text = await receiver.message()
    tell.say(`⇐ the webhook was called: "${text}"`)
  } finally {
    await receiver.close()
  }
}

/** The vendor allows one look a second. */
async function untilAuthorized(api: ApiClient, instance: NewInstance): Promise<void> {
  for (let tries = 0; tries < PATIENCE_MS / 1100; tries += 1) {
    const { stateInstance } = await api.instance('GET', instance, 'getStateInstance', State)
    if (stateInstance === 'authorized') return
    await sleep(1100)
  }
  throw new Error(`instance ${String(instance.idInstance)} was not linked in time`)
}

async function takeUntil(
  api: ApiClient,
  tell: Narrator,
  instance: NewInstance,
  isLast: (body: Body) => boolean,
): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS
  while (Date.now() < giveUpAt) {
    const received = await api.instance(
      'GET',
      instance,
      'receiveNotification',
      Received,
      undefined,
      '?receiveTimeout=5',
    )
    if (received === null) continue
    await api.instance('DELETE', instance, 'deleteNotification', Anything, undefined, `/${String(received.receiptId)}`)
    if (isLast(received.body)) return
  }
  tell.say('nothing more came')
  throw new Error('the expected notification did not come')
}

const Incoming = Type.Object({
  typeWebhook: Type.Literal('incomingMessageReceived'),
  messageData: Type.Object({ textMessageData: Type.Object({ textMessage: Type.String() }) }),
})

/** A webhook receiver of the demo's own. */
class Receiver {
  readonly url: string
  readonly #server: Server
  readonly #texts: Promise<string>

  private constructor(server: Server, url: string, texts: Promise<string>) {
    this.#server = server
    this.url = url
    this.#texts = texts
  }

  static async listen(): Promise<Receiver> {
    let resolve: (text: string) => void = () => undefined
    const promise = new Promise<string>((done) => (resolve = done))
    const server = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8')
      request.on('data', (part: string) => (text += part))
      request.on('end', () => {
        response.end()
        const body: unknown = JSON.parse(text)
        if (Value.Check(Incoming, body)) resolve(body.messageData.textMessageData.textMessage)
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return new Receiver(server, `http://127.0.0.1:${String(port)}/webhook`, promise)
  }

  message(): Promise<string> {
    const late = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
      throw new Error('the webhook was not called in time')
    })
    return Promise.race([this.#texts, late])
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}
