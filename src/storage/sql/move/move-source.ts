import { createHash } from 'node:crypto'
import { integer, text } from '../columns.ts'
import type { SqliteDatabase } from '../sqlite-database.ts'
import type { Row } from '../statement.ts'

/** A table whose rows are moved. */
export interface SourceTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly count: number
}

/** What a database knows of itself, has by another way, or has no use for in another place. */
const STAY = new Set([
  ...['meta', 'register', 'charge_scratch'],
  ...['journal_chat', 'journal_shelf', 'journal_index', 'delivery_index', 'delivery_indexed'],
])

/** Who owned an instance is gone: whoever claims it gets the next epoch. */
const INSTEAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lease: { owner: `''`, expires_at: 'null' },
}

const PORTION = { rows: 1000, characters: 4_000_000 } as const

/** Tables from the catalogue, in the order in which they were made. */
export function sourceTables(database: SqliteDatabase): readonly SourceTable[] {
  return database
    .prepare(`select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by rowid`)
    .all([])
    .map((row) => text(row, 'name'))
    .filter((name) => !STAY.has(name))
    .map((name) => ({
      name,
      columns: database
        .prepare('select name from pragma_table_info(?)')
        .all([name])
        .map((row) => text(row, 'name')),
      count: integer(database.prepare(`select count(*) as count from "${name}"`).get([]) ?? {}, 'count'),
    }))
}

/** The seal of the key's proof, which no other database has. */
export function sourceName(database: SqliteDatabase): string {
  const row = database.prepare(`select value from meta where name = 'sealing.probe'`).get([])
  return createHash('sha256')
    .update(text(row ?? {}, 'value'))
    .digest('hex')
}

/** All rows in the order in which they lie, so many at a time that memory holds them easily. Between two portions the database may change. */
export function* portionsOf(database: SqliteDatabase, { name, columns }: SourceTable): Generator<readonly Row[]> {
  const instead = INSTEAD[name] ?? {}
  const values = columns.map((column) => `${instead[column] ?? `"${column}"`} as "${column}"`).join(', ')
  const statement = database.prepare(
    `select ${values}, rowid as "@place" from "${name}" where rowid > ? order by rowid limit ${String(PORTION.rows)}`,
  )
  for (let lastPlace = Number.MIN_SAFE_INTEGER; ;) {
    const rows: Row[] = []
    let characters = 0
    for (const { '@place': place, ...row } of statement.iterate([lastPlace])) {
      rows.push(row)
      lastPlace = Number(place)
      characters += lengthOf(row)
      if (characters > PORTION.characters) break
    }
    if (rows.length === 0) return
    yield rows
  }
}

function lengthOf(row: Row): number {
  let length = 0
  for (const value of Object.values(row)) if (typeof value === 'string') length += value.length
  return length
}
