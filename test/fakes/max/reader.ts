import { Float, Id, isList, type Fields, type Value } from './msgpack.ts'
import { wrong } from './refusal.ts'

export function isFields(value: Value | undefined): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Uint8Array || value instanceof Id || value instanceof Float || value instanceof Map)
  )
}

/** Reads what a client asks as strictly as the service: what does not fit is refused with `proto.payload`. */
export class Reader {
  readonly fields: Fields
  /** Whether ids that are plain integers are refused; whether or not, `onPlainId` hears of them. */
  readonly #ids: IdRule

  constructor(value: Value | undefined, ids: IdRule) {
    if (value !== undefined && !isFields(value)) throw wrong('the payload is no map')
    this.fields = value ?? {}
    this.#ids = ids
  }

  has(name: string): boolean {
    const value = this.fields[name]
    return value !== undefined && value !== null
  }

  /** An id of a chat, a message or a person, which must be wrapped. */
  id(name: string): bigint {
    return this.#idOf(name, this.fields[name])
  }

  ids(name: string, most = 100): bigint[] {
    const list = this.list(name)
    if (list.length > most) throw wrong(`${name} holds more than ${most}`)
    return list.map((value) => this.#idOf(name, value))
  }

  /** An id of a file or the like: wrapped or plain. */
  looseId(name: string): bigint {
    const value = this.fields[name]
    return value instanceof Id ? value.value : BigInt(this.#integerOf(name, value))
  }

  text(name: string, longest = 10_000): string {
    const value = this.fields[name]
    if (typeof value !== 'string' || value.length > longest) throw wrong(`${name} is no text of at most ${longest}`)
    return value
  }

  textOr(name: string, otherwise: string): string {
    return this.has(name) ? this.text(name) : otherwise
  }

  flag(name: string): boolean {
    const value = this.fields[name]
    if (typeof value !== 'boolean') throw wrong(`${name} is neither true nor false`)
    return value
  }

  flagOr(name: string, otherwise: boolean): boolean {
    return this.has(name) ? this.flag(name) : otherwise
  }

  /** A plain integer or a wrapped one, never a floating point number. */
  whole(name: string): number {
    const value = this.fields[name]
    return Number(value instanceof Id ? value.value : this.#integerOf(name, value))
  }

  wholeOr(name: string, otherwise: number): number {
    return this.has(name) ? this.whole(name) : otherwise
  }

  /** Any number, as coordinates are. */
  number(name: string): number {
    const value = this.fields[name]
    if (value instanceof Float) return value.value
    return Number(this.#integerOf(name, value))
  }

  list(name: string): readonly Value[] {
    const value = this.fields[name]
    if (!isList(value)) throw wrong(`${name} is no list`)
    return value
  }

  /** The maps of a list. */
  readers(name: string): Reader[] {
    return this.list(name).map((value) => new Reader(value, this.#ids))
  }

  inner(name: string): Reader {
    const value = this.fields[name]
    if (!isFields(value)) throw wrong(`${name} is no map`)
    return new Reader(value, this.#ids)
  }

  #idOf(name: string, value: Value | undefined): bigint {
    if (value instanceof Id) return value.value
    const plain = BigInt(this.#integerOf(name, value))
    this.#ids.onPlainId(name)
    if (this.#ids.refusesPlain()) throw wrong(`${name} is a plain integer and no id`)
    return plain
  }

  #integerOf(name: string, value: Value | undefined): number | bigint {
    if (value instanceof Float) throw wrong(`${name} is a floating point number`)
    if (typeof value !== 'number' && typeof value !== 'bigint') throw wrong(`${name} is no integer`)
    return value
  }
}

export interface IdRule {
  refusesPlain(): boolean
  onPlainId(name: string): void
}
