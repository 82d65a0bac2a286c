import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { parse as parseLenient, type ParseError } from 'jsonc-parser'

/** The longest JSON body, in bytes. */
const BODY_LIMIT = 256 * 1024

/** A body not much over the limit is read to its end, so that its sender is there to hear the refusal. */
const DRAIN_LIMIT = 4 * 1024 * 1024

/**
 * Reads the whole body and calls back once; never when the client goes away before its end, for then there is nobody to answer.
 * Nothing of a body over the limit is kept.
 */
export function readBody(request: IncomingMessage, done: (bytes: Buffer | 'tooLarge') => void): void {
  if (Number(request.headers['content-length']) > DRAIN_LIMIT) {
    done('tooLarge')
    return
  }
  let first: Buffer | undefined
  let rest: Buffer[] | undefined
  let size = 0
  let isOver = false
  const end = (outcome: Buffer | 'tooLarge'): void => {
    if (isOver) return
    isOver = true
    done(outcome)
  }
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > DRAIN_LIMIT) end('tooLarge')
    else if (size > BODY_LIMIT) first = rest = undefined
    else if (first === undefined) first = chunk
    else (rest ??= []).push(chunk)
  })
  request.on('end', () => {
    if (size > BODY_LIMIT) end('tooLarge')
    else end(first === undefined ? EMPTY : rest === undefined ? first : Buffer.concat([first, ...rest]))
  })
}

const EMPTY = Buffer.alloc(0)

export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length']
  return (length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined
}

export type Parsed = { readonly json: unknown } | { readonly trouble: string }

/**
 * The JSON in a body, whatever its content type says: old clients send none, `text/plain` or a form's. Comments and trailing
 * commas are tolerated, as the vendor's samples have them. No bytes count as an absent body (`undefined`).
 */
export function parseBody(bytes: Buffer): Parsed {
  if (bytes.length === 0) return ABSENT
  if (!isUtf8(bytes)) return { trouble: 'Request body is not valid UTF-8' }
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const text = bytes.toString('utf8', hasMark ? 3 : 0)
  try {
    return { json: JSON.parse(text) as unknown }
  } catch {
    return parseWithComments(text)
  }
}

const ABSENT: Parsed = { json: undefined }

function parseWithComments(text: string): Parsed {
  if (text.trim() === '') return ABSENT
  const errors: ParseError[] = []
  try {
    const json: unknown = parseLenient(text, errors, { allowTrailingComma: true })
    const [first] = errors
    return first === undefined ? { json } : { trouble: describe(text, first.offset) }
  } catch {
    return { trouble: 'Request body is nested too deeply' }
  }
}

/** In the words that clients of the contract know, with no more of the body than one sign. */
function describe(text: string, offset: number): string {
  const sign = text.codePointAt(offset)
  if (sign === undefined) return 'Unexpected end of JSON input'
  return `Unexpected token ${String.fromCodePoint(sign)} in JSON at position ${String(offset)}`
}
