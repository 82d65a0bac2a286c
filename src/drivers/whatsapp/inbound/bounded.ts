import type { WaMessage } from '../engine/proto.ts'

/** What others sent, in bounds: text of the wrong type or length, numbers that are none, lists without end. */

const TEXT_LENGTH = 65_536
const LINE_LENGTH = 4_096
/** Bytes; a larger small picture is left out. */
const THUMBNAIL_BYTES = 150_000
const ID = /^[\x21-\x7e]{1,128}$/

/** UTF-16 code units at most 65,536, whole characters, no NUL, which some databases don't take. */
export function text(value: unknown): string {
  return cut(value, TEXT_LENGTH)
}

/** As `text`, at most 4,096: names, titles, ids. */
export function line(value: unknown): string {
  return cut(value, LINE_LENGTH)
}

function cut(value: unknown, length: number): string {
  if (typeof value !== 'string') return ''
  const short = value.length > length ? value.slice(0, length) : value
  return (short.includes('\0') ? short.replaceAll('\0', '') : short).toWellFormed()
}

/** An id of a message; empty for what can't be one. */
export function messageId(value: unknown): string {
  return typeof value === 'string' && ID.test(value) ? value : ''
}

/** base64 of a small picture. */
export function thumbnail(value: unknown): string {
  if (!(value instanceof Uint8Array) || value.length > THUMBNAIL_BYTES) return ''
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
}

/** A whole number from 0 to `most`, from a number or from the engine's 64-bit ones; 0 for anything else. */
export function count(value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  const number = numberIn(value)
  return Number.isFinite(number) && number > 0 ? Math.min(Math.floor(number), most) : 0
}

/** NaN for what is none. */
export function numberIn(value: unknown): number {
  if (typeof value === 'number') return value
  const isLong = typeof value === 'object' && value !== null && 'toNumber' in value
  if (!isLong || typeof value.toNumber !== 'function') return Number.NaN
  const number: unknown = Reflect.apply(value.toNumber, value, [])
  return typeof number === 'number' ? number : Number.NaN
}

/** The first so many. */
export function few<T>(list: readonly T[] | null | undefined, most: number): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]).slice(0, most) : []
}

/** What a JSON text of somebody else's has, if it is an object. */
export function jsonFields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'string' || value.length > TEXT_LENGTH) return {}
  try {
    const parsed: unknown = JSON.parse(value)
    return isFields(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of a message that are there, none of them inherited. */
export function fieldsOf(message: WaMessage): readonly (keyof WaMessage)[] {
  const there = Object.entries(message).filter(([, value]) => value !== null && value !== undefined)
  return there.map(([name]) => name as keyof WaMessage)
}
