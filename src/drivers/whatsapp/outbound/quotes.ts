import { quoteOf, withoutQuote, type Content, type Quote } from '../../../model/content.ts'
import { isFault } from '../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import type { ContextInfo, WaMessage } from '../engine/proto.ts'
import type { Life } from '../life.ts'
import { messageOf } from './contents/contents.ts'
import { fileForQuote } from './contents/files.ts'
import { authorIn } from './contents/making.ts'
import { sentMessage } from './sent-messages.ts'

/** Where a message goes, as far as what it says depends on that. */
export interface Place {
  readonly chat: ChatId
  readonly jid: string
  /** Seconds after which messages vanish there; 0: never. */
  readonly ephemeralS: number
}

/** What a message refers to and how it is to be shown; undefined for one that is nothing but itself. */
export async function contextOf(life: Life, content: Content, place: Place): Promise<ContextInfo | undefined> {
  const quote = quoteOf(content)
  const score = 'forwardingScore' in content ? (content.forwardingScore ?? 0) : 0
  const context: ContextInfo = {
    ...(quote !== undefined && (await quoted(life, quote, place))),
    ...(score > 0 && { isForwarded: true, forwardingScore: score }),
    ...(place.ephemeralS > 0 && { expiration: place.ephemeralS }),
  }
  return Object.keys(context).length === 0 ? undefined : context
}

/** What this service has never seen is named alone: the phone may know it. */
async function quoted(life: Life, { id, participant, content }: Quote, place: Place): Promise<ContextInfo> {
  const quotedMessage =
    (await ownWords(life, id)) ?? (content === null ? undefined : await rebuilt(life, content, place))
  return {
    stanzaId: id,
    ...(participant !== '' && { participant: await authorIn(life, place.jid, participant) }),
    ...(quotedMessage !== undefined && { quotedMessage }),
  }
}

/** What we sent, exactly as it was, without what it referred to itself. */
async function ownWords({ engine, store }: Life, id: MessageId): Promise<WaMessage | undefined> {
  const sent = await sentMessage(engine, store, id)
  return sent === undefined ? undefined : withoutContext(sent)
}

function withoutContext(sent: WaMessage): WaMessage | undefined {
  const inner = sent.viewOnceMessage?.message ?? sent
  for (const [field, value] of Object.entries(inner) as [keyof WaMessage, unknown][]) {
    if (field === 'conversation') return { conversation: String(value) }
    if (field === 'messageContextInfo' || field === 'protocolMessage' || field === 'reactionMessage') continue
    if (typeof value === 'object' && value !== null) return { [field]: { ...value, contextInfo: null } }
  }
  return undefined
}

async function rebuilt(life: Life, content: Content, { chat, jid }: Place): Promise<WaMessage | undefined> {
  const message = await messageOf(withoutQuote(content), {
    ...{ life, chat, jid, context: undefined },
    file: (file) => Promise.resolve(fileForQuote(file)),
    picture: () => Promise.resolve(null),
    sent: () => Promise.resolve(undefined),
  })
  return isFault(message) ? undefined : message
}
