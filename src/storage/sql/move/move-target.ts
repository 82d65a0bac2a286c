import { OperatorTrouble } from '../../../lib/operator-trouble.ts'
import { text } from '../columns.ts'
import type { PgLike, PgStatement } from '../postgres/pg-like.ts'
import type { Row } from '../statement.ts'
import { putMark, readMark } from './move-mark.ts'
import type { SourceTable } from './move-source.ts'

/** The same table where its rows go. */
export interface TargetTable extends SourceTable {
  /** The columns by which a row is known. */
  readonly key: readonly string[]
  /** The column that numbers itself; undefined where none does. */
  readonly serial: string | undefined
}

/** Rows that stand there though nobody has used the database yet. */
const UNUSED: Readonly<Record<string, string>> = {
  lease: `where instance_id <> 0 or owner <> ''`,
  billing_mark: 'where charged_up_to is not null or closed_up_to is not null',
}

const LONG_MS = 600_000

/** Every server claims the jobs' lease at the latest, which raises its epoch; the register counts what else it does. */
const SEEN = `select concat_ws(' ', (select string_agg(name || ' ' || revision, ' ' order by name) from register),
  (select sum(epoch) from lease), (select count(*) from lease where owner <> ''), (select count(*) from node)) as seen`

/** Everything that the catalogues say about the tables that both databases have. */
export async function targetTables(db: PgLike, sources: readonly SourceTable[]): Promise<readonly TargetTable[]> {
  const [columns, keys] = await db.read([
    {
      sql: `select table_name::text as name, column_name::text as part, column_default like 'nextval(%' as is_serial
        from information_schema.columns where table_schema = current_schema()`,
      params: [],
    },
    {
      sql: `select distinct on (t.relname) t.relname::text as name, (
          select json_agg(a.attname order by k.place) from unnest(i.indkey) with ordinality k (number, place)
          join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
        )::text as key
        from pg_class t join pg_index i on i.indrelid = t.oid join pg_namespace n on n.oid = t.relnamespace
        where n.nspname = current_schema() and t.relkind = 'r' and i.indisunique and i.indpred is null
        order by t.relname, i.indisprimary desc`,
      params: [],
    },
  ])
  const keyOf = new Map((keys?.rows ?? []).map((row) => [text(row, 'name'), JSON.parse(text(row, 'key')) as string[]]))
  return sources.map((source) => {
    const { name, columns: wanted } = source
    const there = (columns?.rows ?? []).filter((row) => row['name'] === name)
    const missing = wanted.filter((column) => !there.some((row) => row['part'] === column))
    const key = keyOf.get(name)
    if (missing.length > 0 || key === undefined) {
      throw new OperatorTrouble(`PostgreSQL has no place for ${name} (${missing.join(', ')}).`)
    }
    const serial = there.find((row) => row['is_serial'] === true)
    return { ...source, key, serial: serial === undefined ? undefined : text(serial, 'part') }
  })
}

/**
 * Refuses a database that is not this move's to fill; empties it and says that it is being filled.
 * @throws OperatorTrouble
 */
export async function beginMove(db: PgLike, tables: readonly TargetTable[], source: string): Promise<void> {
  await mustBeFree(db)
  const mark = await readMark(db)
  if (mark === undefined ? await isUsed(db, tables) : mark.source !== source) {
    throw new OperatorTrouble('That PostgreSQL database holds the data of another installation: name an empty one.')
  }
  if (mark?.state === 'done' && mark.seen !== (await seen(db))) {
    throw new OperatorTrouble(
      'A server has worked on what was moved there: moving once more would undo all that it did. Name an empty database.',
    )
  }
  await db.transaction(
    (transaction) =>
      transaction.commit([
        putMark({ source, state: 'copying', seen: '' }),
        { sql: `truncate ${tables.map(({ name }) => `"${name}"`).join(', ')}`, params: [] },
      ]),
    { isRepeatable: true, answerMs: LONG_MS },
  )
}

/** Adds rows in one transaction. */
export async function addRows(db: PgLike, { name, columns }: TargetTable, rows: readonly Row[]): Promise<void> {
  const list = named(columns)
  const sql = `insert into "${name}" (${list}) select ${list} from json_populate_recordset(null::"${name}", $1::json)`
  await db.transaction((transaction) => transaction.commit([{ sql, params: [JSON.stringify(rows)] }]), {
    isRepeatable: true,
    answerMs: LONG_MS,
  })
}

/** How many of the rows are not there as they are here, each looked up by its key and compared column by column. */
export async function countDifferent(db: PgLike, table: TargetTable, rows: readonly Row[]): Promise<number> {
  const { name, columns, key } = table
  const isSame = key.map((column) => `t."${column}" = k."${column}"`).join(' and ')
  // One row after the other by the index, whatever the planner believes of a table that has just been filled.
  const sql = `select r.* from json_populate_recordset(null::"${name}", $1::json) k
    cross join lateral (select ${named(columns)} from "${name}" t where ${isSame} limit 1) r`
  const keyOf = (row: Row) => JSON.stringify(key.map((column) => row[column]))
  const keys = rows.map((row) => Object.fromEntries(key.map((column) => [column, row[column]])))
  const [found] = await db.read([{ sql, params: [JSON.stringify(keys)] }], { answerMs: LONG_MS })
  const there = new Map((found?.rows ?? []).map((row) => [keyOf(row), row]))
  return rows.filter((row) => {
    const other = there.get(keyOf(row))
    return other === undefined || columns.some((column) => row[column] !== other[column])
  }).length
}

export async function countRows(db: PgLike, { name }: TargetTable): Promise<number> {
  const [row] = await ask(db, `select count(*) as count from "${name}"`)
  return Number(row?.['count'])
}

/** What numbers itself goes on behind the highest number; the planner learns what there is. */
export async function settle(db: PgLike, tables: readonly TargetTable[]): Promise<void> {
  const statements = tables.flatMap(({ name, serial }): readonly PgStatement[] => [
    { sql: `analyze "${name}"`, params: [] },
    ...(serial === undefined ? [] : [{ sql: nextOf(name, serial), params: [] }]),
  ])
  await db.transaction((transaction) => transaction.commit(statements), { isRepeatable: true, answerMs: LONG_MS })
}

function nextOf(table: string, column: string): string {
  return `select setval(pg_get_serial_sequence('"${table}"', '${column}'), coalesce(max("${column}"), 0) + 1, false)
    from "${table}"`
}

/**
 * Says that all is there: from here on servers may start on it.
 * @throws OperatorTrouble where one was quick enough to start before the move began
 */
export async function finishMove(db: PgLike, source: string): Promise<void> {
  await mustBeFree(db)
  const mark = putMark({ source, state: 'done', seen: await seen(db) })
  await db.transaction((transaction) => transaction.commit([mark]), { isRepeatable: true })
}

async function mustBeFree(db: PgLike): Promise<void> {
  const [node] = await ask(db, 'select id from node limit 1')
  if (node === undefined) return
  throw new OperatorTrouble(
    'A server works on that PostgreSQL database, or did last: stop it, or name an empty database.',
  )
}

async function isUsed(db: PgLike, tables: readonly TargetTable[]): Promise<boolean> {
  const results = await db.read(
    tables.map(({ name }) => ({ sql: `select 1 as one from "${name}" ${UNUSED[name] ?? ''} limit 1`, params: [] })),
  )
  return results.some(({ rows }) => rows.length > 0)
}

async function seen(db: PgLike): Promise<string> {
  const [row = {}] = await ask(db, SEEN)
  return text(row, 'seen')
}

async function ask(db: PgLike, sql: string): Promise<readonly Row[]> {
  const [result] = await db.read([{ sql, params: [] }], { answerMs: LONG_MS })
  return result?.rows ?? []
}

function named(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ')
}
