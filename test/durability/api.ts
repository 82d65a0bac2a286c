import { Pool } from 'undici'

/** Longer than any call that is not lost may take; the longest poll asked for lasts 5 s. */
const HUNG_MS = 15_000

/** `lost`: nobody knows whether it was done. `refused`: it never reached the server. */
export type Answer = { readonly status: number; readonly body: unknown } | 'lost' | 'refused'

type Verb = 'GET' | 'POST' | 'DELETE'

/** A client of one server: sends each request once, whatever happens. */
export class Api {
  readonly #pool: Pool

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: 128, pipelining: 1, headersTimeout: HUNG_MS, bodyTimeout: HUNG_MS })
  }

  async call(
    method: Verb,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    try {
      const content =
        body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
      const response = await this.#pool.request({ method, path, headers: { ...headers }, ...content })
      const text = await response.body.text()
      return { status: response.statusCode, body: text === '' ? null : (JSON.parse(text) as unknown) }
    } catch (error) {
      if (error instanceof SyntaxError) throw error
      return isRefusal(error) ? 'refused' : 'lost'
    }
  }

  /** Of a server that must answer; throws for anything else than 200. */
  async ask(method: Verb, path: string, body?: object): Promise<unknown> {
    const answer = await this.call(method, path, body)
    if (typeof answer === 'object' && answer.status === 200) return answer.body
    throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}
