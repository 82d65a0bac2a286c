import { type Clock, systemClock, type Timer } from './clock.ts'

interface Alarm {
  readonly at: number
  readonly ring: () => void
}

/**
 * A clock for tests: it runs as the machine's does, and can skip ahead, which rings what falls due on the way, in order. One that stands at a
 * moment goes on by skips alone; what is to ring after a while does so all the same.
 */
export class SkippingClock implements Clock {
  readonly #alarms = new Set<Alarm>()
  readonly #standsAt: number | undefined
  #skippedMs = 0

  constructor(standsAt?: number) {
    this.#standsAt = standsAt
  }

  now(): number {
    return (this.#standsAt ?? systemClock.now()) + this.#skippedMs
  }

  get alarmCount(): number {
    return this.#alarms.size
  }

  /** When the first of all alarms is to ring. */
  get nextAt(): number | undefined {
    return [...this.#alarms].map(({ at }) => at).sort((a, b) => a - b)[0]
  }

  after(delayMs: number, callback: () => void): Timer {
    const real = systemClock.after(delayMs, () => alarm.ring())
    const cancel = () => {
      real.cancel()
      this.#alarms.delete(alarm)
    }
    const alarm: Alarm = {
      at: this.now() + delayMs,
      ring: () => {
        cancel()
        callback()
      },
    }
    this.#alarms.add(alarm)
    return { cancel }
  }

  skip(ms: number): void {
    const until = this.now() + ms
    for (;;) {
      const next = [...this.#alarms].sort((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > until) break
      this.#skippedMs += Math.max(0, next.at - this.now())
      next.ring()
    }
    this.#skippedMs += Math.max(0, until - this.now())
  }
}
