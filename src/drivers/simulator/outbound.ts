import { fault, type Fault } from '../../model/fault.ts'
import type { MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import {
  isContent,
  type Content as NetworkContent,
  type FromNetwork,
  type ToNetwork,
} from '../../simulator/protocol.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Verdict } from '../driver.ts'
import { addressOf } from './ids.ts'

type Found = 'sent' | 'absent' | 'unknown'
type Answer = Extract<FromNetwork, { t: 'accepted' | 'rejected' | 'found' }>

const LOOKUP_MS = 10_000

interface Waiting<T> {
  readonly id: string
  readonly resolve: (value: T) => void
}

/** Sends and look-ups on one channel that wait for the network's word. */
export class Outbound {
  readonly #channel: number
  readonly #write: (message: ToNetwork) => void
  #sends: Waiting<Verdict>[] = []
  #lookups: Waiting<Found>[] = []

  constructor(channel: number, write: (message: ToNetwork) => void) {
    this.#channel = channel
    this.#write = write
  }

  send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const content = contentFor(message)
    if (!isContent(content)) return Promise.resolve(failed(fault('refused', 'the network takes no such message')))
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
      this.#write({ t: 'send', channel: this.#channel, id, to: addressOf(message.chat), content })
    })
  }

  lookup(id: MessageId, clock: Clock): Promise<Found> {
    return new Promise((resolve) => {
      const waiting: Waiting<Found> = {
        id,
        resolve: (found) => {
          timer.cancel()
          this.#lookups = this.#lookups.filter((one) => one !== waiting)
          resolve(found)
        },
      }
      const timer = clock.after(LOOKUP_MS, () => waiting.resolve('unknown'))
      this.#lookups.push(waiting)
      this.#write({ t: 'lookup', channel: this.#channel, id })
    })
  }

  answered(answer: Answer): void {
    if (answer.t === 'found') {
      for (const one of this.#lookups.filter(({ id }) => id === answer.id)) one.resolve(answer.sent ? 'sent' : 'absent')
      return
    }
    const verdict: Verdict =
      answer.t === 'accepted' ? { ok: true, at: answer.at } : failed(fault(answer.fault, answer.message))
    this.#sends.find(({ id }) => id === answer.id)?.resolve(verdict)
  }

  /** The channel is gone: what was written may have arrived. */
  lost(): void {
    for (const one of this.#sends)
      one.resolve(failed(fault('unconfirmed', 'the connection ended before the network answered')))
    for (const one of this.#lookups) one.resolve('unknown')
  }
}

export function failed(trouble: Fault): Verdict {
  return { ok: false, fault: trouble }
}

function contentFor({ content }: OutgoingMessage): NetworkContent {
  const { kind, text, preview, quote, forwardingScore } = content
  return {
    ...{ kind, text },
    ...(preview === undefined ? {} : { preview: { ...preview } }),
    ...(quote === undefined
      ? {}
      : { quote: { id: quote.id, participant: addressOf(quote.participant), text: quote.text } }),
    ...(forwardingScore === undefined ? {} : { forwardingScore }),
  }
}
