/** What a request of the contract names in its path: `/waInstance{id}/{method}/{token}` or `/partner/{method}/{token}`. */
export interface Target {
  readonly family: 'instance' | 'partner'
  /** The path began with `/v3`. */
  readonly v3: boolean
  /** NaN where the path holds no number, and for partner methods. */
  readonly id: number
  /** As it was sent; empty for `/waInstance{id}/{token}`. */
  readonly method: string
  readonly token: string
  /** What follows the token, without slashes at its ends; empty mostly. */
  readonly tail: string
  /** Without its question mark. */
  readonly query: string
}

const SLASH = 47
const ZERO = 48
const NINE = 57
const INSTANCE = '/waInstance'
const PARTNER = '/partner/'
const LONGEST_ID = 15

/** Null when the path is none of the contract's. Never throws, whatever stands there. */
export function parseTarget(url: string): Target | null {
  const mark = url.indexOf('?')
  const query = mark === -1 ? '' : url.slice(mark + 1)
  let path = mark === -1 ? url : url.slice(0, mark)
  if (path.charCodeAt(0) !== SLASH || path.includes('//') || path.includes('%')) path = tidyPath(path)
  const v3 = path.startsWith('/v3/')
  const start = v3 ? 3 : 0
  if (path.startsWith(INSTANCE, start)) return instanceTarget(path, start + INSTANCE.length, v3, query)
  if (path.startsWith(PARTNER, start)) return partnerTarget(path, start + PARTNER.length, v3, query)
  return null
}

function instanceTarget(path: string, from: number, v3: boolean, query: string): Target {
  const idEnd = endOfSegment(path, from)
  const id = parseId(path, from, idEnd)
  const firstEnd = endOfSegment(path, idEnd + 1)
  const first = path.slice(idEnd + 1, firstEnd)
  if (firstEnd + 1 >= path.length) return { family: 'instance', v3, id, method: '', token: first, tail: '', query }
  const tokenEnd = endOfSegment(path, firstEnd + 1)
  const token = path.slice(firstEnd + 1, tokenEnd)
  return { family: 'instance', v3, id, method: first, token, tail: tailFrom(path, tokenEnd), query }
}

function partnerTarget(path: string, from: number, v3: boolean, query: string): Target {
  const methodEnd = endOfSegment(path, from)
  const tokenEnd = endOfSegment(path, methodEnd + 1)
  const token = path.slice(methodEnd + 1, tokenEnd)
  const tail = tailFrom(path, tokenEnd)
  return { family: 'partner', v3, id: Number.NaN, method: path.slice(from, methodEnd), token, tail, query }
}

function endOfSegment(path: string, from: number): number {
  const end = path.indexOf('/', from)
  return end === -1 ? path.length : end
}

function tailFrom(path: string, tokenEnd: number): string {
  if (tokenEnd + 1 >= path.length) return ''
  return path.slice(tokenEnd + 1, path.endsWith('/') ? -1 : undefined)
}

function parseId(path: string, from: number, to: number): number {
  if (to === from || to - from > LONGEST_ID) return Number.NaN
  let id = 0
  for (let at = from; at < to; at++) {
    const code = path.charCodeAt(at)
    if (code < ZERO || code > NINE) return Number.NaN
    id = id * 10 + code - ZERO
  }
  return id
}

/** Takes off `http://host` of a request through a proxy, joins repeated slashes, and decodes each segment by itself. */
export function tidyPath(path: string): string {
  const absolute = /^https?:\/\/[^/]*/i.exec(path)
  const segments = path.slice(absolute?.[0].length ?? 0).split(/\/+/)
  return segments.map(decodeSegment).join('/')
}

/** A slash that was encoded stays part of its segment, as a sign that no method, id or token has. */
function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment).replaceAll('/', '\u2215')
  } catch {
    return segment
  }
}

/** The first value of a query parameter, decoded; undefined when it is absent or empty. */
export function queryValue(query: string, name: string): string | undefined {
  if (query === '') return undefined
  const value = new URLSearchParams(query).get(name)
  return value === null || value === '' ? undefined : value
}
