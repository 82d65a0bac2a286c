import type { EpochMs } from '../model/ids.ts'

interface Count {
  endsAt: EpochMs
  failures: number
}

/** A failure that was counted ahead, as what is tried is not known to be right yet. */
export interface Attempt {
  /** It was right. */
  giveBack(): void
}

/**
 * Counts failures of each name in windows of time. It holds so many names at most: when it is full, those with the fewest failures make room, so
 * that nobody who floods it with names makes it forget those that are being guessed at.
 */
export class Failures {
  readonly #limit: number
  readonly #windowMs: number
  readonly #most: number
  readonly #counts = new Map<string, Count>()

  constructor(limit: number, windowMs: number, most = 50_000) {
    this.#limit = limit
    this.#windowMs = windowMs
    this.#most = most
  }

  /** So long nothing is tried for this name any more; 0 where something may be. */
  waitMs(name: string, now: EpochMs): number {
    const count = this.#of(name, now)
    return count === undefined || count.failures < this.#limit ? 0 : count.endsAt - now
  }

  /** Counts a failure ahead: many tries at once are no more than one after the other. */
  count(name: string, now: EpochMs): Attempt {
    const count = this.#of(name, now) ?? this.#add(name, now)
    count.failures += 1
    return {
      giveBack: () => {
        count.failures -= 1
        if (count.failures <= 0 && this.#counts.get(name) === count) this.#counts.delete(name)
      },
    }
  }

  /** One that is over, or that was begun before the clock was set back, says nothing any more. */
  #of(name: string, now: EpochMs): Count | undefined {
    const count = this.#counts.get(name)
    return count === undefined || count.endsAt <= now || count.endsAt > now + this.#windowMs ? undefined : count
  }

  #add(name: string, now: EpochMs): Count {
    if (this.#counts.size >= this.#most && !this.#counts.has(name)) this.#makeRoom(now)
    const count = { endsAt: now + this.#windowMs, failures: 0 }
    this.#counts.set(name, count)
    return count
  }

  #makeRoom(now: EpochMs): void {
    for (const name of this.#counts.keys()) if (this.#of(name, now) === undefined) this.#counts.delete(name)
    // A quarter at once, so that it is not looked through for each name of a flood.
    const spare = this.#counts.size - Math.floor(this.#most * 0.75)
    if (spare <= 0) return
    const byFailures = [...this.#counts].sort(([, left], [, right]) => left.failures - right.failures)
    for (const [name] of byFailures.slice(0, spare)) this.#counts.delete(name)
  }
}
