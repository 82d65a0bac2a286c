import Type from 'typebox'
import { AfterField, LimitField, MessengerField, numberOf, PhoneField, phoneOf } from './fields.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { parsePhone } from './phone-number.ts'
import type { Content } from './protocol.ts'
import { Refusal, route, type Route } from './route.ts'
import { viewOf } from './views.ts'

const Say = Type.Object({
  from: PhoneField,
  to: PhoneField,
  text: Type.String({ minLength: 1, maxLength: 65_536 }),
  messenger: MessengerField,
  quotedId: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
})

const View = Type.Object({
  phone: Type.String(),
  chat: Type.Optional(Type.String()),
  messenger: MessengerField,
  /** The newest so many; order numbers are not shown, so `after` takes an id. */
  limit: LimitField,
  after: Type.Optional(Type.String({ maxLength: 128 })),
})

const Chats = Type.Object({ phone: Type.String(), messenger: MessengerField })
const Read = Type.Object({ phone: PhoneField, chat: PhoneField, messenger: MessengerField })

const JournalQuery = Type.Object({
  phone: Type.Optional(Type.String()),
  messenger: MessengerField,
  afterSend: AfterField,
  afterEvent: AfterField,
  limit: LimitField,
})

function say(input: Type.Static<typeof Say>, parts: NetworkParts): unknown {
  const from = phoneOf('from', input.from)
  if (from instanceof Refusal) return from
  if (String(input.to).endsWith('@g.us')) return new Refusal(400, "'to' is a group that 'from' is not in")
  const to = phoneOf('to', input.to)
  if (to instanceof Refusal) return to
  const messenger = messengerOf(parts, input.messenger, from, to)
  if (!parts.phones.get(messenger, from).exists) return new Refusal(400, "'from' has no account")
  if (!parts.phones.get(messenger, to).exists) return new Refusal(400, "'to' has no account")
  for (const kind of ['suspend', 'block'] as const)
    if (parts.faults.find(kind, messenger, from) !== null) return new Refusal(400, `'from' is restricted (${kind})`)
  const content: Content = { kind: 'text', text: input.text }
  if (input.quotedId !== undefined) {
    const quoted = parts.messages.findAnywhere(messenger, from, input.quotedId)
    if (quoted === null) return new Refusal(400, "'quotedId' is no message of 'from'")
    content.quote = { id: quoted.id, participant: quoted.sender, text: viewOf(quoted, from).text }
  }
  return { idMessage: parts.exchange.fromPhone(messenger, from, to, content).id }
}

function view(input: Type.Static<typeof View>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  const chat = input.chat === undefined ? null : (parsePhone(input.chat) ?? input.chat)
  const after = input.after === undefined ? null : parts.messages.findAnywhere(messenger, phone, input.after)
  if (input.after !== undefined && after === null) return new Refusal(400, "'after' is no message of this phone")
  const rows = parts.messages.view(messenger, phone, chat, after?.seq ?? 0, numberOf(input.limit, 10_000))
  return rows.map((row) => viewOf(row, phone))
}

function chats(input: Type.Static<typeof Chats>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  return parts.messages.chats(messenger, phone).map(({ peer, last, unread }) => {
    const row = parts.messages.bySeq(last)
    const name = parts.phones.known(messenger, peer)?.name ?? ''
    return { chat: peer, messenger, name, unread, last: row === null ? null : viewOf(row, phone) }
  })
}

function read(input: Type.Static<typeof Read>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const chat = phoneOf('chat', input.chat)
  if (chat instanceof Refusal) return chat
  const messenger = messengerOf(parts, input.messenger, phone)
  return { read: parts.exchange.read(messenger, phone, chat) }
}

function journal(input: Type.Static<typeof JournalQuery>, parts: NetworkParts): unknown {
  const phone = input.phone === undefined ? null : phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const query = {
    phone,
    messenger: input.messenger ?? null,
    afterSend: numberOf(input.afterSend, 0),
    afterEvent: numberOf(input.afterEvent, 0),
    limit: numberOf(input.limit, 100_000),
  }
  return { sends: parts.journal.sends(query), events: parts.journal.events(query) }
}

export const chatRoutes: readonly Route[] = [
  route('POST', '/simulator/messages', Say, say),
  route('GET', '/simulator/messages', View, view),
  route('GET', '/simulator/chats', Chats, chats),
  route('POST', '/simulator/read', Read, read),
  route('GET', '/simulator/journal', JournalQuery, journal),
]
