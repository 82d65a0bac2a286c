import type { Form } from './api.ts'
import type { Dice } from './dice.ts'
import { deletionOf, type Send, type SendKind, type Subject } from './evidence.ts'
import { bytesOf, sha256Of, type FileServer } from './file-server.ts'

/** A message that was acknowledged, and what can still be done to it. */
export interface Sent {
  readonly id: string
  readonly chat: string
  readonly kind: SendKind
  readonly mark: string
  isGone: boolean
}

/** One call of the API, and what the clients note of it. */
export interface Act {
  readonly method: string
  readonly body: object
  /** In place of the body. */
  readonly form?: Form
  readonly chat: string
  readonly note: Pick<Send, 'kind' | 'mark' | 'target' | 'mustFail' | 'sha256'>
}

const PLAIN = { target: null, mustFail: false, sha256: null } as const

/** What a sender of an instance does next: texts mostly. */
export class Acts {
  readonly #subject: Subject
  readonly #chats: readonly string[]
  readonly #files: FileServer
  readonly #dice: Dice
  readonly #sent: Sent[] = []

  constructor(subject: Subject, chats: readonly string[], files: FileServer, dice: Dice) {
    this.#subject = subject
    this.#chats = chats
    this.#files = files
    this.#dice = dice
  }

  /** It was answered: from now on it may be edited, taken back and forwarded. */
  sent({ note: { kind, mark, mustFail }, chat }: Act, id: string): void {
    if (!mustFail && kind !== 'status') this.#sent.push({ id, chat, kind, mark, isGone: false })
  }

  /** `mark` is the name of what is to be sent. A text where the other is not possible now, or not on this messenger. */
  next(mark: string): Act {
    const chat = this.#dice.pick(this.#chats)
    const isWhatsapp = this.#subject.messenger === 'whatsapp'
    const others: readonly (() => Act | undefined)[] = [
      () => this.#location(mark, chat),
      ...twice(() => this.#upload(mark, chat)),
      ...twice(() => this.#byUrl(mark, chat)),
      ...twice(() => this.#forward(chat)),
      ...twice(() => this.#edit(mark)),
      () => this.#deletion(),
      ...(isWhatsapp ? [() => this.#poll(mark, chat), () => this.#status(mark)] : []),
    ]
    const other = this.#dice.chance(0.5) ? this.#dice.pick(others)() : undefined
    return other ?? this.#text(mark, chat)
  }

  #text(mark: string, chat: string): Act {
    return {
      method: 'sendMessage',
      body: { chatId: chat, message: mark },
      chat,
      note: { kind: 'text', mark, ...PLAIN },
    }
  }

  #poll(mark: string, chat: string): Act {
    const body = { chatId: chat, message: mark, options: [{ optionName: 'one' }, { optionName: 'two' }] }
    return { method: 'sendPoll', body, chat, note: { kind: 'poll', mark, ...PLAIN } }
  }

  #location(mark: string, chat: string): Act {
    const body = { chatId: chat, latitude: 1, longitude: 2, nameLocation: mark }
    return { method: 'sendLocation', body, chat, note: { kind: 'location', mark, ...PLAIN } }
  }

  #upload(mark: string, chat: string): Act {
    const bytes = bytesOf(mark)
    const form = {
      fields: { chatId: chat, caption: mark },
      file: { name: 'upload.txt', bytes },
      pauseMs: this.#dice.chance(0.5) ? 1 + this.#dice.below(80) : 0,
    }
    const note = { kind: 'upload', mark, ...PLAIN, sha256: sha256Of(bytes) } as const
    return { method: 'sendFileByUpload', body: {}, form, chat, note }
  }

  #byUrl(mark: string, chat: string): Act {
    const mustFail = this.#dice.chance(0.05)
    const body = { chatId: chat, urlFile: this.#files.urlOf(mark, mustFail), fileName: 'fetched.txt', caption: mark }
    const note = { kind: 'url', mark, target: null, mustFail, sha256: sha256Of(bytesOf(mark)) } as const
    return { method: 'sendFileByUrl', body, chat, note }
  }

  #status(mark: string): Act {
    return { method: 'sendTextStatus', body: { message: mark }, chat: '', note: { kind: 'status', mark, ...PLAIN } }
  }

  #forward(chat: string): Act | undefined {
    const one = this.#pick(() => true)
    if (one === undefined) return undefined
    const body = { chatId: chat, chatIdFrom: one.chat, messages: [one.id] }
    return { method: 'forwardMessages', body, chat, note: { kind: 'forward', mark: one.mark, ...PLAIN } }
  }

  #edit(mark: string): Act | undefined {
    const one = this.#pick(({ kind }) => kind === 'text' || kind === 'upload')
    if (one === undefined) return undefined
    const body = { chatId: one.chat, idMessage: one.id, message: mark }
    return { method: 'editMessage', body, chat: one.chat, note: { kind: 'edit', mark, ...PLAIN, target: one.id } }
  }

  #deletion(): Act | undefined {
    const one = this.#pick(({ isGone }) => !isGone)
    if (one === undefined) return undefined
    one.isGone = true
    const body = { chatId: one.chat, idMessage: one.id, onlySenderDelete: this.#dice.chance(0.3) }
    const note = { kind: 'deletion', mark: deletionOf(one.id), ...PLAIN, target: one.id } as const
    return { method: 'deleteMessage', body, chat: one.chat, note }
  }

  /** One of the latest that will do. */
  #pick(isMeant: (sent: Sent) => boolean): Sent | undefined {
    const some = this.#sent.slice(-40).filter(isMeant)
    return some.length === 0 ? undefined : this.#dice.pick(some)
  }
}

function twice<T>(one: T): readonly [T, T] {
  return [one, one]
}
