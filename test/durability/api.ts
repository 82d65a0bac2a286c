import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Pool } from 'undici'
import { FORM_TYPE, formOf } from './form.ts'

/** Longer than any call that is not lost may take; the longest poll asked for lasts 5 s. */
const HUNG_MS = 15_000

/** `lost`: nobody knows whether it was done. `refused`: it never reached the server. */
export type Answer = { readonly status: number; readonly body: unknown } | 'lost' | 'refused'

export type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE'
type Headers = Readonly<Record<string, string>>

/** A form with one file; its fields go before it. */
export interface Form {
  readonly fields: Readonly<Record<string, string>>
  readonly file: { readonly name: string; readonly bytes: string }
  /** Between the pieces of the file. */
  readonly pauseMs: number
}

/** A client of one server: sends each request once, whatever happens. */
export class Api {
  readonly #pool: Pool

  /** What is not answered within `hungMs` is lost. */
  constructor(url: string, hungMs = HUNG_MS) {
    this.#pool = new Pool(url, { connections: 128, pipelining: 1, headersTimeout: hungMs, bodyTimeout: hungMs })
  }

  call(method: Verb, path: string, body?: object, headers: Headers = {}): Promise<Answer> {
    if (body === undefined) return this.#send(method, path, null, headers)
    return this.#send(method, path, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
  }

  /** Sends a form with a file. */
  upload(path: string, { fields, file, pauseMs }: Form, headers: Headers = {}): Promise<Answer> {
    const body = Readable.from(formOf(fields, file, pauseMs))
    return this.#send('POST', path, body, { 'content-type': FORM_TYPE, ...headers })
  }

  /** Of a server that must answer; throws for anything else than 200. */
  async ask(method: Verb, path: string, body?: object): Promise<unknown> {
    return okay(`${method} ${path}`, await this.call(method, path, body))
  }

  /** Gives bytes to a server that must take them. */
  async give(path: string, bytes: string): Promise<unknown> {
    return okay(path, await this.#send('POST', path, bytes, { 'content-type': 'application/octet-stream' }))
  }

  /** The SHA-256 of what is there, hex; or the status, where it is not 200. */
  async hashOf(path: string): Promise<string | number> {
    const response = await this.#pool.request({ method: 'GET', path })
    const bytes = Buffer.from(await response.body.arrayBuffer())
    return response.statusCode === 200 ? createHash('sha256').update(bytes).digest('hex') : response.statusCode
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }

  async #send(method: Verb, path: string, body: string | Readable | null, headers: Headers): Promise<Answer> {
    try {
      const response = await this.#pool.request({ method, path, headers, body })
      const text = await response.body.text()
      return { status: response.statusCode, body: text === '' ? null : (JSON.parse(text) as unknown) }
    } catch (error) {
      if (error instanceof SyntaxError) throw error
      return isRefusal(error) ? 'refused' : 'lost'
    }
  }
}

function okay(what: string, answer: Answer): unknown {
  if (typeof answer === 'object' && answer.status === 200) return answer.body
  throw new Error(`${what}: ${JSON.stringify(answer)}`)
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}
