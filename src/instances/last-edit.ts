import { readRecord } from '../journal/record.ts'
import type { EditContent } from '../model/content.ts'
import { statusRank } from '../model/message.ts'
import type { MessageRow } from '../storage/store.ts'
import type { InstanceRecord } from './record.ts'

/** So many of a chat's newest messages are looked through: no edit of a message that can still be edited is further away. */
const SEARCHED = 1000

/** What a message says since it was edited last; undefined where no edit of it is found, or none has left. */
export async function lastEdit(record: InstanceRecord, row: MessageRow): Promise<EditContent | undefined> {
  if (!row.isEdited) return undefined
  for (const entry of await record.node.store.journal.ofChat(record.id, row.chat, SEARCHED)) {
    if (entry.shelf !== 'message' || !hasLeft(entry)) continue
    const { content } = readRecord(entry)
    if (content.kind === 'edit' && content.target === row.id) return content
  }
  return undefined
}

function hasLeft({ status }: MessageRow): boolean {
  const rank = statusRank(status)
  return rank > statusRank('pending') && rank < statusRank('failed')
}
