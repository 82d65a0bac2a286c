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
