const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/** Bytes `first` to `last`, both included. */
export interface Range {
  readonly first: number
  readonly last: number
}

/** The one range that a `Range` header asks for; undefined where it asks for none or is not understood, which means the whole file. */
export function rangeOf(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = RANGE.exec(header ?? '') ?? []
  if (from === '') return to === '' ? undefined : within(Math.max(size - Number(to), 0), size - 1)
  if (to === '') return within(Number(from), size - 1)
  // One that ends before it begins is no range at all.
  return Number(to) < Number(from) ? undefined : within(Number(from), Math.min(Number(to), size - 1))
}

function within(first: number, last: number): Range | 'unsatisfiable' {
  return first > last ? 'unsatisfiable' : { first, last }
}
