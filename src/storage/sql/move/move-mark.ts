import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { PgLike, PgStatement } from '../postgres/pg-like.ts'

const Mark = Type.Object({
  /** By which the database is known that the data comes from. */
  source: Type.String(),
  /** copying: not whole, or not checked yet. */
  state: Type.Union([Type.Literal('copying'), Type.Literal('done')]),
  /** How the database was when all was moved; a server that works on it changes that. */
  seen: Type.String(),
})

/** What a database that data was moved to says of that. */
export type MoveMark = Static<typeof Mark>

const Shape = Compile(Mark)
const NAME = 'move'

/** Undefined where nothing was ever moved. */
export async function readMark(db: Pick<PgLike, 'read'>): Promise<MoveMark | undefined> {
  const [result] = await db.read([{ sql: 'select value from meta where name = $1', params: [NAME] }])
  const value = result?.rows[0]?.['value']
  return typeof value === 'string' ? Shape.Parse(JSON.parse(value)) : undefined
}

export function putMark(mark: MoveMark): PgStatement {
  return {
    sql: 'insert into meta (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
    params: [NAME, JSON.stringify(mark)],
  }
}
