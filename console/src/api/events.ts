import { useEffect, useRef, useState } from 'react'
import { addressOf, ask } from './client.ts'
import { nothing } from './read.ts'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** The server says something every 15 s; a stream that is quieter than this is dead, whatever the browser thinks of it. */
const SILENCE_MS = 40_000

export type LiveState = 'connecting' | 'open' | 'waiting'

export interface LiveEvents {
  /** Below /api/console; null: no stream. */
  readonly path: string | null
  /** By the event's name; the data is what JSON.parse made of it. */
  readonly on: Readonly<Record<string, (data: unknown) => void>>
  /** After a stream was opened again: what happened in between is unknown, so fetch anew. */
  readonly onReopen?: () => void
}

/** Server-sent events as long as the page is shown; a stream that ends is opened again with growing pauses. */
export function useLiveEvents(events: LiveEvents): LiveState {
  const [state, setState] = useState<LiveState>('connecting')
  const current = useRef(events)
  useEffect(() => {
    current.current = events
  })
  const { path } = events
  const names = Object.keys(events.on).sort().join(' ')
  useEffect(() => {
    if (path === null) return
    const stream = new LiveStream(addressOf(path), names.split(' '), {
      onEvent: (name, data) => current.current.on[name]?.(data),
      onReopen: () => current.current.onReopen?.(),
      onState: setState,
    })
    return () => stream.close()
  }, [path, names])
  return state
}

interface Listener {
  readonly onEvent: (name: string, data: unknown) => void
  readonly onReopen: () => void
  readonly onState: (state: LiveState) => void
}

/** EventSource gives up for good after an answer like a proxy's 502: this one starts over itself. */
class LiveStream {
  readonly #address: string
  readonly #names: readonly string[]
  readonly #listener: Listener
  #source: EventSource | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #waitMs = FIRST_WAIT_MS
  #wasOpen = false
  #isClosed = false

  constructor(address: string, names: readonly string[], listener: Listener) {
    this.#address = address
    this.#names = names
    this.#listener = listener
    this.#open()
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #open(): void {
    this.#listener.onState('connecting')
    const source = new EventSource(this.#address)
    this.#source = source
    source.onopen = () => this.#opened()
    source.onerror = () => this.#again()
    for (const name of [...this.#names, 'heartbeat']) {
      source.addEventListener(name, (event: MessageEvent<unknown>) => this.#heard(name, event.data))
    }
    this.#watch()
  }

  #opened(): void {
    this.#waitMs = FIRST_WAIT_MS
    this.#listener.onState('open')
    if (this.#wasOpen) this.#listener.onReopen()
    this.#wasOpen = true
    this.#watch()
  }

  #heard(name: string, data: unknown): void {
    this.#watch()
    if (name === 'heartbeat' || typeof data !== 'string') return
    try {
      this.#listener.onEvent(name, JSON.parse(data))
    } catch {
      // Not from this server: nothing to show.
    }
  }

  #watch(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#again(), SILENCE_MS)
  }

  #again(): void {
    this.#stop()
    this.#listener.onState('waiting')
    // Spread, so that the pages of a server that comes back do not all ask in the same moment.
    const waitMs = this.#waitMs * (0.5 + Math.random())
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS)
    this.#timer = setTimeout(() => void this.#reopen(), waitMs)
  }

  /** A stream does not say why it ended. If it was the session, asking for it leads to the sign-in. */
  async #reopen(): Promise<void> {
    await ask({ path: '/session', read: nothing }).catch(() => undefined)
    if (!this.#isClosed) this.#open()
  }
}
