import type { Row } from './statement.ts'

/** Typed reading of columns. Each throws when the column isn't what the schema says, as then the database is damaged. */
export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`Column ${column} is not a text`)
  return value
}

/** Databases give a BIGINT as number, bigint or text; all of ours are below 2^53. */
export function integer(row: Row, column: string): number {
  const value = row[column]
  const number = typeof value === 'number' ? value : Number(value ?? Number.NaN)
  if (!Number.isSafeInteger(number)) throw new TypeError(`Column ${column} is not an integer`)
  return number
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column)
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

/** One of a closed set of words. */
export function word<T extends string>(row: Row, column: string, words: readonly T[]): T {
  const value = row[column]
  const found = words.find((known) => known === value)
  if (found === undefined) throw new TypeError(`Column ${column} has an unknown word`)
  return found
}

/** JSON of a shape. */
export function json<T>(row: Row, column: string, shape: { Check(value: unknown): value is T }): T {
  const value: unknown = JSON.parse(text(row, column))
  if (!shape.Check(value)) throw new TypeError(`Column ${column} has JSON of another shape`)
  return value
}
