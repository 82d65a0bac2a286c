import type { IncomingMessage, ServerResponse } from 'node:http'

const JSON_TYPE = 'application/json; charset=utf-8'
const METHODS = 'GET, POST, OPTIONS, DELETE, HEAD'
const HEADERS =
  'DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Idempotency-Key,GA-Filename,Authorization'

/** On every answer of the contract's methods; they hold no cookie, so any page may call them. */
const ALWAYS = ['Content-Type', JSON_TYPE, 'Access-Control-Allow-Origin', '*'] as const
/** For pages: they may read the headers too. */
const FOR_PAGES = ['Access-Control-Expose-Headers', '*'] as const
/** What is fetched may hold tokens and messages; the answer to a POST is kept by nobody anyway. */
const FOR_FETCHED = ['Cache-Control', 'no-store'] as const

/** Answers with JSON text, or with no body at all. `headers` are names and values in turn. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: readonly string[],
): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  const all: string[] = [...ALWAYS, ...headers, 'Content-Length', String(length)]
  if (request.headers.origin !== undefined) all.push(...FOR_PAGES)
  if (request.method !== 'POST') all.push(...FOR_FETCHED)
  response.writeHead(status, all)
  response.end(body)
}

/** The answer to `OPTIONS` on the contract's paths, whatever stands in them. */
export function answerPreflight(response: ServerResponse): void {
  response.writeHead(200, [
    'Access-Control-Allow-Origin',
    '*',
    'Access-Control-Allow-Methods',
    METHODS,
    'Access-Control-Allow-Headers',
    HEADERS,
    'Access-Control-Max-Age',
    '1728000',
    'Allow',
    METHODS,
    'Content-Length',
    '0',
  ])
  response.end()
}
