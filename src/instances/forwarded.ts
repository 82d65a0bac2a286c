import { readRecord } from '../journal/record.ts'
import { isSaying, withoutQuote, type Content, type EditContent, type Saying } from '../model/content.ts'
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

/** A message said again: what it says now, without what it replied to, forwarded once more; or why it can't be. */
export function forwarded(
  row: MessageRow | null,
  edit: EditContent | undefined,
): Content | 'message not found' | 'message cannot be forwarded' {
  if (row === null || row.isDeleted || row.shelf === 'call') return 'message not found'
  const { content } = readRecord(row)
  if (!isSaying(content)) return 'message cannot be forwarded'
  // Itself what stands in the journal for a message that was not found.
  if (content.kind === 'text' && content.text === '') return 'message not found'
  return withoutQuote({ ...edited(content, edit), forwardingScore: (content.forwardingScore ?? 0) + 1 })
}

function edited(content: Saying, edit: EditContent | undefined): Saying {
  if (edit === undefined) return content
  if (content.kind === 'text') return { ...content, text: edit.text }
  return content.kind === 'file' ? { ...content, caption: edit.text } : content
}
