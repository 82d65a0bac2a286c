/** What others sent, in bounds: text of the wrong type or length, lists without end. */

/** UTF-16 code units. */
export const TEXT_LENGTH = 65_536
const LINE_LENGTH = 4_096
/** Bytes; a larger small picture is left out. */
const THUMBNAIL_BYTES = 150_000

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

/** base64 of a small picture. */
export function thumbnail(value: unknown): string {
  if (!(value instanceof Uint8Array) || value.length > THUMBNAIL_BYTES) return ''
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
}

/** The first so many. */
export function few<T>(list: readonly T[] | null | undefined, most: number): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]).slice(0, most) : []
}
