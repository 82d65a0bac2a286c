import type { EventEmitter } from 'node:events'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { RawSocket } from './engine/engine.ts'

/** So long a connection may take to open, the server to say its first word, and frames to leave of which none does. */
const LIMIT_MS = 20_000

/**
 * The limits of time of one connection; `late` is told once, and must end it. They stand in for the engine's own, which makes a timer and
 * writes down two stacks for each frame, a tenth of what a message costs, and which only gives a frame up that may still leave.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #late: (why: string) => void
  #timer: Timer | undefined
  /** Handed over, and not yet taken by the system. */
  #unwritten = 0
  /** Since when none of those was taken. */
  #since: EpochMs = 0
  #phase: 'opening' | 'open' | 'over' = 'opening'

  constructor(events: EventEmitter, raw: RawSocket, clock: Clock, late: (why: string) => void) {
    this.#clock = clock
    this.#late = late
    this.#wait('the connection did not open in time')
    events.once('open', () => {
      if (this.#phase === 'opening') this.#wait('the server did not answer in time')
    })
    events.once('message', () => this.#opened())
    events.once('close', () => this.stop())
    const send = raw.send.bind(raw)
    raw.send = (frame, done) => {
      this.#handedOver()
      send(frame, (trouble) => {
        this.#unwritten -= 1
        this.#since = clock.now()
        done(trouble)
      })
    }
  }

  stop(): void {
    this.#phase = 'over'
    this.#cancel()
  }

  #wait(why: string): void {
    this.#cancel()
    this.#timer = this.#clock.after(LIMIT_MS, () => this.#afterTheRest(() => this.#tooLate(why)))
  }

  /** A process that stood still, or a clock that was put forward, is no connection that does: what has come meanwhile is heard first. */
  #afterTheRest(work: () => void): void {
    const immediate = setImmediate(() => {
      this.#timer = undefined
      work()
    })
    this.#timer = { cancel: () => clearImmediate(immediate) }
  }

  #opened(): void {
    if (this.#phase !== 'opening') return
    this.#phase = 'open'
    this.#cancel()
    this.#look()
  }

  #cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #handedOver(): void {
    if (this.#unwritten === 0) this.#since = this.#clock.now()
    this.#unwritten += 1
    // One that runs already looks for all: a timer for each frame would be dear.
    if (this.#phase === 'open' && this.#timer === undefined) this.#look()
  }

  #look(): void {
    if (this.#unwritten === 0) return
    const leftMs = this.#since + LIMIT_MS - this.#clock.now()
    const again = () => {
      this.#timer = undefined
      this.#look()
    }
    if (leftMs > 0) this.#timer = this.#clock.after(Math.min(leftMs, LIMIT_MS), again)
    else this.#afterTheRest(() => (this.#isStuck ? this.#tooLate('nothing leaves any more') : this.#look()))
  }

  get #isStuck(): boolean {
    return this.#unwritten > 0 && this.#clock.now() - this.#since >= LIMIT_MS
  }

  #tooLate(why: string): void {
    this.stop()
    this.#late(why)
  }
}
