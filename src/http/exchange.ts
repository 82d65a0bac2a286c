import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../lib/clock.ts'
import { LostOwnership } from '../instances/record.ts'
import type { RequestOrigin } from '../lib/local-request.ts'
import type { Log } from '../lib/log.ts'
import type { Pace } from '../lib/pace.ts'
import { fault, isFault } from '../model/fault.ts'
import type { InstanceId } from '../model/ids.ts'
import type { Once } from '../storage/once.ts'
import { hasBody } from './body.ts'
import { Refusal, statusText } from './errors.ts'
import type { Family } from './family.ts'
import { isForNow } from './for-now.ts'
import { bodyHash, isIdempotencyKey, type Idempotency, type Replay } from './idempotency.ts'
import { readInput, type Brought, type Intake } from './input.ts'
import type { LateAnswers } from './late-answers.ts'
import { originOf } from './origin.ts'
import type { Call, Method, Outcome, Prepared, Upload, Verb } from './method.ts'
import { rateHeaders } from './rate-headers.ts'
import { Reply } from './reply.ts'
import type { RequestCounter } from './request-counter.ts'
import { queryValue, type Target } from './target.ts'
import { ClientGone } from './upload-body.ts'
import type { WaitingCalls } from './waiting-calls.ts'

/** What all exchanges of a server share. */
export interface Shared extends Intake {
  readonly clock: Clock
  readonly log: Log
  readonly counter: RequestCounter
  readonly late: LateAnswers
  readonly pace: Pace<string | number>
  readonly rateLimitScale: number
  readonly idempotency: Idempotency
  readonly waiting: WaitingCalls
  readonly elsewhere: Elsewhere
}

/** Where instances are that are not here. */
export interface Elsewhere {
  /** Whether a call about this instance is answered here; a promise where that takes a look. */
  isHere(instance: number): boolean | Promise<boolean>
  /** Has a call answered by the node where its instance is; `json` is its body. */
  passOn(instance: InstanceId, request: IncomingMessage, response: ServerResponse, json: unknown): void
}

type OnceMaker = <Result>(answerOf: (result: Result) => object) => Once<Result>

/** One request of the contract, from its first line to its answer. Each step either goes on to the next or answers. */
export class Exchange<Subject> implements Call {
  readonly #shared: Shared
  readonly #family: Family<Subject>
  readonly #target: Target
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #reply: Reply
  #json: unknown
  #onceMaker: OnceMaker | undefined

  constructor(
    shared: Shared,
    family: Family<Subject>,
    target: Target,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#shared = shared
    this.#family = family
    this.#target = target
    this.#request = request
    this.#response = response
    const { counter, log } = shared
    this.#reply = new Reply({ counter, log, family }, request, response)
  }

  get v3(): boolean {
    return this.#target.v3
  }

  get tail(): string {
    return this.#target.tail
  }

  get query(): string {
    return this.#target.query
  }

  get json(): unknown {
    return this.#json
  }

  get upload(): Upload | undefined {
    return this.#reply.upload
  }

  once<Result>(answerOf: (result: Result) => object): Once<Result> | undefined {
    return this.#onceMaker?.(answerOf)
  }

  waiting(): AbortSignal {
    return this.#shared.waiting.begin((end) => this.#response.on('close', end))
  }

  start(): void {
    try {
      this.#admit()
    } catch (error) {
      this.#crash(error)
    }
  }

  get #url(): string {
    return this.#request.url ?? ''
  }

  get #origin(): RequestOrigin {
    return originOf(this.#request)
  }

  #admit(): void {
    const isHead = this.#request.method === 'HEAD'
    const named = this.#family.methods.find(this.#target.method)
    const method = named !== undefined && this.#fits(named, isHead ? 'GET' : this.#request.method) ? named : undefined
    if (method !== undefined) this.#reply.method = method.name
    const subject = this.#family.admit(this.#target, method, this.#url, () => this.#origin)
    if (subject instanceof Refusal) this.#reply.refuse(subject)
    else if (method === undefined) this.#reply.status(404)
    // A HEAD tells whether the GET exists and is allowed, and does nothing.
    else if (isHead) this.#reply.head()
    else this.#spend(subject, method)
  }

  #fits(method: Method<Subject>, verb: string | undefined): boolean {
    return method.verbs.includes(verb as Verb) && (method.tail || this.#target.tail === '')
  }

  #spend(subject: Subject, method: Method<Subject>): void {
    const perSecond = method.perSecond * this.#shared.rateLimitScale
    const key = budgetKey(this.#family.scopeOf(subject), method)
    const turn = this.#shared.pace.take(key, perSecond, this.#shared.clock.now())
    if (!turn.allowed) {
      const headers = ['Retry-After', String(Math.ceil(turn.waitMs / 1000)), ...rateHeaders(0, perSecond)]
      this.#reply.fault(fault('rateLimited', statusText(429)), headers)
      return
    }
    this.#reply.budget = rateHeaders(turn.remaining, perSecond)
    const messenger = this.#family.messengerOf(subject)
    if (messenger !== null && !method.messengers.includes(messenger)) {
      const text = `Method ${method.name} is not supported for ${messenger} instances`
      this.#reply.fault(fault('unsupported', text))
    } else if (method.takesBody && hasBody(this.#request)) this.#readBody(subject, method)
    else this.#prepare(subject, method)
  }

  #readBody(subject: Subject, method: Method<Subject>): void {
    const done = (brought: Brought): void => {
      try {
        this.#take(brought, subject, method)
      } catch (error) {
        this.#crash(error)
      }
    }
    readInput(this.#request, method.input, this.#shared, done, (error) => {
      // A client that went away in the middle of its file is no trouble of ours, and hears nothing.
      if (error instanceof ClientGone) this.#response.destroy()
      else this.#crash(error)
    })
  }

  #take(brought: Brought, subject: Subject, method: Method<Subject>): void {
    if ('status' in brought) {
      this.#reply.status(brought.status, brought.message, brought.headers)
      return
    }
    this.#reply.upload = brought.upload
    this.#json = brought.json
    this.#prepare(subject, method)
  }

  #prepare(subject: Subject, method: Method<Subject>): void {
    const prepared = method.prepare(this.#target.query === '' ? this.#json : this.#withQuery(method))
    if (isFault(prepared)) this.#reply.fault(prepared)
    else if (prepared.instance === undefined) this.#go(subject, method, prepared)
    else this.#goWhere(prepared.instance, () => this.#go(subject, method, prepared))
  }

  #go(subject: Subject, method: Method<Subject>, prepared: Prepared<Subject>): void {
    const key = method.idempotent ? this.#request.headers['idempotency-key'] : undefined
    if (key === undefined) this.#settle(method, this.#handle(subject, method, prepared))
    else this.#keyed(subject, method, prepared, key)
  }

  /** A call whose fields name its instance belongs where that is. */
  #goWhere(instance: number, go: () => void): void {
    const { elsewhere } = this.#shared
    const follow = (isHere: boolean): void => {
      if (isHere) go()
      else elsewhere.passOn(instance as InstanceId, this.#request, this.#response, this.#json)
    }
    const isHere = elsewhere.isHere(instance)
    if (typeof isHere === 'boolean') follow(isHere)
    else isHere.then(follow).catch((error: unknown) => this.#crash(error))
  }

  /** Counts the call against its quota, where the row has one, and handles it. */
  #handle(subject: Subject, method: Method<Subject>, prepared: Prepared<Subject>): Outcome | Promise<Outcome> {
    const spent = method.hasQuota ? this.#family.spend(subject, method) : undefined
    if (spent === undefined) return prepared.handle(subject, this)
    return spent.then((trouble) => trouble ?? prepared.handle(subject, this))
  }

  /** Query parameters of a GET stand for fields, before those of a body. */
  #withQuery(method: Method<Subject>): unknown {
    if (this.#request.method !== 'GET') return this.#json
    const body = typeof this.#json === 'object' && this.#json !== null && !Array.isArray(this.#json) ? this.#json : {}
    const given: Record<string, unknown> = { ...body }
    for (const name of method.fieldNames) {
      const value = queryValue(this.#target.query, name)
      if (value !== undefined) given[name] = value
    }
    return given
  }

  #keyed(subject: Subject, method: Method<Subject>, prepared: Prepared<Subject>, key: string | string[]): void {
    if (typeof key !== 'string' || !isIdempotencyKey(key)) {
      this.#reply.fault(fault('invalid', KEY_RULE))
      return
    }
    const scope = `${String(this.#family.scopeOf(subject))}/${method.name}`
    const call = {
      scope,
      key,
      bodyHash: bodyHash(prepared.fields, `${this.v3 ? 'v3' : ''}${this.#reply.upload?.draft.sha256 ?? ''}`),
    }
    this.#settle(
      method,
      this.#shared.idempotency.run(call, (onceMaker) => {
        this.#onceMaker = onceMaker
        return this.#handle(subject, method, prepared)
      }),
    )
  }

  #settle(method: Method<Subject>, outcome: Outcome | Promise<Outcome | Replay>): void {
    if (!(outcome instanceof Promise)) {
      this.#reply.outcome(outcome)
      return
    }
    const { late } = this.#shared
    const waiting = late.begin(method.answerMs, () => this.#reply.unconfirmed())
    outcome.then(
      (settled) => (late.over(waiting) ? this.#finishSafely(settled) : this.#reply.discard()),
      (error: unknown) => {
        if (late.over(waiting)) {
          this.#crash(error)
          return
        }
        this.#reply.log(error)
        this.#reply.discard()
      },
    )
  }

  #finishSafely(outcome: Outcome | Replay): void {
    try {
      this.#reply.outcome(outcome)
    } catch (error) {
      this.#crash(error)
    }
  }

  #crash(error: unknown): void {
    if (error instanceof LostOwnership && !this.#response.headersSent) {
      // Its batch was refused: nothing was done, and the new owner can do it, where the whole of the call is still there.
      if (this.#reply.upload !== undefined) this.#reply.forNow()
      else this.#shared.elsewhere.passOn(error.instance, this.#request, this.#response, this.#json)
      return
    }
    this.#reply.log(error)
    if (this.#response.headersSent) this.#response.destroy()
    else if (isForNow(error)) this.#reply.forNow()
    else this.#reply.status(500)
  }
}

const KEY_RULE = "Validation failed. Details: 'Idempotency-Key' must be 1 to 255 visible ASCII characters"

function budgetKey<Subject>(scope: number | string, method: Method<Subject>): number | string {
  return typeof scope === 'number' ? scope * MOST_ROWS + method.index : `${scope}/${method.name}`
}

/** More than a table will ever have; ids are small enough that the product stays a whole number. */
const MOST_ROWS = 1024
