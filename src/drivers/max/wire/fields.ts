import Type from 'typebox'
import { isInt64 } from './values.ts'

/** Kinds of fields of what comes in; read by `readAs`. They are no unions: those are checked once more, slowly, when they are read. */

/** An id of the network: all of its 64 bits, as decimal digits. What has no room in them could never be answered. */
export const Id = Type.Decode(
  Type.Refine(Type.Unsafe<number | bigint>(Type.Unknown()), isInteger, () => 'must be an integer'),
  String,
)

function isInteger(value: unknown): boolean {
  return typeof value === 'bigint' ? isInt64(value) : Number.isSafeInteger(value)
}

/** A phone number, which comes as an integer or as a text. */
export const Phone = Type.Decode(
  Type.Refine(Type.Unsafe<number | bigint | string>(Type.Unknown()), isPhone, () => 'must be a phone number'),
  (phone) => String(phone).replace(/^\+/, ''),
)

function isPhone(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value)
}

/** A time or a duration in milliseconds, a size, a count: never so large that a number does not hold it. */
export const Whole = Type.Unsafe<number>(
  Type.Refine(Type.Unknown(), Number.isSafeInteger, () => 'must be a whole number'),
)

/** Ids of persons to something of each. */
export function ById<T extends Type.TSchema>(of: T) {
  return Type.Record(Type.String(), of)
}
