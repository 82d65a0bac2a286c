import { fault, type Fault } from '../../model/fault.ts'
import { fileOf } from '../../model/content-file.ts'
import type { FileSource } from '../../model/content.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import { isContent, type Content } from '../../simulator/contents.ts'
import type { FromNetwork } from '../../simulator/protocol.ts'
import type { SessionHost, Verdict } from '../driver.ts'
import type { ChatIds } from './ids.ts'
import type { Link } from './link.ts'
import { contentFor } from './outgoing.ts'
import { Questions } from './questions.ts'
import { Transfers } from './transfers.ts'

type Found = 'sent' | 'absent' | 'unknown'
type Answer = Extract<FromNetwork, { t: 'accepted' | 'rejected' | 'found' | 'answer' | 'unanswered' }>

const LOOKUP_MS = 10_000
/** The longest word for what is shown while typing, UTF-16 code units. */
const TYPING_LENGTH = 64

interface Waiting<T> {
  readonly id: string
  readonly resolve: (value: T) => void
}

/** What this side began on one open channel and what waits for the network's word: sends, look-ups, questions, files. */
export class Outbound {
  readonly #host: SessionHost
  readonly #link: Link
  readonly #ids: ChatIds
  readonly #channel: number
  #sends: Waiting<Verdict>[] = []
  #lookups: Waiting<Found>[] = []
  #questions: Questions | null = null
  #transfers: Transfers | null = null
  #isLost = false

  constructor(host: SessionHost, link: Link, ids: ChatIds, channel: number) {
    this.#host = host
    this.#link = link
    this.#ids = ids
    this.#channel = channel
  }

  get questions(): Questions {
    const { clock, log } = this.#host
    this.#questions ??= new Questions(this.#channel, (message) => this.#link.send(message), clock, log)
    return this.#questions
  }

  get transfers(): Transfers {
    this.#transfers ??= new Transfers(this.#link.files, (file) => this.#host.file(file), this.#host.log)
    return this.#transfers
  }

  /** The file of a message is with the network before the message leaves; trouble with it leaves nothing behind. */
  async send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const content = contentFor(this.#ids, message.content)
    if (!isContent(content)) return failed(fault('refused', 'the network takes no such message'))
    const carried = fileOf(message.content)
    const trouble = carried && (await this.#bring(carried.file, signal))
    if (trouble !== undefined) return failed(trouble)
    if (this.#isLost || signal.aborted) return failed(fault('notConnected', 'stopped before the message was sent'))
    return await this.#offer(id, message, content, signal)
  }

  typing(chat: ChatId, durationMs: number, type?: string): void {
    const named = type !== undefined && type.length <= TYPING_LENGTH && { type }
    const ms = Math.max(0, Math.round(durationMs))
    const to = this.#ids.addressOf(chat)
    this.#link.send({ t: 'typing', channel: this.#channel, to, durationMs: ms, ...named })
  }

  lookup(id: MessageId): Promise<Found> {
    return new Promise((resolve) => {
      const waiting: Waiting<Found> = {
        id,
        resolve: (found) => {
          timer.cancel()
          this.#lookups = this.#lookups.filter((one) => one !== waiting)
          resolve(found)
        },
      }
      const timer = this.#host.clock.after(LOOKUP_MS, () => waiting.resolve('unknown'))
      this.#lookups.push(waiting)
      this.#link.send({ t: 'lookup', channel: this.#channel, id })
    })
  }

  answered(answer: Answer): void {
    switch (answer.t) {
      case 'accepted':
        return this.#judged(answer.id, { ok: true, at: answer.at })
      case 'rejected':
        return this.#judged(answer.id, failed(fault(answer.fault, answer.message)))
      case 'found': {
        const found = answer.sent ? 'sent' : 'absent'
        for (const one of this.#lookups.filter(({ id }) => id === answer.id)) one.resolve(found)
        return
      }
      case 'answer':
      case 'unanswered':
        return this.#questions?.answered(answer)
      default:
        return answer satisfies never
    }
  }

  #judged(id: string, verdict: Verdict): void {
    this.#sends.find((one) => one.id === id)?.resolve(verdict)
  }

  /** The channel is gone: what was written may have arrived. */
  lost(): void {
    this.#isLost = true
    for (const one of this.#sends)
      one.resolve(failed(fault('unconfirmed', 'the connection ended before the network answered')))
    for (const one of this.#lookups) one.resolve('unknown')
    this.#questions?.end()
    this.#transfers?.end()
  }

  async #bring(file: FileSource, signal: AbortSignal): Promise<Fault | undefined> {
    switch (file.at) {
      case 'here':
        return await this.transfers.upload(file, signal)
      case 'url':
        return fault('refused', 'the file was not fetched')
      case 'nowhere':
        return fault('fileGone', 'the file is not there any more')
      default:
        return file satisfies never
    }
  }

  #offer(id: MessageId, message: OutgoingMessage, content: Content, signal: AbortSignal): Promise<Verdict> {
    const { chat, audience = [] } = message
    const toSome = audience.length > 0 && { audience: audience.map((one) => this.#ids.addressOf(one)) }
    return new Promise((resolve) => {
      const aborted = () => waiting.resolve(failed(fault('unconfirmed', 'stopped before the network answered')))
      const waiting: Waiting<Verdict> = {
        id,
        resolve: (verdict) => {
          signal.removeEventListener('abort', aborted)
          this.#sends = this.#sends.filter((one) => one !== waiting)
          resolve(verdict)
        },
      }
      this.#sends.push(waiting)
      signal.addEventListener('abort', aborted, { once: true })
      const to = this.#ids.addressOf(chat)
      this.#link.send({ t: 'send', channel: this.#channel, id, to, content, ...toSome })
    })
  }
}

export function failed(trouble: Fault): Verdict {
  return { ok: false, fault: trouble }
}
