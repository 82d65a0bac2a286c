import { readRecord } from '../journal/record.ts'
import { STATUS_CHAT } from '../model/content.ts'
import type { ChatId } from '../model/ids.ts'
import type { MessageStatus, NetworkMessage } from '../model/message.ts'
import type { MessageRow } from '../storage/store.ts'
import { changesAnother } from './settlement.ts'

/** A message of the journal, or of the change that is being made: as it will be when that is stored. */
export interface Known {
  readonly chat: ChatId
  readonly direction: 'in' | 'out'
  readonly status: MessageStatus
  readonly byApi: boolean
  /** Where the change itself brings it. */
  readonly message?: NetworkMessage
  /** Where it is stored. */
  readonly row?: MessageRow
}

/** Whether its receipts are nobody's news: a status's, and those of what is no message of its own. */
export function isSilent({ message, row }: Known): boolean {
  if (message !== undefined) return message.chat.id === STATUS_CHAT || changesAnother(message.content)
  return row !== undefined && (row.shelf !== 'message' || changesAnother(readRecord(row).content))
}

/** Whether a message may change or take back this one; from the own devices alone anybody may take back everything. */
export function isOfSameAuthor(original: NetworkMessage | MessageRow, message: NetworkMessage): boolean {
  const { content, direction } = message
  const isOwnCopy = content.kind === 'deletion' && !content.forEveryone && direction === 'out'
  if (isOwnCopy) return true
  if (original.direction !== direction) return false
  if (direction === 'out') return true
  return ('author' in original ? original.author.id : readRecord(original).author) === message.author.id
}

export function knownRow(row: MessageRow): Known {
  const { chat, direction, status, byApi } = row
  return { chat, direction, status, byApi, row }
}

/** What was kept as unreadable has come again and can be read. */
export function becomesReadable({ message, row }: Known, { content }: NetworkMessage): boolean {
  if (content.kind === 'unreadable') return false
  if (message !== undefined) return message.content.kind === 'unreadable'
  return row?.shelf !== 'call' && row !== undefined && !row.byApi && readRecord(row).content.kind === 'unreadable'
}
