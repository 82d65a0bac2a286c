import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { StoreRecord } from './evidence.ts'

const Messages = Compile(
  Type.Array(
    Type.Object({ instance: Type.Integer(), id: Type.String(), byApi: Type.Integer(), status: Type.String() }),
  ),
)
const Outbox = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), id: Type.String(), claimed: Type.Integer() })),
)
const Mailbox = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), receiptId: Type.Integer(), body: Type.String() })),
)

/**
 * Reads the server's database while no server runs. A copy is read, log and all: opening the file itself would repair what the
 * next start must be able to repair.
 */
export async function readStore(file: string): Promise<StoreRecord> {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-copy-'))
  const copy = join(folder, 'copy.db')
  for (const part of ['', '-wal']) if (existsSync(file + part)) await copyFile(file + part, copy + part)
  const database = new BetterSqlite(copy)
  try {
    return readAll(database)
  } finally {
    database.close()
    await rm(folder, { recursive: true })
  }
}

function readAll(database: BetterSqlite.Database): StoreRecord {
  const rows = (sql: string): unknown[] => database.prepare(sql).all()
  const check = database.pragma('integrity_check', { simple: true })
  if (check !== 'ok') throw new Error(`the database is damaged: ${String(check)}`)
  const messages = Messages.Parse(
    rows('select instance_id as instance, id, by_api as byApi, status from message order by seq'),
  )
  const outbox = Outbox.Parse(
    rows(`select instance_id as instance, message_id as id, claim_epoch is not null as claimed
          from outbox order by instance_id, position`),
  )
  const mailbox = Mailbox.Parse(
    rows('select instance_id as instance, receipt_id as receiptId, body from mailbox order by instance_id, receipt_id'),
  )
  return {
    messages: messages.map((row) => ({ ...row, byApi: row.byApi === 1 })),
    outbox: outbox.map((row) => ({ ...row, claimed: row.claimed === 1 })),
    mailbox: mailbox.map((row) => ({ ...row, body: JSON.stringify(JSON.parse(row.body)) })),
  }
}
