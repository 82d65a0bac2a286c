import { closeSync, openSync, writeSync } from 'node:fs'
import { Float, Id, isList, type Value } from './msgpack.ts'

/** One thing that went over a socket, or happened to it. Ids and wide numbers are texts, bytes base64. */
export interface Entry {
  readonly n: number
  readonly at: number
  readonly socket: number
  /** Of the account, once it is known. */
  readonly phone: string | null
  readonly what: 'opened' | 'in' | 'out' | 'closed'
  readonly cmd?: number
  readonly seq?: number
  readonly opcode?: number
  readonly payload?: unknown
  /** Why it was closed, or what was wrong with what came. */
  readonly note?: string
}

const MOST = 200_000

/** Everything seen, in order. With a path each entry is also a line of JSON in that file before anything follows from it. */
export class Recording {
  readonly entries: Entry[] = []
  /** What clients did that the real one does not; a driver under test should cause none. */
  readonly complaints: string[] = []
  readonly #file: number | null
  #last = 0

  constructor(path?: string) {
    this.#file = path === undefined ? null : openSync(path, 'a')
  }

  add(entry: Omit<Entry, 'n'>): void {
    this.#last += 1
    const whole = { n: this.#last, ...entry }
    this.entries.push(whole)
    if (this.entries.length > MOST) this.entries.splice(0, MOST / 10)
    this.#write(whole)
  }

  complain(what: string): void {
    if (this.complaints.length < 1_000) this.complaints.push(what)
    this.#write({ complaint: what })
  }

  /** Requests with an opcode, as they came, oldest first. */
  asked(opcode: number, phone?: string): readonly Entry[] {
    return this.#of('in', opcode, 0, phone)
  }

  /** What was pushed with an opcode. */
  told(opcode: number, phone?: string): readonly Entry[] {
    return this.#of('out', opcode, 0, phone)
  }

  /** What clients acknowledged of an opcode. */
  acknowledged(opcode: number, phone?: string): readonly Entry[] {
    return this.#of('in', opcode, 1, phone)
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
  }

  #of(what: 'in' | 'out', opcode: number, cmd: number, phone?: string): readonly Entry[] {
    return this.entries.filter(
      (entry) =>
        entry.what === what &&
        entry.opcode === opcode &&
        entry.cmd === cmd &&
        (phone === undefined || entry.phone === phone),
    )
  }

  #write(line: object): void {
    if (this.#file !== null) writeSync(this.#file, `${JSON.stringify(line)}\n`)
  }
}

/** As JSON can hold it. */
export function plain(value: Value | undefined): unknown {
  if (typeof value === 'bigint' || value instanceof Id) return String(value)
  if (value instanceof Float) return value.value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (isList(value)) return value.map(plain)
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, one]) => [String(key), plain(one as Value)]))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one as Value)]))
  return value
}
