import { tidyPath } from './target.ts'

const MASK = '***'
/** Instance tokens, partner tokens and keys, wherever in a path they stand. */
const LOOKS_SECRET = /gac\.[^/]*|[0-9a-f]{32,}/gi
const METHOD_NAME = /^[A-Za-z]{2,40}$/
const LONGEST = 300
const RECEIPT = /^\d{1,15}$/

/**
 * The path of a URL, fit to be logged and answered: no query, and the mask in place of whatever stands, or may stand, where the
 * contract has a token.
 */
export function maskPath(url: string): string {
  const segments = tidyPath(url.split(/[?#]/, 1)[0] ?? '').split('/')
  const from = segments[1] === 'v3' ? 2 : 1
  const head = segments[from] ?? ''
  if (head.startsWith('waInstance') || head === 'partner') maskTokens(segments, from + 1)
  return segments.join('/').replace(LOOKS_SECRET, MASK).slice(0, LONGEST)
}

/** `/head/{method}/{token}/{receipt}`; with one segment only, that is the token. */
function maskTokens(segments: string[], from: number): void {
  const hasMethod = segments.length > from + 1 && METHOD_NAME.test(segments[from] ?? '')
  for (let at = from; at < segments.length; at++) {
    const segment = segments[at] ?? ''
    const isKept = segment === '' || (at === from && hasMethod) || (at > from + 1 && RECEIPT.test(segment))
    if (!isKept) segments[at] = MASK
  }
}
