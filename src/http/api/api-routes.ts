import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { Pace } from '../../lib/pace.ts'
import { fault, isFault, UNAVAILABLE, UNCONFIRMED, type Fault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import type { Register } from '../../partners/register.ts'
import type { Store } from '../../storage/store.ts'
import { READ_ONLY } from '../errors.ts'
import { isForNow } from '../for-now.ts'
import { bodyHash, Idempotency, isIdempotencyKey, Replay } from '../idempotency.ts'
import { LateAnswers } from '../late-answers.ts'
import { maskPath } from '../mask.ts'
import { rateHeaders } from '../rate-headers.ts'
import type { RequestCounter } from '../request-counter.ts'
import { apiError, apiStatus, rateLimited, retryAfter, statusError, type ApiError } from './api-errors.ts'
import { sendDownload } from './downloads.ts'
import { readJson, UnreadableBody } from './json-body.ts'
import { runKeyed, runParts } from './keyed.ts'
import {
  BODY_LIMIT,
  Download,
  WithHeaders,
  type ApiOutcome,
  type ApiRow,
  type MakeOnce,
  type PreparedCall,
} from './route.ts'

export interface ApiOptions<Subject> {
  /** Names the API in metrics and tells its idempotency keys from those of others: `partner.v1`. */
  readonly name: string
  /** Where its rows begin, without a slash at the end: `/api/partner/v1`; names in braces are given to `authenticate`. */
  readonly base: string
  readonly rows: readonly ApiRow<Subject>[]
  /** Whose call this is, or why it is refused; before anything else is read of it. `at`: the row that it is for, and where. */
  readonly authenticate: (request: IncomingMessage, at: Asking) => Subject | Fault | Promise<Subject | Fault>
  /** Whose budget and idempotency keys a call uses. */
  readonly ownerOf: (subject: Subject) => string
  /** Whether the caller may do more than read. */
  readonly mayWrite: (subject: Subject) => boolean
  /** Its callers show a cookie, not a token: browsers are not told how tokens are shown. */
  readonly hasSessions?: boolean
  /** Calls a second and owner. */
  readonly perSecond: number
  readonly store: Pick<Store, 'answers' | 'commit'>
  readonly register: Pick<Register, 'decide'>
  readonly clock: Clock
  readonly log: Log
  readonly counter: RequestCounter
}

/** What a call asks for, as its address says. */
export interface Asking {
  readonly row: Pick<ApiRow<never>, 'verb' | 'at' | 'group' | 'scope'>
  /** The texts in the place of what is in braces, also in that of the base. */
  readonly path: Readonly<Record<string, string>>
}

const JSON_TYPE = 'application/json; charset=utf-8'
const ALWAYS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const
const KEY_RULE = "Validation failed. Details: 'Idempotency-Key' must be 1 to 255 visible ASCII characters"

/** Serves the rows of an API of our own. Every answer below its base, refusals too, has the same shape; see `route.ts` for how to add a row. */
export function apiRoutes<Subject>(options: ApiOptions<Subject>): FastifyPluginCallback {
  return (app, _options, done) => {
    app.register(
      (scope, _scopeOptions, ready) => {
        new ApiServer(options).serve(scope)
        ready()
      },
      { prefix: fastifyPath(options.base) },
    )
    done()
  }
}

class ApiServer<Subject> {
  readonly #options: ApiOptions<Subject>
  readonly #pace = new Pace<string>()
  readonly #idempotency: Idempotency
  readonly #late: LateAnswers
  /** Whom `authenticate` found, for the time of the request. */
  readonly #callers = new WeakMap<FastifyRequest, Subject>()
  readonly #labels = new Map<string, string>()

  constructor(options: ApiOptions<Subject>) {
    this.#options = options
    this.#late = new LateAnswers(options.clock)
    this.#idempotency = new Idempotency(options.store.answers, () => options.clock.now())
  }

  serve(app: FastifyInstance): void {
    const { rows, counter, base, name } = this.#options
    readJson(app, BODY_LIMIT)
    for (const row of rows) {
      const url = fastifyPath(row.at)
      this.#labels.set(`${row.verb} ${fastifyPath(base)}${url}`, `${name} ${row.verb} ${row.at}`)
      app.route({
        method: row.verb,
        url,
        bodyLimit: row.bodyLimit,
        onRequest: (request, reply, next) => this.#admit(row, request, reply, next),
        handler: (request, reply) => this.#handle(row, request, reply),
      })
    }
    app.setNotFoundHandler((request, reply) => this.#refuseUnknown(request, reply))
    app.setErrorHandler((error, request, reply) => this.#refuseError(error, request, reply))
    app.addHook('onResponse', (request, reply, next) => {
      const method = request.method === 'HEAD' ? 'GET' : request.method
      const label = this.#labels.get(`${method} ${request.routeOptions.url ?? ''}`) ?? `${name} none`
      counter.count(label, reply.statusCode)
      next()
    })
  }

  #admit(row: ApiRow<Subject>, request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void): void {
    const path = request.params as Readonly<Record<string, string>>
    const found = this.#options.authenticate(request.raw, { row, path })
    if (!(found instanceof Promise)) {
      this.#let(found, row, request, reply, next)
      return
    }
    found.then((subject) => this.#let(subject, row, request, reply, next)).catch(next)
  }

  #let(
    subject: Subject | Fault,
    row: ApiRow<Subject>,
    request: FastifyRequest,
    reply: FastifyReply,
    next: () => void,
  ): void {
    const { ownerOf, mayWrite, perSecond, clock } = this.#options
    if (isFault(subject)) {
      this.#refuse(reply, subject)
      return
    }
    const turn = this.#pace.take(ownerOf(subject), perSecond, clock.now())
    setHeaders(reply, rateHeaders(turn.allowed ? turn.remaining : 0, perSecond))
    if (!turn.allowed) {
      this.#refuse(reply, rateLimited('Too Many Requests', turn.waitMs))
    } else if (row.scope === 'full' && !mayWrite(subject)) this.#refuse(reply, READ_ONLY)
    else {
      this.#callers.set(request, subject)
      next()
    }
  }

  async #handle(row: ApiRow<Subject>, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const subject = this.#callers.get(request) as Subject
    const prepared = row.prepare({
      path: ofRow(row, request.params as Readonly<Record<string, string>>),
      query: request.url.split('?').slice(1).join('?'),
      body: request.body,
    })
    if (isFault(prepared)) return this.#refuse(reply, prepared)
    const outcome = await this.#late.within(
      row.answerMs,
      this.#outcomeOf(row, subject, prepared, request, reply),
      UNCONFIRMED,
      (error) => this.#log(error, request),
    )
    if (isFault(outcome)) return this.#refuse(reply, outcome)
    reply.headers(ALWAYS).code(row.created ? 201 : 200)
    if (outcome instanceof Replay) {
      return reply.header('Idempotency-Replayed', 'true').type(JSON_TYPE).send(outcome.text)
    }
    if (isRepeated(outcome)) throw new Error('a repeated outcome of a call without a key')
    if (outcome instanceof Download) return sendDownload(outcome, request, reply, this.#options.log)
    const { body, headers } = outcome instanceof WithHeaders ? outcome : { body: outcome, headers: {} }
    reply.headers(headers)
    return body === null ? reply.code(204).send() : reply.type(JSON_TYPE).send(JSON.stringify(body))
  }

  async #outcomeOf(
    row: ApiRow<Subject>,
    subject: Subject,
    prepared: PreparedCall<Subject>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<ApiOutcome | Replay> {
    const { store, clock, name, ownerOf } = this.#options
    const asked = { language: (request.headers['accept-language'] ?? '').toLowerCase(), raw: request.raw }
    const work = (once: MakeOnce) => this.#options.register.decide(() => prepared.handle(subject, asked, once))
    const key = row.idempotent === false ? undefined : request.headers['idempotency-key']
    if (key === undefined) return work(() => undefined)
    if (typeof key !== 'string' || !isIdempotencyKey(key)) return fault('invalid', KEY_RULE)
    const scope = `${ownerOf(subject)}/${name} ${row.verb} ${row.at}`
    const call = { scope, key, bodyHash: bodyHash(prepared.asked, '') }
    if (row.idempotent === true) return runKeyed(this.#idempotency, call, work)
    const done = await runParts({ idempotency: this.#idempotency, store, now: () => clock.now() }, call, work)
    if (isFault(done)) return done
    if (done.isRepeat) reply.header('Idempotency-Replayed', 'true')
    return done.outcome
  }

  #refuse(reply: FastifyReply, trouble: Fault): FastifyReply {
    if (trouble.fault === 'unauthorized' && this.#options.hasSessions !== true)
      reply.header('WWW-Authenticate', 'Bearer')
    const wait = retryAfter(trouble)
    if (wait !== undefined) reply.header('Retry-After', wait)
    return sendError(reply, apiStatus(trouble), apiError(trouble))
  }

  /** Whether a path is known does not depend on who asks. */
  #refuseUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = request.url.split('?', 1)[0] ?? ''
    const { base } = this.#options
    const allowed = this.#options.rows.filter((row) => isAt(base + row.at, path)).map((row) => row.verb)
    if (allowed.length === 0) return sendError(reply, 404, statusError(404))
    const verbs = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
    return sendError(reply.header('Allow', verbs.join(', ')), 405, statusError(405))
  }

  /** Nothing of what went wrong here is told to the caller. */
  #refuseError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (error instanceof UnreadableBody) return sendError(reply, 400, { code: 'invalid', message: error.message })
    const given = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    if (given === 413) return sendError(reply, 413, { code: 'tooLarge', message: 'request entity too large' })
    if (typeof given === 'number' && given >= 400 && given < 500) return sendError(reply, 400, UNREADABLE)
    this.#log(error, request)
    return isForNow(error)
      ? this.#refuse(reply.header('Retry-After', '1'), UNAVAILABLE)
      : sendError(reply, 500, statusError(500))
  }

  #log(error: unknown, request: FastifyRequest): void {
    this.#options.log.error({ error, path: maskPath(request.url) }, 'a request failed unexpectedly')
  }
}

const UNREADABLE: ApiError = { code: 'invalid', message: 'The request can not be read' }

function sendError(reply: FastifyReply, status: number, error: ApiError): FastifyReply {
  return reply.headers(ALWAYS).code(status).type(JSON_TYPE).send(JSON.stringify({ error }))
}

/** Without what stands in the base. */
function ofRow({ path }: ApiRow<never>, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(path.properties, name)))
}

/** As Fastify writes it: `:name` for `{name}`. */
function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** Names and values in turn. */
function setHeaders(reply: FastifyReply, headers: readonly string[]): void {
  for (let at = 0; at + 1 < headers.length; at += 2) reply.header(headers[at] ?? '', headers[at + 1])
}

function isAt(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at])
}

/** The answer to a request below `/api/` whose URL can't be read and so names nothing; for what sees it before any API does. */
export function refuseApiUrl(reply: FastifyReply): FastifyReply {
  return sendError(reply, 404, statusError(404))
}
