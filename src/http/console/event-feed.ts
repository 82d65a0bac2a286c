import type { Clock } from '../../lib/clock.ts'
import type { InstanceGlance, InstanceNews } from './instance-watch.ts'

/** A browser that was cut off comes back after so long. */
const RETRY_MS = 2000

/** What one listener is still to hear: of each instance the newest alone, however slowly he takes it. */
export class EventFeed {
  readonly #clock: Pick<Clock, 'after'>
  readonly #beatMs: number
  readonly #changed = new Map<number, InstanceGlance>()
  readonly #removed = new Set<number>()
  #wake: (() => void) | undefined
  #isOver = false

  constructor(clock: Pick<Clock, 'after'>, beatMs: number) {
    this.#clock = clock
    this.#beatMs = beatMs
  }

  add({ changed, removed }: InstanceNews): void {
    for (const glance of changed) {
      this.#removed.delete(glance.idInstance)
      this.#changed.set(glance.idInstance, glance)
    }
    for (const id of removed) {
      this.#changed.delete(id)
      this.#removed.add(id)
    }
    this.#wake?.()
  }

  /** Nobody listens any more. */
  end(): void {
    this.#isOver = true
    this.#wake?.()
  }

  /** The stream's text. `mayGoOn` is asked with every beat; it ends where that says no. */
  async *pieces(mayGoOn: () => Promise<boolean>): AsyncGenerator<string> {
    yield `retry: ${String(RETRY_MS)}\n\n`
    let beat = this.#beat()
    try {
      for (;;) {
        const isQuiet = this.#changed.size === 0 && this.#removed.size === 0 && !beat.isDue
        if (isQuiet && !this.#isOver) await this.#news()
        if (this.#isOver) return
        if (beat.isDue) {
          if (!(await mayGoOn())) return
          beat = this.#beat()
          // An event and no comment: a page sees these alone, and tells by them a stream that is quiet from one that is dead.
          yield 'event: heartbeat\ndata: 0\n\n'
        }
        const text = this.#take()
        if (text !== '') yield text
      }
    } finally {
      beat.cancel()
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  #beat(): { isDue: boolean; cancel: () => void } {
    const beat = { isDue: false, cancel: () => timer.cancel() }
    const timer = this.#clock.after(this.#beatMs, () => {
      beat.isDue = true
      this.#wake?.()
    })
    return beat
  }

  #take(): string {
    const changed = [...this.#changed.values()]
    const removed = [...this.#removed]
    this.#changed.clear()
    this.#removed.clear()
    return eventText('instance', changed) + eventText('removed', removed)
  }
}

/** JSON has no line breaks of its own, so that nothing of it can end an event. */
function eventText(name: string, items: readonly unknown[]): string {
  return items.length === 0 ? '' : `event: ${name}\ndata: ${JSON.stringify(items)}\n\n`
}
