import { ApiFault } from './fault.ts'
import { nothing, UnreadableAnswer, type Reader } from './read.ts'
import { csrfToken, leaveForSignIn } from './session.ts'
import { uploaded } from './upload.ts'

const BASE = '/api/console'

export interface Ask<T> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/console, with its query: made by `path`. */
  readonly path: string
  /** Sent as JSON; a FormData or Blob as it is. */
  readonly body?: unknown
  /** What a repeat of the same click sends again, so that nothing happens twice. */
  readonly key?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Told how many percent of a FormData or Blob have left. */
  readonly onProgress?: (percent: number) => void
  /** A 401 is an answer here (a wrong password), not the end of the session. */
  readonly mayBeUnauthorized?: boolean
  readonly read: Reader<T>
}

/** Asks the server and reads its answer. Throws an ApiFault, and nothing else but what an aborted signal throws. */
export async function ask<T>(question: Ask<T>): Promise<T> {
  const response = await fetched(question)
  if (!response.ok) return await refused(response, question)
  return await readAnswer(response, question.read)
}

/** As `ask`, for an answer that is a file. */
export async function askFile(question: Omit<Ask<unknown>, 'read'>): Promise<Blob> {
  const response = await fetched({ ...question, read: nothing })
  if (!response.ok) return await refused(response, question)
  return await response.blob()
}

/** `path\`/accounts/${id}\`` escapes what is put in; `path(…, { search })` adds a query without what is empty. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((whole, part, index) => `${whole}${encodeURIComponent(String(values[index - 1] ?? ''))}${part}`)
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

export function withQuery(base: string, query: Query): string {
  const entries = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === null || value === '' ? [] : [[key, String(value)]],
  )
  return entries.length === 0 ? base : `${base}?${new URLSearchParams(entries).toString()}`
}

/** The address of something the browser itself fetches (an event stream, a picture). */
export function addressOf(below: string): string {
  return `${BASE}${below}`
}

async function fetched(question: Ask<unknown>): Promise<Response> {
  const { method = 'GET', signal = null, body, onProgress } = question
  const [url, headers] = [addressOf(question.path), headersOf(question)]
  if (onProgress !== undefined && isRaw(body)) return await uploaded({ method, url, headers, body, signal, onProgress })
  try {
    return await fetch(url, { method, headers, body: sentBody(body), signal, cache: 'no-store' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiFault('network', error instanceof Error ? error.message : 'no answer')
  }
}

function headersOf({ body, key }: Ask<unknown>): Headers {
  const headers = new Headers({ Accept: 'application/json' })
  const csrf = csrfToken()
  // Methods of an instance may change something by GET, so the server asks for it there too.
  if (csrf !== null) headers.set('X-CSRF-Token', csrf)
  if (key !== undefined) headers.set('Idempotency-Key', key)
  if (body !== undefined && !isRaw(body)) headers.set('Content-Type', 'application/json')
  return headers
}

function sentBody(body: unknown): BodyInit | null {
  if (body === undefined) return null
  return isRaw(body) ? body : JSON.stringify(body)
}

function isRaw(body: unknown): body is FormData | Blob {
  return body instanceof FormData || body instanceof Blob
}

async function refused(
  response: Response,
  { mayBeUnauthorized }: Pick<Ask<unknown>, 'mayBeUnauthorized'>,
): Promise<never> {
  const isOver = response.status === 401 && mayBeUnauthorized !== true
  // Never settles: the page stays as it is until the browser has left it.
  if (isOver && leaveForSignIn()) return await new Promise<never>(() => undefined)
  throw await faultOf(response)
}

async function readAnswer<T>(response: Response, read: Reader<T>): Promise<T> {
  const body = await bodyOf(response)
  try {
    return read(body)
  } catch (error) {
    if (error instanceof UnreadableAnswer) throw new ApiFault('unreadable', error.message, response.status)
    throw error
  }
}

async function faultOf(response: Response): Promise<ApiFault> {
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const { code, message } = toldBy(await bodyOf(response))
  return new ApiFault(
    code ?? 'unknown',
    message ?? response.statusText,
    response.status,
    Number.isNaN(wait) ? null : wait,
  )
}

/** Undefined where there is none, or where it is no JSON (a proxy's page, a server that went away). */
async function bodyOf(response: Response): Promise<unknown> {
  try {
    const body = await response.text()
    return body === '' ? undefined : JSON.parse(body)
  } catch {
    return undefined
  }
}

/** `{error:{code,message}}` of our own APIs, `{statusCode,message}` of the contract's, or `{error}` of the simulated network's. */
function toldBy(body: unknown): { readonly code?: string; readonly message?: string } {
  const told = field(body, 'error') ?? body
  if (typeof told === 'string') return { message: told }
  const [code, message] = [field(told, 'code'), field(told, 'message')]
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
