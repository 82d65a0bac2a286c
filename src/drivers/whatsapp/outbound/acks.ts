import { Recent } from '../../../lib/recent.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { EpochMs, MessageId } from '../../../model/ids.ts'
import type { Verdict } from '../../driver.ts'
import type { BinaryNode, EngineSocket } from '../engine/engine.ts'
import { refusalOf } from './refusals.ts'

const ACK = 'CB:ack,class:message'
const RECEIPT = 'CB:receipt'
/** So many verdicts are remembered, and so many messages without one. */
const REMEMBERED = 200
/** An ack or a receipt may be on its way for so long after a message was given up. */
const ON_ITS_WAY_MS = 1_000

/** What the server said of a message; `code` where it refused. */
export interface Judged {
  readonly verdict: Verdict
  readonly code?: string
}

/** A message that waits for its verdict, and who is told when that comes after it was given up. */
export interface Awaited {
  readonly id: MessageId
  readonly jid: string
  readonly late: (judged: Judged) => void
}

/** Told of an ack that says which devices there are: the message was not written for all of them. */
type OthersThere = (awaited: Awaited, hash: string) => void

/** Given up, and how long it may be on its way; `heard` when something came. */
interface Late extends Awaited {
  readonly until: EpochMs
  readonly heard: Promise<void>
  readonly hear: () => void
}

/** The server's word on what was sent: its acks, by the ids of messages. */
export class Acks {
  readonly #socket: EngineSocket
  readonly #clock: Pick<Clock, 'now'>
  readonly #othersThere: OthersThere
  readonly #waiting = new Map<string, Awaited & { readonly resolve: (judged: Judged) => void }>()
  /** Given up, oldest first. */
  readonly #late = new Map<string, Late>()
  readonly #judged = new Recent<string, Judged>(REMEMBERED)
  readonly #ack = (node: BinaryNode) => this.#acked(node)
  readonly #receipt = (node: BinaryNode) => this.#received(node)

  constructor(socket: EngineSocket, clock: Pick<Clock, 'now'>, othersThere: OthersThere) {
    this.#socket = socket
    this.#clock = clock
    this.#othersThere = othersThere
    // Before the engine's own, which acts on refusals.
    socket.ws.prependListener(ACK, this.#ack)
    socket.ws.prependListener(RECEIPT, this.#receipt)
  }

  /** Told once, when the ack comes; to be asked for before the message is written. */
  wait(awaited: Awaited): Promise<Judged> {
    this.#late.delete(awaited.id)
    return new Promise((resolve) => this.#waiting.set(awaited.id, { ...awaited, resolve }))
  }

  /** Nobody waits any longer. An ack that still comes is late; where nothing has left there will be none. */
  giveUp(id: MessageId, mayComeLate: boolean): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    if (!mayComeLate) return
    const [oldest] = this.#late.keys()
    if (this.#late.size >= REMEMBERED && oldest !== undefined) this.#late.delete(oldest)
    let hear: () => void = () => undefined
    const heard = new Promise<void>((resolve) => (hear = resolve))
    this.#late.set(id, { ...waiting, until: this.#clock.now() + ON_ITS_WAY_MS, heard, hear })
  }

  /** What a look-up waits for, that comes right after a message was given up: undefined where that was long ago. */
  onItsWay(id: MessageId): { readonly forMs: number; readonly heard: Promise<void> } | undefined {
    const late = this.#late.get(id)
    const forMs = late === undefined ? 0 : late.until - this.#clock.now()
    return late === undefined || forMs <= 0 ? undefined : { forMs: Math.min(forMs, ON_ITS_WAY_MS), heard: late.heard }
  }

  /** What was said lately of a message. */
  judged(id: MessageId): Judged | undefined {
    return this.#judged.get(id)
  }

  stop(): void {
    this.#socket.ws.off(ACK, this.#ack)
    this.#socket.ws.off(RECEIPT, this.#receipt)
    this.#late.clear()
  }

  #acked({ attrs }: BinaryNode): void {
    const { id = '', t, error, phash = '' } = attrs
    const waiting = this.#waiting.get(id)
    const late = this.#late.get(id)
    const awaited = waiting ?? late
    if (awaited === undefined) return
    this.#waiting.delete(id)
    this.#late.delete(id)
    const judged = this.#judge(awaited, t, error)
    if (judged.verdict.ok) this.#judged.set(id, judged)
    if (judged.verdict.ok && phash !== '') this.#othersThere(awaited, phash)
    late?.hear()
    if (waiting === undefined) awaited.late(judged)
    else waiting.resolve(judged)
  }

  #judge({ jid }: Awaited, t: string | undefined, error: string | undefined): Judged {
    const seconds = Number(t)
    const at = seconds > 0 ? seconds * 1000 : this.#clock.now()
    return error === undefined || error === ''
      ? { verdict: { ok: true, at } }
      : { verdict: { ok: false, fault: refusalOf(error, jid) }, code: error }
  }

  /** Whoever tells that it came, or that it couldn't be read, tells that it was sent. What the receipt says is told elsewhere. */
  #received({ attrs, content }: BinaryNode): void {
    if (this.#late.size === 0 && this.#waiting.size === 0) return
    const list = Array.isArray(content) ? content.find(({ tag }) => tag === 'list')?.content : undefined
    const more = Array.isArray(list) ? list.map((item) => item.attrs['id'] ?? '') : []
    for (const id of [attrs['id'] ?? '', ...more]) {
      const late = this.#late.get(id)
      if (late === undefined && !this.#waiting.has(id)) continue
      this.#judged.set(id, { verdict: { ok: true, at: this.#clock.now() } })
      late?.hear()
    }
  }
}
