/** Browsers look no further, and this is what they look for. */
const IN_META = /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})/i
const MARKS: readonly (readonly [mark: readonly number[], charset: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
]

/** The charset of a page that begins so: by its own mark, as the server said, as the page says; UTF-8 where all of them are silent or odd. */
export function charsetOf(begin: Buffer, told: string | undefined): string {
  const marked = MARKS.find(([mark]) => mark.every((byte, index) => begin[index] === byte))
  if (marked !== undefined) return marked[1]
  if (told !== undefined && isKnown(told)) return told
  const said = IN_META.exec(begin.toString('latin1'))?.[1]
  // Who could read that in the page was not reading UTF-16.
  return said !== undefined && isKnown(said) && !/^utf-16/i.test(said) ? said : 'utf-8'
}

/** `text/html; charset=windows-1251` */
export function charsetIn(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType)?.[1]
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}
