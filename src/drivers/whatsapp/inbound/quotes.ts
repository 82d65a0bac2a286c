import { isSaying, withoutQuote, type Content, type Quote } from '../../../model/content.ts'
import type { MessageId } from '../../../model/ids.ts'
import type { ContextInfo, WaMessage } from '../engine/proto.ts'
import { plainJid } from '../jids.ts'
import { count, fieldsOf, isFields, messageId } from './bounded.ts'
import { contentOf } from './contents/content-of.ts'
import type { Reading } from './reading.ts'
import { unwrap } from './unwrap.ts'

const MOST_FORWARDS = 1_000_000

/** The same with what it replies to and how often it was forwarded. */
export async function said(content: Content, message: WaMessage, reading: Reading): Promise<Content> {
  const context = contextOf(message)
  if (context === undefined || !isSaying(content)) return content
  const quote = await quoteIn(context, reading)
  const score = count(context.forwardingScore, MOST_FORWARDS)
  const forwardingScore = score > 0 ? score : context.isForwarded === true ? 1 : 0
  const more = { ...(quote !== undefined && { quote }), ...(forwardingScore > 0 && { forwardingScore }) }
  return { ...content, ...more }
}

async function quoteIn(context: ContextInfo, reading: Reading): Promise<Quote | undefined> {
  const id = messageId(context.stanzaId) as MessageId
  if (id === '') return undefined
  const author = plainJid(context.participant)
  const participant = await reading.parts.people.chatOf(author)
  if (!context.quotedMessage) return { id, participant, content: null }
  const { message } = unwrap(context.quotedMessage)
  const chat = plainJid(context.remoteJid) || reading.envelope.chat
  const fromMe = reading.parts.people.isOwn(author)
  const envelope = { ...reading.envelope, id, chat, author, authorAlt: '', fromMe }
  const content = await contentOf(message, { ...reading, envelope, author: participant, isQuote: true })
  return { id, participant, content: content === undefined ? null : withoutQuote(content) }
}

/** Whatever a message says, what it refers to is in the member of that. */
export function contextOf(message: WaMessage): ContextInfo | undefined {
  for (const name of fieldsOf(message)) {
    const field: unknown = message[name]
    if (isFields(field) && 'contextInfo' in field && isFields(field['contextInfo'])) return field['contextInfo']
  }
  return undefined
}
