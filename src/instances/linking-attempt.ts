import type { Login, LoginStep, LoginWay } from '../drivers/driver.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { EpochMs } from '../model/ids.ts'

type Shown = Extract<LoginStep, { kind: 'show' }>
type Asked = Extract<LoginStep, { kind: 'ask' }>

export interface Ok {
  readonly ok: true
}

/** One attempt to link, shared by everybody who looks at it. */
export class LinkingAttempt {
  readonly way: LoginWay
  readonly login: Login
  readonly begunAt: EpochMs
  /** What is to be shown, or what is asked; never both. */
  shown: Shown | undefined
  asked: Asked | undefined
  /** How it ended. */
  end: LoginStep | undefined
  watchers = 0
  lookedAt: EpochMs
  /** It lives at least until then, whether or not somebody looks. */
  aliveUntil: EpochMs = 0
  idle: Timer | undefined
  readonly listeners = new Set<(step: LoginStep) => void>()

  constructor(way: LoginWay, login: Login, now: EpochMs) {
    this.way = way
    this.login = login
    this.begunAt = now
    this.lookedAt = now
  }

  /** Remembers a step and tells it to everybody who looks. */
  step(step: LoginStep): void {
    this.shown = step.kind === 'show' ? step : undefined
    this.asked = step.kind === 'ask' ? step : undefined
    if (step.kind === 'done' || step.kind === 'ended') this.end = step
    for (const listener of [...this.listeners]) listener(step)
  }

  /** Where it stands now: what is shown or asked, or how it ended. */
  get now(): LoginStep | undefined {
    return this.end ?? this.asked ?? this.shown
  }

  /** The first thing to show or to ask, or how the attempt ended. */
  first(): Promise<LoginStep> {
    return this.now === undefined ? this.next() : Promise.resolve(this.now)
  }

  /** What comes next. */
  next(): Promise<LoginStep> {
    return new Promise((resolve) => {
      const listener = (step: LoginStep) => {
        this.listeners.delete(listener)
        resolve(step)
      }
      this.listeners.add(listener)
    })
  }

  /** Gives the answer and waits for what the network says to it, for so long at most. */
  answer(value: string, clock: Clock, withinMs: number): Promise<Ok | Fault> {
    return new Promise((resolve) => {
      const timer = clock.after(withinMs, () => {
        this.listeners.delete(listener)
        resolve(fault('unavailable', 'timeout'))
      })
      const listener = (step: LoginStep) => {
        timer.cancel()
        this.listeners.delete(listener)
        resolve(verdictOf(step))
      }
      this.listeners.add(listener)
      this.login.answer(value)
    })
  }
}

function verdictOf(step: LoginStep): Ok | Fault {
  if (step.kind === 'ended') return step.fault
  return (step.kind === 'ask' ? step.trouble : undefined) ?? { ok: true }
}

/** An attempt that ended before it began. */
export function endedLogin(trouble: Fault): Login {
  return { steps: onlyEnd(trouble), answer: () => undefined, cancel: () => undefined }
}

async function* onlyEnd(trouble: Fault): AsyncGenerator<LoginStep> {
  yield await Promise.resolve({ kind: 'ended', fault: trouble })
}
