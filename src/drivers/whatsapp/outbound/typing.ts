import type { Timer } from '../../../lib/clock.ts'
import { STATUS_CHAT } from '../../../model/content.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Life } from '../life.ts'

/** Phones take it back by themselves after some seconds, so it is shown anew as often. */
const SHOWN_MS = 10_000

/** "Typing…" and "recording…" in chats, each until its time is over; best effort. */
export class Typing {
  readonly #life: Life
  readonly #shown = new Map<ChatId, Timer>()

  constructor(life: Life) {
    this.#life = life
  }

  /** What is shown in a chat already is replaced. */
  show(chat: ChatId, durationMs: number, type?: string): void {
    if (chat === STATUS_CHAT || !(durationMs > 0)) return
    const state = type === 'recording' ? 'recording' : 'composing'
    this.#goOn(chat, state, this.#life.host.clock.now() + durationMs)
  }

  /** Takes nothing back: the connection is over. */
  stop(): void {
    for (const timer of this.#shown.values()) timer.cancel()
    this.#shown.clear()
  }

  #goOn(chat: ChatId, state: string, until: number): void {
    const { clock } = this.#life.host
    this.#shown.get(chat)?.cancel()
    void this.#tell(chat, state)
    const leftMs = until - clock.now()
    const next = () => (leftMs > SHOWN_MS ? this.#goOn(chat, state, until) : this.#end(chat))
    this.#shown.set(chat, clock.after(Math.min(leftMs, SHOWN_MS), next))
  }

  #end(chat: ChatId): void {
    this.#shown.delete(chat)
    void this.#tell(chat, 'paused')
  }

  async #tell(chat: ChatId, state: string): Promise<void> {
    const { people, socket, host } = this.#life
    try {
      await socket.sendPresenceUpdate(state, await people.jidOf(chat))
    } catch {
      host.log.debug({ idInstance: host.instance }, 'typing could not be shown')
    }
  }
}
