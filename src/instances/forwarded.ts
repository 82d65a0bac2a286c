import { readRecord } from '../journal/record.ts'
import { withoutQuote, type Content, type ContentKind, type EditContent } from '../model/content.ts'
import type { ChatId, MessageId } from '../model/ids.ts'
import type { Asked } from '../model/message.ts'
import type { MessageRow } from '../storage/store.ts'

/** Messages of one chat that are to be sent to another. */
export interface Forward {
  readonly to: ChatId
  readonly from: ChatId
  /** In this order. */
  readonly ids: readonly MessageId[]
  /** "Typing" before the first. */
  readonly typingTimeMs?: number
  readonly asked: Asked
}

/** What can be said again; the others are about another message, or nobody can say them. */
const FORWARDABLE = [
  'text',
  'file',
  'location',
  'contacts',
  'poll',
  'buttons',
  'list',
  'groupInvite',
  'product',
  'order',
] as const satisfies readonly ContentKind[]
type Forwardable = Extract<Content, { readonly kind: (typeof FORWARDABLE)[number] }>

function isForwardable(content: Content): content is Forwardable {
  return (FORWARDABLE as readonly ContentKind[]).includes(content.kind)
}

/** A message said again: what it says now, without what it replied to, forwarded once more; or why it can't be. */
export function forwarded(
  row: MessageRow | null,
  edit: EditContent | undefined,
): Content | 'message not found' | 'message cannot be forwarded' {
  if (row === null || row.isDeleted || row.shelf === 'call') return 'message not found'
  const { content } = readRecord(row)
  if (!isForwardable(content)) return 'message cannot be forwarded'
  // Itself what stands in the journal for a message that was not found.
  if (content.kind === 'text' && content.text === '') return 'message not found'
  return withoutQuote({ ...edited(content, edit), forwardingScore: (content.forwardingScore ?? 0) + 1 })
}

function edited(content: Forwardable, edit: EditContent | undefined): Forwardable {
  if (edit === undefined) return content
  if (content.kind === 'text') return { ...content, text: edit.text }
  return content.kind === 'file' ? { ...content, caption: edit.text } : content
}
