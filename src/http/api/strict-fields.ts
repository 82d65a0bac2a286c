import Type, { type Static, type TObject, type TProperties } from 'typebox'
import { fieldsReader } from '../fields.ts'
import type { Taken } from './strict-reader.ts'

/**
 * Reads an object of the contract's fields (`http/fields.ts`) for an API of our own: with the contract's words for what does not fit,
 * and unknown keys refused.
 */
export function strictFields<P extends TProperties>(properties: P): (given: unknown) => Taken<Static<TObject<P>>> {
  const read = fieldsReader(properties, 0)
  return (given) => {
    const keys = typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.keys(given) : []
    const unknown = keys.filter((key) => !Object.hasOwn(properties, key))
    if (unknown.length === 0) return given === null ? { faults: ["'value' must be of type object"] } : read(given)
    return { faults: unknown.slice(0, 8).map((key) => `'${key.slice(0, 60).toWellFormed()}' is not known`) }
  }
}

/** The schema of such an object where the handler reads it, so that each of many can have faults of its own; the reference shows `shown`. */
export function fieldsWithin(shown: TProperties) {
  return Type.Record(Type.String(), Type.Unknown(), { shown: Type.Object(shown) })
}
