import type { ChatId } from '../../model/ids.ts'
import type { Dialect } from '../dialect.ts'
import type { Store } from '../store.ts'
import { integer, text } from './columns.ts'
import type { Engine } from './engine.ts'
import type { LaterIndexes, LaterIndex } from './later-indexes.ts'
import * as rows from './rows.ts'
import { IN_CHAT } from './statement.ts'

const MESSAGE = `m.instance_id, m.id, m.chat_id, m.direction, m.by_api, m.status, m.description, m.at, m.body,
  m.shelf, m.is_edited, m.is_deleted`

const OF_CHAT = 'j.instance_id = ? and j.chat_id = ?'
const SINCE = 'j.instance_id = ? and j.shelf = ? and j.direction = ? and j.at >= ?'

/**
 * The index gives the order and the end of the list; a row of the journal is looked at only for what is given. Where the index is the
 * table's own, the table is named once: the database would look for each row twice.
 */
function listed({ indexesJournalLater }: Dialect, index: LaterIndex, where: string): string {
  const behind = `${where} and (j.at, j.seq) < (?, ?) order by j.at desc, j.seq desc limit ?`
  if (!indexesJournalLater) return `select ${MESSAGE}, m.seq from message m where ${behind}`.replaceAll('j.', 'm.')
  return `select ${MESSAGE}, m.seq from ${index} j join message m on m.seq = j.seq and m.instance_id = j.instance_id
    where ${behind}`
}

const LOOKUPS = {
  find: {
    sql: `select ${MESSAGE} from message m where m.instance_id = ? and m.id = ? order by m.seq desc limit 1`,
    columns: 'instance_id bigint, id text',
  },
  inChat: {
    sql: `select ${MESSAGE} from message m where m.instance_id = ? and m.id = ? and m.${IN_CHAT} ?`,
    columns: 'instance_id bigint, id text, chat_id text',
  },
  file: {
    sql: 'select sha256, size, remote from kept_file where instance_id = ? and sha256 = ?',
    columns: 'instance_id bigint, sha256 text',
  },
} as const

const READS = {
  receipts: `select participant, status, at from receipt where instance_id = ? and message_id = ?
    order by at, participant`,
  used: 'select what, count from usage_count where instance_id = ? and month = ?',
  correspondents: 'select chat_id from correspondent where instance_id = ? and month = ? order by place',
} as const

/** Before every entry there can be. */
const START = { at: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER }

export function journalReads(engine: Engine, index: LaterIndexes): Store['journal'] {
  const ofChat = listed(engine.dialect, 'journal_chat', OF_CHAT)
  const onShelf = listed(engine.dialect, 'journal_shelf', SINCE)
  return {
    async find(instance, id) {
      const row = await engine.lookup(LOOKUPS.find, [instance, id])
      return row === undefined ? null : rows.messageRow(row)
    },
    async inChat(instance, chat, id) {
      const row = await engine.lookup(LOOKUPS.inChat, [instance, id, chat])
      return row === undefined ? null : rows.messageRow(row)
    },
    async ofChat(instance, chat, limit, after = START) {
      await index.catchUp('journal_chat')
      return (await engine.read(ofChat, [instance, chat, after.at, after.seq, limit])).map(rows.journalEntry)
    },
    async since({ instance, shelf, direction, since }, limit, after = START) {
      await index.catchUp('journal_shelf')
      const params = [instance, shelf, direction, since, after.at, after.seq, limit]
      return (await engine.read(onShelf, params)).map(rows.journalEntry)
    },
    receipts: async (instance, id) => (await engine.read(READS.receipts, [instance, id])).map(rows.receipt),
  }
}

export function usageReads(engine: Engine): Store['usage'] {
  return {
    async ofMonth(instance, month) {
      const used = await engine.read(READS.used, [instance, month])
      return new Map(used.map((row) => [text(row, 'what'), integer(row, 'count')]))
    },
    correspondents: async (instance, month) =>
      (await engine.read(READS.correspondents, [instance, month])).map((row) => text(row, 'chat_id') as ChatId),
  }
}

export function fileReads(engine: Engine): Store['files'] {
  return {
    async find(instance, sha256) {
      const row = await engine.lookup(LOOKUPS.file, [instance, sha256])
      return row === undefined ? null : rows.keptFile(row)
    },
  }
}
