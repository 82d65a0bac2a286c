import type { Param } from '../statement.ts'

/** How the server describes a column of an answer. */
export interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** The types that the schema and its sums have, by the numbers that PostgreSQL gives them. */
const INT8 = 20
const INT2 = 21
const INT4 = 23
const NUMERIC = 1700
const BOOL = 16

/**
 * A cell of an answer: integers as numbers, everything else as text.
 * @throws RangeError where an integer is beyond what a number holds exactly.
 */
export function readCell({ name, dataTypeID }: Field, text: string | null): string | number | boolean | null {
  if (text === null) return null
  switch (dataTypeID) {
    case INT2:
    case INT4:
      return Number(text)
    case INT8:
    case NUMERIC:
      return exactly(name, text)
    case BOOL:
      return text === 't'
    default:
      return text
  }
}

function exactly(column: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`Column ${column} is not an integer that a number holds`)
  return value
}

/** An array as PostgreSQL reads it: `{1,2}`, `{"a","b"}`. */
export function arrayText(values: readonly Param[]): string {
  let text = '{'
  for (const [index, value] of values.entries()) {
    if (index > 0) text += ','
    text += typeof value === 'string' ? quoted(value) : value === null ? 'NULL' : String(value)
  }
  return `${text}}`
}

/** Characters that JSON writes in a way of its own. All others it writes as such an array does: a backslash stands before `"` and `\`. */
const NOT_AS_IN_JSON = /[^ -\ud7ff\ue000-\uffff]/
const EACH_SPECIAL = /["\\]/g

/** Most are JSON themselves, full of quotes: to have JSON write them takes a third of the time. */
function quoted(value: string): string {
  return NOT_AS_IN_JSON.test(value) ? `"${value.replace(EACH_SPECIAL, '\\$&')}"` : JSON.stringify(value)
}
