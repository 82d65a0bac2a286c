import { Recent } from '../../lib/recent.ts'

/** What the engine wants of a cache. */
export interface EngineCache {
  get(key: string): unknown
  set(key: string, value: unknown): void
  del(key: string): void
  flushAll(): void
}

const GONE = Symbol('gone')

/** Bounded and without timers: the engine's own run one each, for each socket, and look through everything every few minutes. */
export class SmallCache implements EngineCache {
  /** Most sessions never need one. */
  #held: Recent<string, unknown> | undefined
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string): unknown {
    const value = this.#held?.get(key)
    return value === GONE ? undefined : value
  }

  set(key: string, value: unknown): void {
    this.#held ??= new Recent(this.#limit)
    this.#held.set(key, value)
  }

  del(key: string): void {
    this.#held?.set(key, GONE)
  }

  flushAll(): void {
    this.#held = undefined
  }
}

/** A `SmallCache` whose entries are over after a time, which is looked at when they are asked for. */
export class LastingCache implements EngineCache {
  readonly #held: SmallCache
  readonly #lastsMs: number
  readonly #now: () => number

  constructor(limit: number, lastsMs: number, now: () => number) {
    this.#held = new SmallCache(limit)
    this.#lastsMs = lastsMs
    this.#now = now
  }

  get(key: string): unknown {
    const entry = this.#held.get(key)
    return entry instanceof Entry && entry.until > this.#now() ? entry.value : undefined
  }

  set(key: string, value: unknown): void {
    this.#held.set(key, new Entry(value, this.#now() + this.#lastsMs))
  }

  del(key: string): void {
    this.#held.del(key)
  }

  flushAll(): void {
    this.#held.flushAll()
  }
}

class Entry {
  readonly value: unknown
  readonly until: number

  constructor(value: unknown, until: number) {
    this.value = value
    this.until = until
  }
}
