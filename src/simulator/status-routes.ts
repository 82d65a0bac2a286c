import Type from 'typebox'
import { STATUS_CHAT } from '../model/content.ts'
import { LimitField, MessengerField, numberOf, PhoneField, phoneOf } from './fields.ts'
import { marksOf } from './marks.ts'
import { STATUS, type MessageRow } from './messages.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { PhoneContent } from './phone-contents.ts'
import { Refusal, route, type Route } from './route.ts'
import { contentSaid, speakerOf } from './speaker.ts'
import { statusName, viewOf } from './views.ts'

/** A status is shown for so long. */
const SHOWN_MS = 86_400_000

const Post = Type.Object({
  from: PhoneField,
  /** Of a status of words alone. */
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 65_536 })),
  content: Type.Optional(PhoneContent),
  /** Who may see it; absent or empty: all contacts. */
  audience: Type.Optional(Type.Array(PhoneField, { maxItems: 1024 })),
  messenger: MessengerField,
})

const List = Type.Object({ phone: Type.String(), messenger: MessengerField, limit: LimitField })

const View = Type.Object({
  phone: PhoneField,
  id: Type.String({ minLength: 1, maxLength: 128 }),
  messenger: MessengerField,
})

async function post(input: Type.Static<typeof Post>, parts: NetworkParts): Promise<unknown> {
  const who = speakerOf(parts, input.from, STATUS_CHAT, input.messenger)
  if (who instanceof Refusal) return who
  const audience: string[] = []
  for (const one of input.audience ?? []) {
    const phone = phoneOf('audience', one)
    if (phone instanceof Refusal) return phone
    audience.push(phone)
  }
  const words = input.text === undefined ? input.content : { kind: 'statusText', text: input.text }
  if (words === undefined) return new Refusal(400, "'text' or 'content' is required")
  const content = await contentSaid(parts, who, { content: words })
  if (content instanceof Refusal) return content
  const said = parts.exchange.fromPhone(who.messenger, who.phone, STATUS_CHAT, content, audience)
  return typeof said === 'string' ? new Refusal(400, said) : { idMessage: said.id }
}

/** One's own with their viewers, and those of others that the phone may see. */
function list(input: Type.Static<typeof List>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  const since = parts.clock.now() - SHOWN_MS
  return parts.messages
    .statuses(messenger, phone, since, numberOf(input.limit, 1000))
    .filter((row) => !marksOf(parts.messages.about(row)).isDeleted)
    .map((row) => ({ ...viewOf(parts.messages, row, phone), ...viewing(row, phone, parts) }))
}

function viewing(row: MessageRow, phone: string, { deliveries }: NetworkParts): object {
  if (row.sender !== phone) return { viewed: deliveries.find(row.seq, phone)?.seen === 1 }
  const viewers = deliveries.ofMessage(row.seq).map((one) => ({
    phone: one.phone,
    status: statusName(one.status),
    time: one.status === STATUS.sent ? null : one.at,
  }))
  return { viewers }
}

function viewOne(input: Type.Static<typeof View>, parts: NetworkParts): unknown {
  const phone = phoneOf('phone', input.phone)
  if (phone instanceof Refusal) return phone
  const messenger = messengerOf(parts, input.messenger, phone)
  const row = parts.messages.findAnywhere(messenger, phone, input.id)
  if (row?.recipient !== STATUS_CHAT || row.sender === phone)
    return new Refusal(400, "'id' is no status that this phone may see")
  return { viewed: parts.exchange.viewStatus(row, phone) }
}

export const statusRoutes: readonly Route[] = [
  route('POST', '/simulator/statuses', Post, post),
  route('GET', '/simulator/statuses', List, list),
  route('POST', '/simulator/statuses/view', View, viewOne),
]
