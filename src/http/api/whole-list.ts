import { isFault, type Fault } from '../../model/fault.ts'
import { PAGE_SIZE, pageOf, readCursor, writeCursor, type Page } from './paging.ts'

interface Asked {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/** A page of a list that is all in memory and only grows at its end, or seldom changes. */
export function pageOfAll<Row>(
  list: string,
  rows: readonly Row[],
  { cursor, limit = PAGE_SIZE }: Asked,
  view: (row: Row) => object,
): Page<object> | Fault {
  const place = readCursor(list, cursor, 1)
  if (isFault(place)) return place
  const [from] = place ?? [0]
  const found = rows.slice(from, from + limit + 1)
  return pageOf(found, limit, view, () => writeCursor(list, [from + limit]))
}
