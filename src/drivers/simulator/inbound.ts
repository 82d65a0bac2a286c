import { backoffMs } from '../../lib/backoff.ts'
import type { Timer } from '../../lib/clock.ts'
import type { Pushed } from '../../simulator/protocol.ts'
import type { SessionEvent, SessionHost } from '../driver.ts'
import type { Reader } from './incoming.ts'

const AGAIN = { firstMs: 200, longestMs: 30_000 }
/** Events of one commit, and ids of one acknowledgement. */
const MOST_AT_ONCE = 200

interface Arrived {
  /** The push to acknowledge; null for what the network does not wait for. */
  readonly push: number | null
  readonly event: SessionEvent
}

/**
 * What came on one channel, in order: committed, then acknowledged. What arrives together is committed together. A host that
 * can't commit is asked again with back-off; nothing behind the refused events passes them.
 */
export class Inbound {
  readonly #host: SessionHost
  readonly #reader: Reader
  readonly #acknowledge: (pushes: number[]) => void
  #arrived: Arrived[] = []
  #running: Promise<void> | null = null
  #stopped = false
  #last: (() => void) | null = null
  #wake: (() => void) | null = null

  constructor(host: SessionHost, reader: Reader, acknowledge: (pushes: number[]) => void) {
    this.#host = host
    this.#reader = reader
    this.#acknowledge = acknowledge
  }

  push(id: number, pushed: Pushed): void {
    if (this.#last === null) this.#add({ push: id, event: this.#reader.event(pushed) })
  }

  /** The last thing: when everything before it and the event itself are committed, `done` is called. */
  end(event: SessionEvent | null, done: () => void): void {
    if (this.#last !== null || this.#stopped) return
    this.#last = done
    if (event !== null) this.#add({ push: null, event })
    else this.#start()
  }

  /** Resolves when no commit is under way; none begins after this, and nothing is acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#arrived = []
    this.#wake?.()
    await this.#running
  }

  #add(arrived: Arrived): void {
    if (this.#stopped) return
    this.#arrived.push(arrived)
    this.#start()
  }

  #start(): void {
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    // A verdict that came in the same frame is heard by its sender first.
    await nextTurn()
    for (let failures = 0; this.#arrived.length > 0 && !this.#stopped;) {
      const batch = this.#arrived.slice(0, MOST_AT_ONCE)
      try {
        await this.#host.commit({ events: batch.map(({ event }) => event) })
      } catch (error) {
        const fields = { error: String(error), count: batch.length }
        this.#host.log.warn(fields, 'what the network brought was not stored; again soon')
        await this.#rest(++failures)
        continue
      }
      failures = 0
      this.#committed(batch)
    }
    this.#running = null
    if (!this.#stopped) this.#last?.()
  }

  #committed(batch: readonly Arrived[]): void {
    if (this.#stopped) return
    this.#arrived.splice(0, batch.length)
    const pushes: number[] = []
    for (const { push } of batch) if (push !== null) pushes.push(push)
    if (pushes.length > 0) this.#acknowledge(pushes)
  }

  async #rest(failures: number): Promise<void> {
    const { clock, random } = this.#host
    let timer: Timer | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = clock.after(backoffMs(AGAIN, failures, random), resolve)
    })
    timer?.cancel()
    this.#wake = null
  }
}

let turn: Promise<void> | null = null

/** The event loop's next turn; one promise for all channels that a frame has woken. */
function nextTurn(): Promise<void> {
  turn ??= new Promise((resolve) =>
    setImmediate(() => {
      turn = null
      resolve()
    }),
  )
  return turn
}
