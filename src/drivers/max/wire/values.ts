import { WireError } from './wire-error.ts'

/** Levels of lists and maps within each other; the deepest that was seen has nine. */
export const DEEPEST = 32
/** Of all values of a body together: a small body of empty lists would take a hundred times its size in memory. */
export const MOST_VALUES = 262_144
/** Of a body, unpacked. The chats of an account at its login take about one. */
export const LARGEST_BYTES = 8 * 1024 * 1024

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n
const DIGITS = /^-?\d{1,19}$/

/** An id of the network on its way out; it has a type of its own on the wire. Whatever is read is a plain integer. */
export class WireId {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

export function isInt64(value: bigint): boolean {
  return value >= LEAST && value <= MOST
}

/**
 * The id that these decimal digits name: all 64 bits of it.
 * @throws WireError when they name none
 */
export function wireId(digits: string): WireId {
  const value = DIGITS.test(digits) ? BigInt(digits) : null
  if (value === null || !isInt64(value)) throw new WireError('malformed', 'this is no id of the network')
  return new WireId(value)
}

/**
 * What a body is made of. Integers that a number holds exactly are numbers, all others bigints. In a map a field that is nil is as one that is
 * not there, on both ways.
 */
export type WireValue = null | boolean | number | bigint | string | Uint8Array | WireId | readonly WireValue[] | WireMap
export interface WireMap {
  readonly [field: string]: WireValue | undefined
}
