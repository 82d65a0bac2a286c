import type { Timer } from '../../../lib/clock.ts'
import { STATUS_CHAT } from '../../../model/content.ts'
import type { ChatId } from '../../../model/ids.ts'
import { isGroup } from '../jids.ts'
import type { Life } from '../life.ts'

/** Phones take it back by themselves after some seconds, so it is shown anew as often. */
const SHOWN_MS = 10_000
/** What is asked for while so much waits already in a chat is not shown. */
const WAITING = 10

interface Typed {
  readonly state: 'composing' | 'recording'
  readonly durationMs: number
}

interface Shown {
  timer: Timer
  /** A chat shows one thing at a time. */
  readonly next: Typed[]
}

/** "Typing…" and "recording…" in chats, each until its time is over; best effort. Strangers are shown nothing. */
export class Typing {
  readonly #life: Life
  readonly #shown = new Map<ChatId, Shown>()

  constructor(life: Life) {
    this.#life = life
  }

  /** What is shown in a chat already is shown to its end first. */
  show(chat: ChatId, durationMs: number, type?: string): void {
    if (chat === STATUS_CHAT || !(durationMs > 0)) return
    const typed: Typed = { state: type === 'recording' ? 'recording' : 'composing', durationMs }
    const shown = this.#shown.get(chat)
    if (shown === undefined) this.#begin(chat, typed, [])
    else if (shown.next.length < WAITING) shown.next.push(typed)
  }

  /** Takes nothing back: the connection is over. */
  stop(): void {
    for (const { timer } of this.#shown.values()) timer.cancel()
    this.#shown.clear()
  }

  #begin(chat: ChatId, { state, durationMs }: Typed, next: Typed[]): void {
    const { clock } = this.#life.host
    const until = clock.now() + durationMs
    const goOn = (): Timer => {
      void this.#tell(chat, state)
      const leftMs = until - clock.now()
      return leftMs > SHOWN_MS
        ? clock.after(SHOWN_MS, () => (shown.timer = goOn()))
        : clock.after(leftMs, () => this.#end(chat, next))
    }
    const shown: Shown = { timer: goOn(), next }
    this.#shown.set(chat, shown)
  }

  #end(chat: ChatId, next: Typed[]): void {
    this.#shown.delete(chat)
    const following = next.shift()
    if (following !== undefined) return this.#begin(chat, following, next)
    void this.#tell(chat, 'paused')
  }

  async #tell(chat: ChatId, state: string): Promise<void> {
    const { people, directory, socket, host } = this.#life
    try {
      const jid = await people.jidOf(chat)
      // Nobody has judged yet whether one who is new may be written to.
      if (!isGroup(jid) && !people.isOwn(jid) && (await directory.chat(jid)) === null) return
      await socket.sendPresenceUpdate(state, jid)
    } catch {
      host.log.debug({ idInstance: host.instance }, 'typing could not be shown')
    }
  }
}
