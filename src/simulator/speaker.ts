import type Type from 'typebox'
import { MESSENGERS, type Messenger } from '../model/messenger.ts'
import type { Content } from './contents.ts'
import { phoneOf } from './fields.ts'
import { contentOf, currentContent, marksOf } from './marks.ts'
import { isDirect, type MessageRow } from './messages.ts'
import { messengerOf, type NetworkParts } from './network-parts.ts'
import { completeContent, type PhoneContent } from './phone-contents.ts'
import { Refusal } from './route.ts'

/** A phone that may say something now. */
export interface Speaker {
  readonly phone: string
  readonly messenger: Messenger
}

/** The phone behind `from`, where it speaks to `to`; a refusal when it has no account or is restricted. */
export function speakerOf(
  parts: NetworkParts,
  from: string | number,
  to: string,
  given: Messenger | undefined,
): Speaker | Refusal {
  const phone = phoneOf('from', from)
  if (phone instanceof Refusal) return phone
  const ofGroup = MESSENGERS.find((messenger) => parts.groups.member(messenger, to, phone) !== null)
  const messenger = messengerOf(parts, given ?? ofGroup, phone, ...(isDirect(to) ? [to] : []))
  if (!parts.phones.get(messenger, phone).exists) return new Refusal(400, "'from' has no account")
  for (const kind of ['suspend', 'block'] as const)
    if (parts.faults.find(kind, messenger, phone) !== null) return new Refusal(400, `'from' is restricted (${kind})`)
  return { phone, messenger }
}

export interface Saying {
  readonly text?: string
  readonly content?: Type.Static<typeof PhoneContent>
  /** What is said again. */
  readonly forwardedId?: string
  /** What it replies to. */
  readonly quotedId?: string
}

/** What the phone wants to say, whole. */
export async function contentSaid(parts: NetworkParts, who: Speaker, saying: Saying): Promise<Content | Refusal> {
  const ways = [saying.text, saying.content, saying.forwardedId].filter((one) => one !== undefined)
  if (ways.length > 1) return new Refusal(400, "'text', 'content' and 'forwardedId' exclude each other")
  const content = await plainContent(parts, who, saying)
  if (content instanceof Refusal || saying.quotedId === undefined) return content
  const quoted = parts.messages.findAnywhere(who.messenger, who.phone, saying.quotedId)
  if (quoted === null) return new Refusal(400, "'quotedId' is no message of 'from'")
  return { ...content, quote: { id: quoted.id, participant: quoted.sender, content: withoutQuote(parts, quoted) } }
}

async function plainContent(parts: NetworkParts, who: Speaker, saying: Saying): Promise<Content | Refusal> {
  if (saying.text !== undefined) return { kind: 'text', text: saying.text }
  if (saying.content !== undefined) {
    const content = await completeContent(saying.content, who.phone, parts.files)
    return typeof content === 'string' ? new Refusal(400, content) : content
  }
  if (saying.forwardedId === undefined) return new Refusal(400, "'text' is required")
  const source = parts.messages.findAnywhere(who.messenger, who.phone, saying.forwardedId)
  const content = source === null ? null : withoutQuote(parts, source)
  if (content === null) return new Refusal(400, "'forwardedId' is no message of 'from'")
  return { ...content, forwardingScore: (content.forwardingScore ?? 0) + 1 }
}

/** As a message reads now; null when it was deleted. */
function withoutQuote(parts: NetworkParts, row: MessageRow): Content | null {
  const marks = marksOf(parts.messages.about(row))
  if (marks.isDeleted) return null
  const content = currentContent(contentOf(row), marks)
  delete content.quote
  return content
}
