import Type from 'typebox'
import { isGroup } from './addresses.ts'
import { AfterField, chatFieldOf, LimitField, MessengerField, numberOf, PhoneField, phoneOf } from './fields.ts'
import { isDirect } from './messages.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { PhoneContent } from './phone-contents.ts'
import { Refusal, route, type Route } from './route.ts'
import { contentSaid, speakerOf } from './speaker.ts'
import { viewOf } from './views.ts'

const IdField = Type.Optional(Type.String({ minLength: 1, maxLength: 128 }))

const Say = Type.Object({
  from: PhoneField,
  to: PhoneField,
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 65_536 })),
  content: Type.Optional(PhoneContent),
  forwardedId: IdField,
  messenger: MessengerField,
  quotedId: IdField,
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
const Read = Type.Object({ phone: PhoneField, chat: PhoneField, messenger: MessengerField, upTo: IdField })

const JournalQuery = Type.Object({
  phone: Type.Optional(Type.String()),
  messenger: MessengerField,
  afterSend: AfterField,
  afterEvent: AfterField,
  limit: LimitField,
})

async function say(input: Type.Static<typeof Say>, parts: NetworkParts): Promise<unknown> {
  const to = chatFieldOf('to', input.to)
  if (to instanceof Refusal) return to
  const who = speakerOf(parts, input.from, to, input.messenger)
  if (who instanceof Refusal) return who
  const { messenger, phone } = who
  if (isGroup(to)) {
    if (parts.groups.member(messenger, to, phone) === null)
      return new Refusal(400, "'to' is a group that 'from' is not in")
  } else if (isDirect(to) && !parts.phones.get(messenger, to).exists) return new Refusal(400, "'to' has no account")
  const content = await contentSaid(parts, who, input)
  if (content instanceof Refusal) return content
  const said = parts.exchange.fromPhone(messenger, phone, to, content)
  return typeof said === 'string' ? new Refusal(400, said) : { idMessage: said.id }
}

function view(input: Type.Static<typeof View>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  const chat = input.chat === undefined ? null : chatFieldOf('chat', input.chat)
  if (chat instanceof Refusal) return chat
  const after = input.after === undefined ? null : parts.messages.findAnywhere(messenger, phone, input.after)
  if (input.after !== undefined && after === null) return new Refusal(400, "'after' is no message of this phone")
  const rows = parts.messages.view(messenger, phone, chat, after?.seq ?? 0, numberOf(input.limit, 10_000))
  return rows.map((row) => viewOf(parts.messages, row, phone))
}

function chats(input: Type.Static<typeof Chats>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  return parts.messages.chats(messenger, phone).map(({ peer, last, unread }) => {
    const row = parts.messages.bySeq(last)
    const name = isGroup(peer) ? parts.groups.find(messenger, peer)?.subject : parts.phones.known(messenger, peer)?.name
    return {
      chat: peer,
      messenger,
      name: name ?? '',
      unread,
      last: row === null ? null : viewOf(parts.messages, row, phone),
    }
  })
}

function read(input: Type.Static<typeof Read>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const chat = chatFieldOf('chat', input.chat)
  if (chat instanceof Refusal) return chat
  const messenger = messengerOf(parts, input.messenger, phone)
  return { read: parts.exchange.read(messenger, phone, chat, input.upTo) }
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
