import Type, { type TSchema } from 'typebox'
import { fault, type Fault } from '../../model/fault.ts'
import { validationText } from '../errors.ts'

/** Query parameters of every list. */
export const PAGING = {
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
}
export const PAGE_SIZE = 100

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Where the list goes on; null at its end. */
  readonly next: string | null
}

/** The schema of such an answer. */
export function pageSchema(item: TSchema) {
  return Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) })
}

/** A place in a list, opaque to clients. `list` names the list, so that a cursor of another one is refused. */
export function writeCursor(list: string, place: readonly number[]): string {
  return Buffer.from([list, ...place].join(' ')).toString('base64url')
}

/** The numbers of a cursor that has `count` of them; a second one that its list doesn't have is 0. Undefined without a cursor. */
export function readCursor(
  list: string,
  cursor: string | undefined,
  count: 1 | 2,
): readonly [number, number] | undefined | Fault {
  if (cursor === undefined) return undefined
  const [named, ...parts] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const place = parts.map(Number)
  const [first = 0, second = 0] = place
  const isGood = named === list && place.length === count && place.every(Number.isSafeInteger)
  // What is written again tells apart what the decoder only put up with.
  return isGood && writeCursor(list, place) === cursor ? [first, second] : BAD_CURSOR
}

const BAD_CURSOR = fault('invalid', validationText(["'cursor' is none of this list"]))

/** Makes a page of `found`, which was asked for with one item more than `limit`. */
export function pageOf<Row, Item>(
  found: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  cursorOf: (last: Row) => string,
): Page<Item> {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return { items: rows.map(view), next: found.length > limit && last !== undefined ? cursorOf(last) : null }
}
