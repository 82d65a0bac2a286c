import { fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import type { Login, LoginWay, Session, SessionHost, Verdict } from '../driver.ts'
import { Course } from './course.ts'
import { facetsOf, type SessionFacets } from './facets/facets.ts'
import { Linking } from './linking.ts'
import { LoginAttempt } from './login.ts'
import { LoginBudget } from './login-budget.ts'
import type { OpenLife } from './open-life.ts'
import type { Surroundings } from './surroundings.ts'
import { unlinkAway } from './unlink-away.ts'

const NOT_OPEN = fault('notConnected', 'the session is not open')

/** One instance on MAX: what its runner asks of it. How it gets there is its course. */
export class MaxSession implements Session {
  readonly #host: SessionHost
  readonly #shared: Surroundings
  readonly #budget: LoginBudget
  readonly #course: Course
  /** Made when they are first needed, like everything that an idle session has no use for. */
  #facets: SessionFacets | null = null

  constructor(host: SessionHost, shared: Surroundings) {
    this.#host = host
    this.#shared = shared
    this.#budget = new LoginBudget(host, shared.loginsPerDay)
    const seemsSeen = () => shared.seemsSeen || this.#facets?.wantsToBeSeen() === true
    this.#course = new Course({ host, shared, budget: this.#budget, seemsSeen })
  }

  get facets(): SessionFacets {
    this.#facets ??= facetsOf(() => this.#life)
    return this.#facets
  }

  connect(): Promise<void> {
    this.#course.connect()
    return Promise.resolve()
  }

  disconnect(): Promise<void> {
    return this.#course.end()
  }

  async logout(): Promise<void> {
    this.#course.dismiss()
    const visit = this.#course.openVisit
    await visit?.unlink()
    await this.#course.end()
    if (visit === null) await unlinkAway(this.#host, this.#shared, this.#budget)
  }

  login(way: LoginWay): Login {
    const attempt: LoginAttempt = new LoginAttempt(() => this.#course.cancel(attempt))
    if (way.way === 'code' || way.way === 'sms') attempt.fail(fault('unsupported', 'MAX gives web clients no codes'))
    else this.#course.link(new Linking(attempt, way.way === 'token' ? way : undefined))
    return attempt
  }

  async send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const life = this.#life
    if (life === null) return { ok: false, fault: NOT_OPEN }
    if (signal.aborted) return { ok: false, fault: fault('notConnected', 'stopped before anything was sent') }
    return await life.outbound.send(id, message, signal)
  }

  async lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    return (await this.#life?.outbound.lookup(id)) ?? 'unknown'
  }

  typing(chat: ChatId, durationMs: number, type?: string): void {
    this.#life?.outbound.typing(chat, durationMs, type)
  }

  get #life(): OpenLife | null {
    return this.#course.openVisit?.life ?? null
  }
}
