import type { Clock, Timer } from '../../lib/clock.ts'

/** So often whoever listens is asked for again. */
const BEAT_MS = 15_000
const MOST_STREAMS = 10

/** What a stream of events is about to be opened for. */
export interface Listener {
  readonly person: string
  /** Whether he may listen still. */
  readonly mayGoOn: () => Promise<boolean>
  readonly end: () => void
}

/**
 * Streams of events of the simulated network that people have open: so many at most, as all of them share the connections to it, and no longer
 * than they may look at it.
 */
export class SimulatorStreams {
  readonly #clock: Pick<Clock, 'after'>
  readonly #open = new Map<string, number>()

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  /** Until the function is called that it gives; undefined where a person has as many as he may have. */
  begin({ person, mayGoOn, end }: Listener): (() => void) | undefined {
    const others = this.#open.get(person) ?? 0
    if (others >= MOST_STREAMS) return undefined
    this.#open.set(person, others + 1)
    let isOver = false
    let timer: Timer
    const beat = (): Timer =>
      this.#clock.after(BEAT_MS, () => {
        const asked = mayGoOn().catch(() => false)
        void asked.then((isGood) => {
          if (isOver) return
          if (isGood) timer = beat()
          else end()
        })
      })
    timer = beat()
    return () => {
      isOver = true
      timer.cancel()
      const left = (this.#open.get(person) ?? 1) - 1
      if (left === 0) this.#open.delete(person)
      else this.#open.set(person, left)
    }
  }
}
