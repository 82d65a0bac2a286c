import { eventually, linked, listIn, newPhone, objectIn, takeUntil, type Json } from './road.ts'
import type { Answer, Made, TestServer } from './server.ts'

/** Every notification there is. */
export const ALL_WEBHOOKS = Object.fromEntries(
  [
    ...['incomingWebhook', 'outgoingWebhook', 'outgoingMessageWebhook', 'outgoingAPIMessageWebhook', 'stateWebhook'],
    ...['pollMessageWebhook', 'incomingCallWebhook', 'outgoingCallWebhook', 'editedMessageWebhook'],
    ...['deletedMessageWebhook', 'catalogWebhook'],
  ].map((name) => [name, 'yes']),
)

/** An instance with a phone of its own and somebody to talk to: what most of these tests begin with. */
export interface Room {
  readonly made: Made
  readonly phone: string
  readonly other: string
  /** The other's chat, as WhatsApp names it. */
  readonly chatId: string
  post(method: string, body: object): Promise<Json>
  /** As `post`, but the answer may be any. */
  try(method: string, body: object): Promise<Answer>
  get(method: string): Promise<Answer>
  list(method: string): Promise<readonly Json[]>
  /** Sends by a method and returns the `idMessage`. */
  send(method: string, body: object): Promise<string>
  /** Notifications up to the first that fits, which is returned. */
  notified(isMeant: (body: Json) => boolean): Promise<Json>
  /** What a phone sees of one message, once it looks as wanted. */
  seen(id: string, isMeant?: (message: Json) => boolean, phone?: string): Promise<Json>
}

export async function room(server: TestServer, settings: object = ALL_WEBHOOKS): Promise<Room> {
  const { made, phone } = await linked(server, { delaySendMessagesMilliseconds: 0, ...settings })
  return roomOf(server, made, phone)
}

/** The same around an instance that is linked to a phone already. */
export async function roomOf(server: TestServer, made: Made, phone: string): Promise<Room> {
  const other = newPhone()
  const messenger = made.typeInstance
  await server.simulator('phones', { phoneNumber: other, messenger })
  const attempt = (method: string, body: object) => server.on(made, 'POST', method, body)
  const post = async (method: string, body: object) => objectIn(await attempt(method, body))
  const get = (method: string) => server.on(made, 'GET', method)
  return {
    ...{ made, phone, other, chatId: `${other}@c.us`, post, try: attempt, get },
    list: async (method) => listIn(await get(method)),
    send: async (method, body) => String((await post(method, body))['idMessage']),
    notified: async (isMeant) => (await takeUntil(server, made, isMeant)).at(-1) ?? {},
    seen: (id, isMeant = () => true, whose = other) =>
      eventually(async () => {
        const path = `/simulator/messages?phone=${whose}&messenger=${messenger}`
        const found = listIn(await server.call('GET', path)).find((message) => message['id'] === id)
        return found !== undefined && isMeant(found) && found
      }, `message ${id} on phone ${whose}`),
  }
}
