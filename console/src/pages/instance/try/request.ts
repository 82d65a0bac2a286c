import { addressOf, path, withQuery } from '../../../api/client.ts'
import { ApiFault } from '../../../api/fault.ts'
import { csrfToken, leaveForSignIn } from '../../../api/session.ts'
import { belowInstance, type Here } from '../here.ts'
import type { Filled } from './field.ts'
import type { Method, Verb } from './method.ts'

/** What a call carries. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'form'; readonly texts: readonly (readonly [string, string])[]; readonly file: File | null }
  | { readonly kind: 'bytes'; readonly file: File | null }

/** A call of a method, whatever door it goes through. */
export interface Request {
  readonly method: string
  readonly verb: Verb
  /** What stands behind the token, with its slash and query. */
  readonly rest: string
  readonly body: RequestBody
}

export function requestOf(
  { name, input }: Method,
  verb: Verb,
  { values, query, tail }: Filled,
  file: File | null,
): Request {
  const isInQuery = verb !== 'POST'
  const inQuery = isInQuery ? { ...query, ...Object.fromEntries(textsOf(values)) } : query
  const rest = withQuery(tail === '' ? '' : `/${encodeURIComponent(tail)}`, inQuery)
  return { method: name, verb, rest, body: isInQuery ? { kind: 'none' } : bodyOf(input, values, file) }
}

function bodyOf(input: Method['input'], values: Filled['values'], file: File | null): RequestBody {
  switch (input) {
    case 'json':
      return { kind: 'json', value: values }
    case 'form':
      return { kind: 'form', texts: textsOf(values), file }
    case 'bytes':
      return { kind: 'bytes', file }
    default:
      return input satisfies never
  }
}

function textsOf(values: Filled['values']): readonly (readonly [string, string])[] {
  return Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
}

export interface Answer {
  readonly status: number
  readonly statusText: string
  readonly ms: number
  readonly headers: readonly (readonly [string, string])[]
  readonly type: string
  readonly body: Blob
  /** Null where the body is no text. */
  readonly text: string | null
}

/** What of an answer's headers concerns whoever writes a client. */
const SHOWN_HEADERS = [
  'content-type',
  'content-length',
  'x-ratelimit-remaining',
  'x-ratelimit-replenish-rate',
  'retry-after',
  'idempotent-replayed',
]

/** Calls through the gateway and takes whatever comes back. Throws an ApiFault only where nothing came. */
export async function run(here: Here, request: Request, key: string | null): Promise<Answer> {
  const began = performance.now()
  const response = await fetched(here, request, key)
  const body = await received(response)
  const type = response.headers.get('content-type') ?? ''
  const text = isText(type) ? await body.text() : null
  if (response.status === 401 && isOfConsole(text)) leaveForSignIn()
  return {
    status: response.status,
    statusText: response.statusText,
    ms: Math.round(performance.now() - began),
    headers: SHOWN_HEADERS.flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    }),
    type,
    body,
    text,
  }
}

async function fetched(here: Here, { method, verb, rest, body }: Request, key: string | null): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' })
  const csrf = csrfToken()
  if (csrf !== null) headers.set('X-CSRF-Token', csrf)
  if (key !== null) headers.set('Idempotency-Key', key)
  if (body.kind === 'json') headers.set('Content-Type', 'application/json')
  if (body.kind === 'bytes' && body.file !== null) {
    headers.set('Content-Type', body.file.type || 'application/octet-stream')
    headers.set('GA-Filename', encodeURIComponent(body.file.name))
  }
  try {
    const address = addressOf(belowInstance(here, path`/call/${method}`) + rest)
    return await fetch(address, { method: verb, headers, body: sentBody(body), cache: 'no-store' })
  } catch (error) {
    throw noAnswer(error)
  }
}

async function received(response: Response): Promise<Blob> {
  try {
    return await response.blob()
  } catch (error) {
    throw noAnswer(error)
  }
}

function noAnswer(error: unknown): ApiFault {
  return new ApiFault('network', error instanceof Error ? error.message : 'no answer')
}

function sentBody(body: RequestBody): BodyInit | null {
  switch (body.kind) {
    case 'none':
      return null
    case 'json':
      return JSON.stringify(body.value)
    case 'bytes':
      return body.file
    case 'form': {
      const form = new FormData()
      for (const [name, text] of body.texts) form.append(name, text)
      if (body.file !== null) form.append('file', body.file, body.file.name)
      return form
    }
    default:
      return body satisfies never
  }
}

function isText(type: string): boolean {
  return type === '' || /^(text\/|application\/(json|problem\+json))/.test(type)
}

/** The console's own refusals name a code; the contract's don't. */
function isOfConsole(text: string | null): boolean {
  return text?.startsWith('{"error":{') === true
}
