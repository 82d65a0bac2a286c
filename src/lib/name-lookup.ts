import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import type { Clock } from './clock.ts'
import { Recent } from './recent.ts'

/** All addresses of a name, or why there are none. */
export type Resolved = (error: Error | null, addresses: readonly LookupAddress[]) => void
export type ResolveName = (name: string, done: Resolved) => void

/** The machine resolves on four threads, which all of the process shares. */
const QUICK_AT_ONCE = 3
const SLOW_AT_ONCE = 1
const SLOW_MS = 1000
const SLOW_NAMES = 4096

function resolveBySystem(name: string, done: Resolved): void {
  systemLookup(name, { all: true }, done)
}

/**
 * Resolves names so that one whose name server is dead does not hold up the others: whoever asks for a name that is being
 * looked up shares the answer, few look-ups run at once, and names that were slow the last time have one place of their own.
 */
export class NameLookup {
  readonly #clock: Clock
  readonly #resolve: ResolveName
  /** Who waits for which name, running or queued. */
  readonly #asked = new Map<string, Resolved[]>()
  readonly #slow = new Recent<string, boolean>(SLOW_NAMES)
  readonly #queued = { quick: [] as string[], slow: [] as string[] }
  readonly #running = { quick: 0, slow: 0 }

  constructor(clock: Clock, resolve: ResolveName = resolveBySystem) {
    this.#clock = clock
    this.#resolve = resolve
  }

  resolve(name: string, done: Resolved): void {
    const others = this.#asked.get(name)
    if (others !== undefined) {
      others.push(done)
      return
    }
    this.#asked.set(name, [done])
    this.#queued[this.#slow.get(name) === true ? 'slow' : 'quick'].push(name)
    this.#start()
  }

  #start(): void {
    while (this.#running.slow < SLOW_AT_ONCE && this.#queued.slow.length > 0) this.#run('slow')
    while (this.#running.quick < QUICK_AT_ONCE && this.#queued.quick.length > 0) this.#run('quick')
  }

  #run(lane: 'quick' | 'slow'): void {
    const name = this.#queued[lane].shift()
    if (name === undefined) return
    const began = this.#clock.now()
    this.#running[lane] += 1
    this.#resolve(name, (error, addresses) => {
      this.#running[lane] -= 1
      this.#slow.set(name, this.#clock.now() - began > SLOW_MS)
      const waiting = this.#asked.get(name) ?? []
      this.#asked.delete(name)
      this.#start()
      for (const done of waiting) done(error, addresses)
    })
  }
}
