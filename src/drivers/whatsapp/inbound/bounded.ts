import { TEXT_LENGTH } from '../../network/bounded.ts'
import type { WaMessage } from '../engine/proto.ts'

/** What others sent, in bounds: ids and numbers that are none, what is no object. */

const ID = /^[\x21-\x7e]{1,128}$/

/** An id of a message; empty for what can't be one. */
export function messageId(value: unknown): string {
  return typeof value === 'string' && ID.test(value) ? value : ''
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
