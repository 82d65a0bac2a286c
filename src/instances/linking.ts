import type { Login, LoginStep, LoginWay } from '../drivers/driver.ts'
import { fault, isFault, type Fault } from '../model/fault.ts'
import type { EpochMs } from '../model/ids.ts'
import type { LinkedAccount } from '../model/instance.ts'
import type { InstanceState } from '../model/state.ts'
import { LinkingAttempt, type Ok } from './linking-attempt.ts'
import { LostOwnership, stateEvent, type InstanceRecord } from './record.ts'

export { endedLogin } from './linking-attempt.ts'

/** What a watcher of a linking attempt sees; after `linked`, `alreadyLinked` and `ended` nothing follows. */
export type LinkingStep =
  | { readonly kind: 'qr'; readonly value: string; readonly until: EpochMs }
  /** The account has a password: see `answer`. */
  | { readonly kind: 'password' }
  /** The phone wants its passkey to be confirmed; it goes on by itself when that is done. */
  | { readonly kind: 'passkey' }
  | { readonly kind: 'linked'; readonly account: LinkedAccount }
  | { readonly kind: 'alreadyLinked' }
  | { readonly kind: 'ended'; readonly fault: Fault }

export interface ShownCode {
  readonly kind: 'code'
  readonly value: string
  readonly until: EpochMs
}

/** For what an attempt waits. */
export type Pending = Extract<LoginStep, { kind: 'ask' }>['what']

/** So long a code that was sent to a phone, or a question for a password, waits for its answer whether or not somebody looks. */
const ASKED_MS = 300_000
/** So long one answer waits for its verdict. */
const VERDICT_MS = 30_000

/**
 * Linking a phone to one instance. An attempt begins with the first question and ends when it is linked, refused, or nobody has
 * looked for a while; one that asks something waits five minutes for the answer. Memory is taken only meanwhile. What would begin one throws
 * `LostOwnership` while the node is not sure that the instance is its own.
 */
export class Linking {
  readonly #record: InstanceRecord
  readonly #login: (way: LoginWay) => Login
  #attempt: LinkingAttempt | undefined
  #answering = false
  /** The news of the attempts' states, until it is stored. */
  readonly #telling = new Set<Promise<void>>()

  constructor(record: InstanceRecord, login: (way: LoginWay) => Login) {
    this.#record = record
    this.#login = login
  }

  get isUnderWay(): boolean {
    return this.#attempt !== undefined
  }

  /** What the attempt that runs waits for; `code` and `password` are given to `answer`. */
  get pending(): Pending | undefined {
    return this.#isLinked ? undefined : this.#attempt?.asked?.what
  }

  /** What `stateInstance` shows of it; undefined: what it shows anyway. */
  get state(): Extract<InstanceState, 'pendingCode' | 'pendingPassword'> | undefined {
    return stateOf(this.pending)
  }

  /** The QR to show now, or what was asked after it was scanned. */
  async qr(): Promise<Exclude<LinkingStep, { kind: 'linked' }>> {
    if (this.#isLinked) return { kind: 'alreadyLinked' }
    const attempt = this.#attempt ?? this.#begin({ way: 'qr' })
    attempt.lookedAt = this.#record.node.clock.now()
    if (attempt.way.way !== 'qr' && stateOf(attempt.asked?.what) !== 'pendingPassword') {
      const way = attempt.way.way === 'token' ? 'a token' : 'phone number'
      return { kind: 'ended', fault: fault('conflict', `linking by ${way} is under way; wait for it to end`) }
    }
    const step = this.#tell(await this.#mine(attempt.first()))
    if (step === undefined) return { kind: 'ended', fault: UNEXPECTED }
    return step.kind === 'linked' ? { kind: 'alreadyLinked' } : step
  }

  /** Asks the network for a code to type into this phone. Ends an attempt by QR. */
  async code(phone: string): Promise<ShownCode | Fault> {
    const begun = this.#beginBy({ way: 'code', phone })
    if (isFault(begun)) return begun
    const step = await this.#mine(begun.first())
    if (step.kind === 'show') return { kind: 'code', value: step.value, until: step.until }
    return step.kind === 'done' ? ALREADY_LINKED : troubleOf(step)
  }

  /**
   * Has the messenger send the phone a code, for `answer`. Ends an attempt of another way or phone; within five minutes of a request
   * for the same phone that one goes on, and no other code is sent.
   */
  async sms(phone: string): Promise<Ok | Fault> {
    const begun = this.#codeSentTo(phone) ?? this.#beginBy({ way: 'sms', phone })
    if (isFault(begun)) return begun
    begun.aliveUntil = Math.max(begun.aliveUntil, begun.begunAt + ASKED_MS)
    const step = await this.#mine(begun.first())
    if (step.kind === 'done') return ALREADY_LINKED
    return step.kind === 'ask' ? { ok: true } : troubleOf(step)
  }

  /** Takes over a device that is linked already. Ends an attempt of another way. */
  async token(token: string, deviceId?: string): Promise<LinkedAccount | Fault> {
    const begun = this.#beginBy({ way: 'token', token, ...(deviceId !== undefined && { deviceId }) })
    if (isFault(begun)) return begun
    const step = await this.#mine(begun.first())
    if (step.kind !== 'done') return troubleOf(step)
    return this.#record.linked ?? fault('notLinked', 'it was unlinked at once')
  }

  /**
   * The person's answer to what is `pending`; the verdict is on this answer alone: linked or on to the next question (see `pending`), or
   * what was wrong with it, and then it may be answered again. `notFound` when nothing is asked.
   */
  async answer(value: string): Promise<Ok | Fault> {
    if (this.#isLinked) return ALREADY_LINKED
    const attempt = this.#attempt
    if (attempt?.asked === undefined || attempt.asked.what === 'passkey') {
      return fault('notFound', 'authorization was not started')
    }
    if (this.#answering) return fault('conflict', 'another answer is being checked')
    this.#answering = true
    try {
      return await attempt.answer(value, this.#record.node.clock, VERDICT_MS)
    } finally {
      this.#answering = false
    }
  }

  /** Everything that happens, until an end. Begins an attempt when none runs. The iteration ends after an end or the abort. */
  async *watch(signal: AbortSignal): AsyncGenerator<LinkingStep, void, undefined> {
    if (this.#isLinked) {
      yield { kind: 'alreadyLinked' }
      return
    }
    const attempt = this.#attempt ?? this.#begin({ way: 'qr' })
    attempt.watchers += 1
    const steps: LoginStep[] = attempt.now === undefined ? [] : [attempt.now]
    let wake: () => void = () => undefined
    const listener = (step: LoginStep) => {
      steps.push(step)
      wake()
    }
    const aborted = () => wake()
    attempt.listeners.add(listener)
    signal.addEventListener('abort', aborted)
    try {
      while (!signal.aborted) {
        const step = steps.shift()
        if (step === undefined) {
          await new Promise<void>((resolve) => (wake = resolve))
          continue
        }
        const told = this.#tell(step)
        if (told !== undefined) yield told
        if (step.kind === 'done' || step.kind === 'ended') return
      }
    } finally {
      signal.removeEventListener('abort', aborted)
      attempt.listeners.delete(listener)
      attempt.watchers -= 1
      attempt.lookedAt = this.#record.node.clock.now()
    }
  }

  /** Ends whatever attempt runs; everybody who looks is told. */
  cancel(): void {
    const attempt = this.#attempt
    if (attempt === undefined) return
    attempt.login.cancel()
    this.#close(attempt)
    // At once, so that what is told of it comes before whatever follows; the step that the driver gives is not waited for.
    this.#over(attempt, { kind: 'ended', fault: fault('linkCancelled', 'linking was cancelled') })
  }

  /** As `cancel`; resolves when nothing of it is left to be stored. */
  async stop(): Promise<void> {
    this.cancel()
    await Promise.all(this.#telling)
  }

  /**
   * An attempt that ended since its instance goes to another node can begin anew there.
   * @throws LostOwnership
   */
  async #mine(coming: Promise<LoginStep>): Promise<LoginStep> {
    const step = await coming
    if (step.kind === 'ended' && this.#record.isLeaving) throw new LostOwnership(this.#record.id)
    return step
  }

  get #isLinked(): boolean {
    return this.#record.row.state !== 'notAuthorized'
  }

  #tell(step: LoginStep): LinkingStep | undefined {
    switch (step.kind) {
      case 'show':
        return step.what === 'qr' ? { kind: 'qr', value: step.value, until: step.until } : undefined
      case 'ask':
        return step.what === 'code' ? undefined : { kind: step.what }
      case 'done': {
        const account = this.#record.linked
        return account === null ? { kind: 'alreadyLinked' } : { kind: 'linked', account }
      }
      case 'ended':
        return { kind: 'ended', fault: step.fault }
      default:
        return step satisfies never
    }
  }

  /** The attempt by a code that was sent to this phone, while it waits. */
  #codeSentTo(phone: string): LinkingAttempt | undefined {
    const attempt = this.#attempt
    const isSame = attempt?.way.way === 'sms' && attempt.way.phone === phone
    return isSame && this.#record.node.clock.now() < attempt.begunAt + ASKED_MS ? attempt : undefined
  }

  #beginBy(way: LoginWay): LinkingAttempt | Fault {
    if (this.#isLinked) return ALREADY_LINKED
    const driver = this.#record.node.drivers.get(this.#record.row.messenger)
    if (driver?.capabilities.loginWays.includes(way.way) !== true) {
      return fault('unsupported', 'this messenger is not linked in this way: scan the QR code')
    }
    return this.#begin(way)
  }

  /**
   * Ends the one that runs.
   * @throws LostOwnership where another node may be linking the instance by now
   */
  #begin(way: LoginWay): LinkingAttempt {
    if (!this.#record.node.ownership.isSure()) throw new LostOwnership(this.#record.id)
    this.cancel()
    const attempt = new LinkingAttempt(way, this.#login(way), this.#record.node.clock.now())
    this.#attempt = attempt
    this.#watchIdle(attempt)
    void this.#follow(attempt)
    return attempt
  }

  async #follow(attempt: LinkingAttempt): Promise<void> {
    try {
      for await (const step of attempt.login.steps) {
        if (attempt.end !== undefined) return
        if (step.kind === 'show' || step.kind === 'ask') {
          this.#goOn(attempt, step)
          continue
        }
        this.#over(attempt, step)
        return
      }
    } catch (error) {
      this.#record.node.log.error({ idInstance: this.#record.id, error }, 'linking failed')
    }
    this.#over(attempt, { kind: 'ended', fault: fault('linkTimeout', 'linking ended without a result; try again') })
  }

  #goOn(attempt: LinkingAttempt, step: Extract<LoginStep, { kind: 'show' | 'ask' }>): void {
    const before = attempt.asked?.what
    if (step.kind === 'ask' && step.what !== before) {
      attempt.aliveUntil = Math.max(attempt.aliveUntil, this.#record.node.clock.now() + ASKED_MS)
    }
    attempt.step(step)
    const [was, is] = [stateOf(before), stateOf(attempt.asked?.what)]
    if (is !== was) this.#tellState(is ?? 'notAuthorized')
  }

  #over(attempt: LinkingAttempt, end: Extract<LoginStep, { kind: 'done' | 'ended' }>): void {
    if (attempt.end !== undefined) return
    this.#close(attempt)
    const was = stateOf(attempt.asked?.what)
    attempt.step(end)
    // A link that was made has told of itself.
    if (was !== undefined && end.kind === 'ended') this.#tellState('notAuthorized')
  }

  /** The state of an attempt is told and never stored: the process that ends takes the attempt with it. */
  #tellState(state: InstanceState): void {
    const event = stateEvent(state, this.#record.node.clock.now())
    const telling = this.#record.changes
      // Whoever was linked meanwhile has told of it.
      .run(async () => (this.#isLinked ? undefined : this.#record.commitWith([event], [])))
      .catch((error: unknown) => {
        this.#record.complain(error, 'a state of linking could not be notified')
      })
      .finally(() => this.#telling.delete(telling))
    this.#telling.add(telling)
  }

  #close(attempt: LinkingAttempt): void {
    attempt.idle?.cancel()
    if (this.#attempt === attempt) this.#attempt = undefined
  }

  /** An attempt costs the network a pending device: it ends when nobody has looked for a while, or its code's time is over. */
  #watchIdle(attempt: LinkingAttempt): void {
    const { clock, limits } = this.#record.node
    attempt.idle = clock.after(limits.loginTimeoutMs / 4, () => {
      if (this.#attempt !== attempt) return
      const shownUntil = attempt.way.way === 'code' ? (attempt.shown?.until ?? 0) : 0
      const endsAt = Math.max(attempt.lookedAt + limits.loginTimeoutMs, shownUntil, attempt.aliveUntil)
      if (attempt.watchers === 0 && clock.now() >= endsAt) this.cancel()
      else this.#watchIdle(attempt)
    })
  }
}

const ALREADY_LINKED = fault('alreadyLinked', 'instance account already authorized')
const UNEXPECTED = fault('linkCancelled', 'the phone asks for something that this way of linking cannot give')

function stateOf(pending: Pending | undefined): 'pendingCode' | 'pendingPassword' | undefined {
  if (pending === 'code') return 'pendingCode'
  return pending === 'password' ? 'pendingPassword' : undefined
}

function troubleOf(step: LoginStep): Fault {
  return step.kind === 'ended' ? step.fault : UNEXPECTED
}
