import type { Clock, Timer } from '../../lib/clock.ts'
import type { ChatId } from '../../model/ids.ts'

/** What is asked for while so much waits already in a chat is not shown. */
const WAITING = 10

interface Typed<State> {
  readonly state: State
  readonly durationMs: number
}

interface Shown<State> {
  timer: Timer
  /** A chat shows one thing at a time. */
  readonly next: Typed<State>[]
}

export interface TypingParts<State> {
  readonly clock: Clock
  /** Phones take it back by themselves after some seconds, so it is shown anew as often. */
  readonly shownMs: number
  /** Null: it is over. Must not throw. */
  readonly tell: (chat: ChatId, state: State | null) => void
}

/** What chats show while somebody types there, each until its time is over. */
export class TypingTurns<State> {
  readonly #parts: TypingParts<State>
  readonly #shown = new Map<ChatId, Shown<State>>()

  constructor(parts: TypingParts<State>) {
    this.#parts = parts
  }

  /** What is shown in a chat already is shown to its end first. */
  show(chat: ChatId, durationMs: number, state: State): void {
    if (!(durationMs > 0)) return
    const typed = { state, durationMs }
    const shown = this.#shown.get(chat)
    if (shown === undefined) this.#begin(chat, typed, [])
    else if (shown.next.length < WAITING) shown.next.push(typed)
  }

  /** Takes nothing back: the connection is over. */
  stop(): void {
    for (const { timer } of this.#shown.values()) timer.cancel()
    this.#shown.clear()
  }

  #begin(chat: ChatId, { state, durationMs }: Typed<State>, next: Typed<State>[]): void {
    const { clock, shownMs, tell } = this.#parts
    const until = clock.now() + durationMs
    const goOn = (): Timer => {
      tell(chat, state)
      const leftMs = until - clock.now()
      return leftMs > shownMs
        ? clock.after(shownMs, () => (shown.timer = goOn()))
        : clock.after(leftMs, () => this.#end(chat, next))
    }
    const shown: Shown<State> = { timer: goOn(), next }
    this.#shown.set(chat, shown)
  }

  #end(chat: ChatId, next: Typed<State>[]): void {
    this.#shown.delete(chat)
    const following = next.shift()
    if (following !== undefined) return this.#begin(chat, following, next)
    this.#parts.tell(chat, null)
  }
}
