import type { Timer } from '../../../lib/clock.ts'
import { isFault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { Life } from '../life.ts'
import { TYPING } from '../wire/opcodes.ts'
import { ownIdOf } from './recipients.ts'

/** Phones take it back by themselves after some seconds, so it is shown anew as often. There is nothing to take it back with. */
const SHOWN_MS = 5_000
/** What is asked for while so much waits already in a chat is not shown. */
const WAITING = 10

/** The network's words for what the wire's say. Without one it is text that is typed. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['recording', 'AUDIO'],
  ['record_voice_note', 'AUDIO'],
  ['upload_voice_note', 'AUDIO'],
  ['record_video_note', 'VIDEO_MSG'],
  ['upload_video_note', 'VIDEO_MSG'],
  ['record_video', 'VIDEO'],
  ['upload_video', 'VIDEO'],
  ['upload_photo', 'PHOTO'],
  ['upload_document', 'FILE'],
  ['choose_sticker', 'STICKER'],
])

interface Typed {
  readonly type: string | undefined
  readonly durationMs: number
}

interface Shown {
  timer: Timer
  /** A chat shows one thing at a time. */
  readonly next: Typed[]
}

/** "Typing…" and the like in chats, each until its time is over; best effort. Strangers are shown nothing. */
export class Typing {
  readonly #life: Life
  readonly #shown = new Map<ChatId, Shown>()

  constructor(life: Life) {
    this.#life = life
  }

  /** What is shown in a chat already is shown to its end first. */
  show(chat: ChatId, durationMs: number, type?: string): void {
    if (!(durationMs > 0)) return
    const typed = { type: TYPES.get(type ?? ''), durationMs }
    const shown = this.#shown.get(chat)
    if (shown === undefined) this.#begin(chat, typed, [])
    else if (shown.next.length < WAITING) shown.next.push(typed)
  }

  stop(): void {
    for (const { timer } of this.#shown.values()) timer.cancel()
    this.#shown.clear()
  }

  #begin(chat: ChatId, { type, durationMs }: Typed, next: Typed[]): void {
    const { clock } = this.#life.host
    const until = clock.now() + durationMs
    const goOn = (): Timer => {
      void this.#tell(chat, type)
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
    if (following !== undefined) this.#begin(chat, following, next)
  }

  async #tell(chat: ChatId, type: string | undefined): Promise<void> {
    const { addresses, directory, connection, host } = this.#life
    try {
      const own = await ownIdOf(this.#life, chat)
      if (isFault(own)) return
      const network = await addresses.networkIdOf(own)
      // Nobody has judged yet whether one who is new may be written to.
      if ((await directory.chat(network)) !== null) await connection.ask(TYPING, network, type)
    } catch {
      host.log.debug({ idInstance: host.instance }, 'typing could not be shown')
    }
  }
}
