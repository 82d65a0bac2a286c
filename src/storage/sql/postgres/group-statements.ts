import type { Operation } from '../batch-code.ts'
import type { Many, Param } from '../statement.ts'
import { arraysOf } from './pg-arrays.ts'
import type { PgStatement } from './pg-like.ts'

/** One kind of statement for many batches. */
export interface Columns {
  readonly operation: Operation
  readonly rows: readonly unknown[]
  /** A value for each row. */
  readonly columns: readonly Param[][]
}

/** How a statement fails that says so where not each of its guards holds. */
export const DIVISION_BY_ZERO = '22012'

export function statementOf({ operation, columns }: Columns): PgStatement {
  const { sql, with: before = '' } = manyOf(operation)
  return withArrays(before === '' ? sql : `${before} ${sql}`, columns, [])
}

/** Of guards: fails where not each of them holds. */
export function claimOrStatement(gathered: Columns): PgStatement {
  const { operation, rows, columns } = gathered
  if (operation.guard === null) return statementOf(gathered)
  const { sql, with: before } = manyOf(operation)
  // The name is none that a guard gives to a part of its own.
  const place = before === undefined ? 'with all_held as materialized' : `${before}, all_held as`
  return withArrays(`${place} (${sql}) select ${held('all_held', columns.length + 1)} as hold`, columns, [rows.length])
}

/** Whether it comes to the same in one statement, whose parts do not see what the others have done. */
export function mayBeOne(all: readonly Columns[]): boolean {
  return all.length > 1 && all.every(({ operation }) => isPart(manyOf(operation)))
}

function isPart({ adds, with: before }: Many): boolean {
  return adds && before === undefined
}

/** All of them in one, which costs both sides less than each by itself; it fails where not each guard holds. */
export function asOne(all: readonly Columns[]): PgStatement {
  const counts = all.flatMap(({ operation, rows }) => (operation.guard === null ? [] : [rows.length]))
  return withArrays(
    textOf(all.map(({ operation }) => operation)),
    all.flatMap(({ columns }) => columns),
    counts,
  )
}

function textOf(operations: readonly Operation[]): string {
  const key = operations.map(({ index }) => index).join()
  let text = known.get(key)
  if (text === undefined) known.set(key, (text = compose(operations)))
  return text
}

const known = new Map<string, string>()

function compose(operations: readonly Operation[]): string {
  const parts: string[] = []
  const guards: string[] = []
  let count = 0
  for (const operation of operations) {
    const name = `part_${String(parts.length + 1)}`
    const before = count
    const sql = manyOf(operation).sql.replace(/\$(\d+)/g, (_, number) => `$${String(before + Number(number))}`)
    parts.push(`${name} as materialized (${sql})`)
    if (operation.guard !== null) guards.push(name)
    count += operation.paramCount
  }
  const holds = guards.map((name, at) => `${held(name, count + at + 1)} as hold_${String(at + 1)}`)
  return `with ${parts.join(', ')} select ${holds.length === 0 ? '1 as hold' : holds.join(', ')}`
}

function held(name: string, count: number): string {
  return `1 / cast((select count(*) from ${name}) = $${String(count)} as integer)`
}

function withArrays(sql: string, columns: readonly Param[][], counts: readonly number[]): PgStatement {
  return { sql, params: [...arraysOf(sql, columns), ...counts] }
}

function manyOf({ many }: Operation): Many {
  if (many === undefined) throw new TypeError('A statement that can not stand for many is in a group')
  return many
}
