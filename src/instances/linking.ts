import type { Login, LoginStep, LoginWay } from '../drivers/driver.ts'
import type { Timer } from '../lib/clock.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { EpochMs } from '../model/ids.ts'
import type { LinkedAccount } from '../model/instance.ts'
import type { InstanceRecord } from './record.ts'

/** What a watcher of a linking attempt sees; after all but `qr` nothing follows. */
export type LinkingStep =
  | { readonly kind: 'qr'; readonly value: string; readonly until: EpochMs }
  | { readonly kind: 'linked'; readonly account: LinkedAccount }
  | { readonly kind: 'alreadyLinked' }
  | { readonly kind: 'ended'; readonly fault: Fault }

export interface ShownCode {
  readonly kind: 'code'
  readonly value: string
  readonly until: EpochMs
}

type Shown = Extract<LoginStep, { kind: 'show' }>

/** One attempt to link, shared by everybody who looks at it. */
class Attempt {
  readonly way: LoginWay['way']
  readonly login: Login
  shown: Shown | undefined
  watchers = 0
  lookedAt: EpochMs
  idle: Timer | undefined
  readonly listeners = new Set<(step: LoginStep) => void>()

  constructor(way: LoginWay['way'], login: Login, now: EpochMs) {
    this.way = way
    this.login = login
    this.lookedAt = now
  }

  /** The first thing to show, or how the attempt ended. */
  first(): Promise<LoginStep> {
    if (this.shown !== undefined) return Promise.resolve(this.shown)
    return new Promise((resolve) => {
      const listener = (step: LoginStep) => {
        this.listeners.delete(listener)
        resolve(step)
      }
      this.listeners.add(listener)
    })
  }
}

/**
 * Linking a phone to one instance. An attempt runs only while somebody looks: it begins with the first question and ends when it
 * is linked, refused, or nobody has looked for a while. Memory is taken only meanwhile.
 */
export class Linking {
  readonly #record: InstanceRecord
  readonly #login: (way: LoginWay) => Login
  #attempt: Attempt | undefined

  constructor(record: InstanceRecord, login: (way: LoginWay) => Login) {
    this.#record = record
    this.#login = login
  }

  /** The QR to show now. */
  async qr(): Promise<Exclude<LinkingStep, { kind: 'linked' }>> {
    if (this.#isLinked) return { kind: 'alreadyLinked' }
    const attempt = this.#attempt ?? this.#begin({ way: 'qr' })
    attempt.lookedAt = this.#record.node.clock.now()
    if (attempt.way === 'code') {
      return { kind: 'ended', fault: fault('conflict', 'linking by phone number is under way; wait for it to end') }
    }
    const step = await attempt.first()
    if (step.kind === 'show') return { kind: 'qr', value: step.value, until: step.until }
    if (step.kind === 'done') return { kind: 'alreadyLinked' }
    return { kind: 'ended', fault: troubleOf(step) }
  }

  /** Asks the network for a code to type into this phone. Ends an attempt by QR. */
  async code(phone: string): Promise<ShownCode | Fault> {
    if (this.#isLinked) return fault('alreadyLinked', 'instance account already authorized')
    this.cancel()
    const attempt = this.#begin({ way: 'code', phone })
    const step = await attempt.first()
    if (step.kind === 'show') return { kind: 'code', value: step.value, until: step.until }
    return step.kind === 'done' ? fault('alreadyLinked', 'instance account already authorized') : troubleOf(step)
  }

  /** Everything that happens, until an end. Begins an attempt when none runs. The iteration ends after an end or the abort. */
  async *watch(signal: AbortSignal): AsyncGenerator<LinkingStep, void, undefined> {
    if (this.#isLinked) {
      yield { kind: 'alreadyLinked' }
      return
    }
    const attempt = this.#attempt ?? this.#begin({ way: 'qr' })
    attempt.watchers += 1
    const steps: LoginStep[] = attempt.shown === undefined ? [] : [attempt.shown]
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
        if (told !== undefined && told.kind !== 'qr') return
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
    this.#attempt?.login.cancel()
    this.#attempt = undefined
  }

  get #isLinked(): boolean {
    return this.#record.row.state !== 'notAuthorized'
  }

  #tell(step: LoginStep): LinkingStep | undefined {
    switch (step.kind) {
      case 'show':
        return step.what === 'qr' ? { kind: 'qr', value: step.value, until: step.until } : undefined
      case 'ask':
        return undefined
      case 'done': {
        const account = this.#record.linked
        return account === null ? { kind: 'alreadyLinked' } : { kind: 'linked', account }
      }
      case 'ended':
        return { kind: 'ended', fault: step.fault }
    }
  }

  #begin(way: LoginWay): Attempt {
    const attempt = new Attempt(way.way, this.#login(way), this.#record.node.clock.now())
    this.#attempt = attempt
    this.#watchIdle(attempt)
    void this.#follow(attempt)
    return attempt
  }

  async #follow(attempt: Attempt): Promise<void> {
    try {
      for await (const step of attempt.login.steps) {
        if (step.kind === 'show') attempt.shown = step
        const ended = step.kind === 'done' || step.kind === 'ended'
        if (ended) this.#close(attempt)
        for (const listener of [...attempt.listeners]) listener(step)
        if (ended) return
      }
    } catch (error) {
      this.#record.node.log.error({ idInstance: this.#record.id, error }, 'linking failed')
    }
    this.#close(attempt)
    const end: LoginStep = { kind: 'ended', fault: fault('linkTimeout', 'linking ended without a result; try again') }
    for (const listener of [...attempt.listeners]) listener(end)
  }

  #close(attempt: Attempt): void {
    attempt.idle?.cancel()
    if (this.#attempt === attempt) this.#attempt = undefined
  }

  /** An attempt costs the network a pending device: it ends when nobody has looked for a while, or its code's time is over. */
  #watchIdle(attempt: Attempt): void {
    const { clock, limits } = this.#record.node
    attempt.idle = clock.after(limits.loginTimeoutMs / 4, () => {
      if (this.#attempt !== attempt) return
      const shownUntil = attempt.way === 'code' ? (attempt.shown?.until ?? 0) : 0
      const endsAt = Math.max(attempt.lookedAt + limits.loginTimeoutMs, shownUntil)
      if (attempt.watchers === 0 && clock.now() >= endsAt) this.cancel()
      else this.#watchIdle(attempt)
    })
  }
}

function troubleOf(step: LoginStep): Fault {
  if (step.kind === 'ended') return step.fault
  return fault('linkCancelled', 'the phone asks for something that this way of linking cannot give')
}

/** An attempt that ended before it began. */
export function endedLogin(trouble: Fault): Login {
  return { steps: onlyEnd(trouble), answer: () => undefined, cancel: () => undefined }
}

async function* onlyEnd(trouble: Fault): AsyncGenerator<LoginStep> {
  yield await Promise.resolve({ kind: 'ended', fault: trouble })
}
