import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { request, type Dispatcher } from 'undici'
import { Account } from './answers.ts'
import { CommandTrouble } from './command-trouble.ts'
import { missingText } from './missing.ts'

/** Deleting many instances and the daily charge of days that were missed take their time. */
const ANSWER_MS = 600_000
const PAGE = 1000

const Refusal = Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) })
const Page = Type.Object({ items: Type.Array(Type.Unknown()), next: Type.Union([Type.String(), Type.Null()]) })

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

interface Call {
  readonly query?: Query
  readonly body?: object
  /** `Idempotency-Key`. */
  readonly key?: string | undefined
}

/** Speaks to a running server's operator API. Whatever is not the answer that was asked for is thrown as a `CommandTrouble`. */
export class OperatorApi {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/, '')
    this.#token = token
  }

  /** The JSON of the answer; null where there is none. */
  async ask(verb: Verb, path: string, call: Call = {}): Promise<unknown> {
    const answer = await this.#send(verb, path, call)
    return parsed(await answer.body.text(), this.#url)
  }

  /** A whole list, page by page, at most `limit` items; `next` is where it would go on. */
  async list(path: string, query: Query = {}, limit = Number.POSITIVE_INFINITY): Promise<object> {
    const items: unknown[] = []
    for (let cursor: string | undefined; ;) {
      const size = Math.min(PAGE, limit - items.length)
      const page = understood(await this.ask('GET', path, { query: { ...query, cursor, limit: size } }), Page)
      items.push(...page.items)
      if (page.next === null || items.length >= limit) return { ...page, items }
      cursor = page.next
    }
  }

  /** The lines of an answer that is a text, as they come. */
  async *lines(path: string): AsyncGenerator<string> {
    const { body } = await this.#send('GET', path, {})
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = parts.pop() ?? ''
      yield* parts
    }
    if (rest !== '') yield rest
  }

  async #send(verb: Verb, path: string, { query = {}, body, key }: Call): Promise<Dispatcher.ResponseData> {
    const answer = await this.#reach(
      verb,
      `/api/operator/v1${path}${queryText(query)}`,
      {
        authorization: `Bearer ${this.#token}`,
        'x-actor': 'cli',
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body,
    )
    if (answer.statusCode < 300) return answer
    const text = await answer.body.text()
    const missing = isNotFound(text) ? await this.#missing(path, query, body) : undefined
    throw missing === undefined
      ? refused(answer.statusCode, text, this.#url)
      : new CommandTrouble(missing, 1, 'notFound')
  }

  #missing(path: string, query: Query, body: object | undefined): Promise<string | undefined> {
    const named = query['accountId'] ?? (body !== undefined && 'accountId' in body ? body.accountId : undefined)
    const account = typeof named === 'string' ? named : undefined
    return missingText({ path, account }, async (id) => {
      const at = `/api/operator/v1/accounts/${encodeURIComponent(id)}`
      const answer = await this.#reach('GET', at, { authorization: `Bearer ${this.#token}`, 'x-actor': 'cli' })
      const found = jsonIn(await answer.body.text())
      if (Value.Check(Account, found)) return found.deletedAt === null ? 'there' : 'deleted'
      return answer.statusCode === 404 ? 'missing' : 'there'
    })
  }

  async #reach(
    verb: Verb,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<Dispatcher.ResponseData> {
    try {
      return await request(this.#url + path, {
        method: verb,
        headers,
        headersTimeout: ANSWER_MS,
        bodyTimeout: ANSWER_MS,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      const why = error instanceof Error ? troubleText(error) : String(error)
      throw new CommandTrouble(
        `No server answers at ${this.#url} (${why}). Start one by "jadegate serve", or name it by --url.`,
      )
    }
  }
}

/** The answer as it should be; a server of another version may give another. */
export function understood<S extends TSchema>(answer: unknown, schema: S): Static<S> {
  if (Value.Check(schema, answer)) return answer
  throw new CommandTrouble('The server answered something else than this version knows; --json shows it.')
}

function queryText(query: Query): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value))
  return given.size === 0 ? '' : `?${given.toString()}`
}

function parsed(text: string, url: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandTrouble(`What answers at ${url} is no Jadegate server: its answer is no JSON.`)
  }
}

function refused(status: number, text: string, url: string): CommandTrouble {
  const answer: unknown = jsonIn(text)
  if (!Value.Check(Refusal, answer)) {
    return new CommandTrouble(
      `What answers at ${url} does not know this request (status ${status}): is it a Jadegate server of this version?`,
    )
  }
  if (status === 401) {
    return new CommandTrouble(
      'The server does not take this operator token. JADEGATE_OPERATOR_TOKEN or the data folder (JADEGATE_DATA_DIR) must be those of the server.',
      1,
      answer.error.code,
    )
  }
  return new CommandTrouble(answer.error.message, answer.error.code === 'invalid' ? 2 : 1, answer.error.code)
}

function isNotFound(text: string): boolean {
  const answer = jsonIn(text)
  return Value.Check(Refusal, answer) && answer.error.code === 'notFound'
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A connection that failed at several addresses says so in its parts alone. */
function troubleText(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ')
  return error.message
}
