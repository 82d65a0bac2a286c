import { STATUS_CHAT } from '../../../model/content.ts'
import type { ChatId } from '../../../model/ids.ts'
import { TypingTurns } from '../../network/typing-turns.ts'
import { isGroup } from '../jids.ts'
import type { Life } from '../life.ts'

const SHOWN_MS = 10_000

type State = 'composing' | 'recording'

/** "Typing…" and "recording…" in chats, each until its time is over; best effort. Strangers are shown nothing. */
export class Typing {
  readonly #life: Life
  readonly #turns: TypingTurns<State>

  constructor(life: Life) {
    this.#life = life
    const tell = (chat: ChatId, state: State | null) => void this.#tell(chat, state ?? 'paused')
    this.#turns = new TypingTurns({ clock: life.host.clock, shownMs: SHOWN_MS, tell })
  }

  show(chat: ChatId, durationMs: number, type?: string): void {
    if (chat !== STATUS_CHAT) this.#turns.show(chat, durationMs, type === 'recording' ? 'recording' : 'composing')
  }

  stop(): void {
    this.#turns.stop()
  }

  async #tell(chat: ChatId, state: State | 'paused'): Promise<void> {
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
