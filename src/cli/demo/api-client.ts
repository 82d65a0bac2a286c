import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { request } from 'undici'
import type { Narrator } from './narrator.ts'

const REQUEST_MS = 30_000

export const NewInstance = Type.Object({ idInstance: Type.Number(), apiTokenInstance: Type.String() })
export type NewInstance = Static<typeof NewInstance>

/** Speaks to a server over its public HTTP API and tells what it says and hears, tokens shortened. */
export class ApiClient {
  readonly #url: string
  readonly #partnerToken: string
  readonly #narrator: Narrator

  constructor(url: string, partnerToken: string, narrator: Narrator) {
    this.#url = url.replace(/\/+$/, '')
    this.#partnerToken = partnerToken
    this.#narrator = narrator
  }

  partner<S extends TSchema>(verb: 'GET' | 'POST', method: string, answer: S, body?: object): Promise<Static<S>> {
    return this.#call(verb, `/partner/${method}/`, this.#partnerToken, '', answer, body)
  }

  instance<S extends TSchema>(
    verb: 'GET' | 'POST' | 'DELETE',
    instance: NewInstance,
    method: string,
    answer: S,
    body?: object,
    tail = '',
  ): Promise<Static<S>> {
    const path = `/waInstance${String(instance.idInstance)}/${method}/`
    return this.#call(verb, path, instance.apiTokenInstance, tail, answer, body)
  }

  simulator<S extends TSchema>(method: string, answer: S, body: object): Promise<Static<S>> {
    return this.#call('POST', `/simulator/${method}`, '', '', answer, body)
  }

  async #call<S extends TSchema>(
    verb: 'GET' | 'POST' | 'DELETE',
    path: string,
    secret: string,
    tail: string,
    answer: S,
    body?: object,
  ): Promise<Static<S>> {
    this.#narrator.request(verb, `${path}${secret === '' ? '' : '{token}'}${tail}`, body)
    const response = await request(`${this.#url}${path}${secret}${tail}`, {
      method: verb,
      headersTimeout: REQUEST_MS,
      bodyTimeout: REQUEST_MS,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.body.text()
    const value: unknown = text === '' ? null : JSON.parse(text)
    this.#narrator.answer(shorten(value))
    if (response.statusCode !== 200) {
      throw new Error(`${verb} ${path} answered ${String(response.statusCode)}: ${text.slice(0, 300)}`)
    }
    // The partner API refuses with 200 and says so in the body.
    if (!Value.Check(answer, value)) throw new Error(`${verb} ${path} was answered by ${text.slice(0, 300)}`)
    return value
  }
}

/** Tokens and pictures shortened, so that a recorded terminal gives nothing away. */
function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 40 && !value.includes(' ') ? `${value.slice(0, 6)}…` : value
  if (Array.isArray(value)) return value.map(shorten)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, key === 'instanceData' ? '…' : shorten(inner)])
  return Object.fromEntries(entries)
}
