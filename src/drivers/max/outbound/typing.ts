import { isFault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import { TypingTurns } from '../../network/typing-turns.ts'
import type { Life } from '../life.ts'
import { TYPING } from '../wire/opcodes.ts'
import { ownIdOf } from './recipients.ts'

const SHOWN_MS = 5_000

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

/** "Typing…" and the like in chats, each until its time is over; best effort. Strangers are shown nothing. */
export class Typing {
  readonly #life: Life
  readonly #turns: TypingTurns<string | undefined>

  constructor(life: Life) {
    this.#life = life
    this.#turns = new TypingTurns({
      clock: life.host.clock,
      shownMs: SHOWN_MS,
      // There is nothing to take it back with: it goes by itself.
      tell: (chat, type) => void (type !== null && this.#tell(chat, type)),
    })
  }

  show(chat: ChatId, durationMs: number, type?: string): void {
    this.#turns.show(chat, durationMs, TYPES.get(type ?? ''))
  }

  stop(): void {
    this.#turns.stop()
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
