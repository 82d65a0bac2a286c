import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { deletionOf, markIn, type StoredMessage, type StoreRecord } from './evidence.ts'

const Messages = Compile(
  Type.Array(
    Type.Object({
      instance: Type.Integer(),
      id: Type.String(),
      chat: Type.String(),
      direction: Type.String(),
      shelf: Type.String(),
      byApi: Type.Integer(),
      status: Type.String(),
      description: Type.String(),
      at: Type.Integer(),
      isEdited: Type.Integer(),
      isDeleted: Type.Integer(),
      body: Type.String(),
    }),
  ),
)
const Body = Compile(
  Type.Object({
    content: Type.Optional(
      Type.Object({
        kind: Type.String(),
        target: Type.Optional(Type.String()),
        file: Type.Optional(Type.Object({ sha256: Type.Optional(Type.String()) })),
      }),
    ),
    asked: Type.Optional(
      Type.Object({
        method: Type.String(),
        body: Type.Object({ messages: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 1 })) }),
      }),
    ),
  }),
)
const Outbox = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), id: Type.String(), claimed: Type.Integer() })),
)
const Mailbox = Compile(
  Type.Array(Type.Object({ instance: Type.Integer(), receiptId: Type.Integer(), body: Type.String() })),
)
const Strays = Compile(Type.Array(Type.Object({ count: Type.Integer() })))

/** Columns by which each index of the journal finds its rows. */
const INDEXES = {
  journal_chat: 'instance_id, chat_id, at, seq',
  journal_shelf: 'instance_id, shelf, direction, at, seq',
} as const

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
  return {
    ...recordOf(rows(STORED.messages), rows(STORED.outbox), rows(STORED.mailbox)),
    indexFaults: Object.entries(INDEXES).flatMap(([name, columns]) => indexFaults(rows, name, columns)),
  }
}

/** What asks a database for all that is to be judged. */
export const STORED = {
  messages: `select instance_id as instance, id, chat_id as chat, direction, shelf, by_api as "byApi", status, description, at,
    is_edited as "isEdited", is_deleted as "isDeleted", body from message order by seq`,
  outbox: `select instance_id as instance, message_id as id, case when claim_epoch is null then 0 else 1 end as claimed
    from outbox order by instance_id, position`,
  mailbox: `select instance_id as instance, receipt_id as "receiptId", body from mailbox order by instance_id, receipt_id`,
} as const

/** The answers to `STORED`, as they are judged. */
export function recordOf(messageRows: unknown, outboxRows: unknown, mailboxRows: unknown): StoreRecord {
  const marks = new Map<string, string>()
  return {
    messages: Messages.Parse(messageRows).map(({ body, byApi, isEdited, isDeleted, ...row }) => ({
      ...row,
      ...saidIn(body, row.instance, marks, row.id),
      byApi: byApi === 1,
      isEdited: isEdited === 1,
      isDeleted: isDeleted === 1,
    })),
    outbox: Outbox.Parse(outboxRows).map((row) => ({ ...row, claimed: row.claimed === 1 })),
    mailbox: Mailbox.Parse(mailboxRows).map((row) => ({ ...row, body: JSON.stringify(JSON.parse(row.body)) })),
    indexFaults: [],
  }
}

/** A forward is known by its original's mark, whatever that says since an edit; `marks` has those of the rows before. */
function saidIn(
  body: string,
  instance: number,
  marks: Map<string, string>,
  id: string,
): Pick<StoredMessage, 'kind' | 'mark' | 'target' | 'sha256'> {
  const { content, asked } = Body.Parse(JSON.parse(body))
  if (content === undefined) return { kind: 'call', mark: '', target: null, sha256: null }
  const { kind, target = null } = content
  const original = marks.get(`${instance}/${asked?.body.messages?.[0] ?? ''}`)
  const said = kind === 'deletion' && target !== null ? deletionOf(target) : markIn(JSON.stringify(content))
  const mark = original ?? said
  marks.set(`${instance}/${id}`, mark)
  return { kind, mark, target, sha256: content.file?.sha256 ?? null }
}

/** An index holds exactly the journal's rows up to its number: none lost, none double. */
function indexFaults(rows: (sql: string) => unknown[], name: string, columns: string): readonly string[] {
  const upTo = `(select up_to from journal_index where name = '${name}')`
  const indexed = `select ${columns} from message where seq <= ${upTo}`
  const stored = `select ${columns} from ${name}`
  const [missing, strange] = [`${indexed} except ${stored}`, `${stored} except ${indexed}`].map(
    (sql) => Strays.Parse(rows(`select count(*) as count from (${sql})`))[0]?.count ?? 0,
  )
  if (missing === 0 && strange === 0) return []
  return [`${name} misses ${String(missing)} rows and has ${String(strange)} that are none`]
}
