import type { Param } from '../statement.ts'
import { arrayText } from './pg-values.ts'

/** A column of many rows, sent as one array. */
export class PgArray {
  /** Of its elements, as the statement names it; undefined where it does not say. */
  readonly type: string | undefined
  readonly values: readonly Param[]

  constructor(type: string | undefined, values: readonly Param[]) {
    this.type = type
    this.values = values
  }
}

/** The columns as arrays of the types that the statement gives them: `$1::bigint[]`. */
export function arraysOf(sql: string, columns: readonly (readonly Param[])[]): readonly PgArray[] {
  const types = typesIn(sql)
  return columns.map((values, at) => new PgArray(types[at], values))
}

const known = new Map<string, readonly (string | undefined)[]>()

function typesIn(sql: string): readonly (string | undefined)[] {
  const before = known.get(sql)
  if (before !== undefined) return before
  const types: (string | undefined)[] = []
  for (const [, number, type] of sql.matchAll(/\$(\d+)::(\w+)\[\]/g)) types[Number(number) - 1] = type
  known.set(sql, types)
  return types
}

interface Type {
  /** The number that PostgreSQL gives it. */
  readonly id: number
  /** Bytes of each; undefined: as many as it has. */
  readonly size?: number
}

const TYPES: ReadonlyMap<string | undefined, Type> = new Map([
  ['bigint', { id: 20, size: 8 }],
  ['integer', { id: 23, size: 4 }],
  ['text', { id: 25 }],
])
/** Dimensions (one), whether there are nulls, the type, the count, the first one's number. */
const HEAD = 20
const LENGTH = 4
const MOST_BYTES_A_CHARACTER = 3
/** Shorter ones are written by hand, which is quicker than asking Node for it. */
const SHORT = 32
const ROOM = 64 * 1024
/** More is given back when it was used. */
const MOST_KEPT = 1024 * 1024

/**
 * Arrays as PostgreSQL has them itself: neither side spends time on quotes and digits. What was written is good until `clear`; so a group's
 * columns need no memory of their own.
 */
export class ArrayRoom {
  #bytes = Buffer.allocUnsafeSlow(ROOM)
  #view = new DataView(this.#bytes.buffer)
  #at = 0

  clear(): void {
    this.#at = 0
    if (this.#bytes.length > MOST_KEPT) this.#make(ROOM)
  }

  /** As text where the values are not what their type takes: the server says what it thinks of that. */
  write({ type: name, values }: PgArray): Buffer | string {
    const type = TYPES.get(name)
    if (type === undefined) return arrayText(values)
    this.#reserve(values, type)
    const start = this.#at
    this.#head(values, type)
    const { size } = type
    for (const value of values) {
      if (value === null) this.#int(-1)
      else if (size === undefined) this.#text(typeof value === 'string' ? value : String(value))
      else if (typeof value === 'number' && fits(value, size)) this.#number(value, size)
      else {
        this.#at = start
        return arrayText(values)
      }
    }
    return this.#bytes.subarray(start, this.#at)
  }

  #head(values: readonly Param[], { id }: Type): void {
    this.#int(1)
    this.#int(values.includes(null) ? 1 : 0)
    this.#int(id)
    this.#int(values.length)
    this.#int(1)
  }

  #int(value: number): void {
    this.#view.setInt32(this.#at, value)
    this.#at += 4
  }

  #number(value: number, size: number): void {
    this.#int(size)
    if (size === 8) this.#int(Math.floor(value / 2 ** 32))
    // The lower half of it, whatever its sign.
    this.#view.setUint32(this.#at, value)
    this.#at += 4
  }

  #text(value: string): void {
    const start = this.#at + LENGTH
    const length = this.#short(value, start) ? value.length : this.#bytes.write(value, start)
    this.#int(length)
    this.#at = start + length
  }

  /** False where it is long, or not of the characters that are a byte each. */
  #short(value: string, start: number): boolean {
    if (value.length > SHORT) return false
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at)
      if (code > 127) return false
      this.#bytes[start + at] = code
    }
    return true
  }

  #reserve(values: readonly Param[], { size }: Type): void {
    let most = HEAD
    for (const value of values) {
      most += LENGTH + (size ?? (typeof value === 'string' ? value.length : NUMBER) * MOST_BYTES_A_CHARACTER)
    }
    // What was written before stays where it is.
    if (this.#at + most > this.#bytes.length) this.#make(Math.max(most, 2 * this.#bytes.length))
  }

  #make(size: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(size)
    this.#view = new DataView(this.#bytes.buffer)
    this.#at = 0
  }
}

/** Characters that a number has at most. */
const NUMBER = 32

function fits(value: number, size: number): boolean {
  return size === 8 ? Number.isSafeInteger(value) : (value | 0) === value
}
