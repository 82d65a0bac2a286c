import { fault, isFault, retryOf, type Fault } from '../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import type { OutgoingMessage } from '../../../model/message.ts'
import type { Verdict } from '../../driver.ts'
import { linkedSignal } from '../../network/linked-signal.ts'
import { isAborted, onAbort } from '../../network/on-abort.ts'
import { failed, refusedStatus, STOPPED } from '../../network/verdicts.ts'
import { nextCid } from '../cids.ts'
import { Uploads } from '../files/upload.ts'
import { keep, type Draft, type Life, type Sending, type Sent } from '../life.ts'
import { maskedTrouble } from '../masked-trouble.ts'
import { Changes } from './change-delivery.ts'
import { isChange, type Place } from './changes.ts'
import { CANNOT_SEND, composed, type Composed } from './contents.ts'
import { deliver, hasNotLeft, type Progress } from './delivery.ts'
import { referenceTo } from './forwards.ts'
import { Pacing } from './pacing.ts'
import { knownChat, ownIdOf } from './recipients.ts'
import { searchSent } from './sent-search.ts'
import { Typing } from './typing.ts'

interface Destination extends Place {
  /** Under its number it may have left before, whatever is said of this attempt: the number stays. */
  readonly isAgain?: boolean
}

/** What one life of a session sends. The verdict on a message is the network's answer, never a frame that was written. */
export class Outbound {
  readonly #life: Life
  readonly #pacing: Pacing
  readonly #uploads: Uploads
  readonly #changes: Changes
  readonly #typing: Typing
  readonly #stopped = new AbortController()
  /** Those that may be on their way, also when nobody waits for them any more. */
  readonly #onTheirWay = new Set<MessageId>()

  constructor(life: Life) {
    this.#life = life
    this.#pacing = new Pacing(life)
    this.#uploads = new Uploads(life)
    this.#changes = new Changes(life, this.#pacing)
    this.#typing = new Typing(life)
  }

  /** Never rejects. On abort: `unsure` once a frame may have left. */
  async send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const { host, ended } = this.#life
    const { signal: either, over } = linkedSignal(signal, ended, this.#stopped.signal)
    try {
      return await this.#send(id, message, either)
    } catch (error) {
      // What may fail after a message has left is heard where it fails.
      host.log.warn(
        { idInstance: host.instance, idMessage: id, error: maskedTrouble(error) },
        'a message could not be prepared',
      )
      return failed(either.aborted ? STOPPED : fault('unavailable', 'the message could not be prepared for MAX now'))
    } finally {
      over()
    }
  }

  /** `absent` for what certainly has not left. */
  async lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    try {
      return await this.#lookup(id)
    } catch (error) {
      const { host } = this.#life
      host.log.warn(
        { idInstance: host.instance, idMessage: id, error: maskedTrouble(error) },
        'a message could not be looked for',
      )
      return 'unknown'
    }
  }

  typing(chat: ChatId, durationMs: number, type?: string): void {
    if (!this.#isOver) this.#typing.show(chat, durationMs, type)
  }

  /** Nothing more is sent; what waits for its verdict is unsure. */
  stop(): void {
    this.#stopped.abort()
    this.#typing.stop()
  }

  get #isOver(): boolean {
    return this.#stopped.signal.aborted || this.#life.ended.aborted
  }

  async #send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const { content } = message
    if (CANNOT_SEND.has(content.kind)) return failed(fault('refused', `MAX has no ${content.kind}`))
    if (signal.aborted) return failed(STOPPED)
    const chat = await ownIdOf(this.#life, message.chat)
    if (isFault(chat)) return failed(chat)
    const place = { chat, network: await this.#life.addresses.networkIdOf(chat) }
    const end = isChange(content)
      ? await this.#changes.send(id, content, place, signal)
      : await this.#say(id, message, place, signal)
    if (isFault(end)) return failed(end)
    return { ok: true, at: end.at, chat: await knownChat(this.#life, chat, message.chat) }
  }

  async #say(id: MessageId, message: OutgoingMessage, place: Place, signal: AbortSignal): Promise<Sent | Fault> {
    const { end, sending } = await this.#before(id, place)
    if (end !== undefined) return end
    const reference = await referenceTo(this.#life, message)
    if (reference === null) return await this.#compose(sending ?? id, message, place, signal)
    const pointed = await this.#offer(sending ?? id, reference, place, signal)
    // Nothing has left: what may not be pointed at can be said again.
    const isRefused = isFault(pointed) && pointed.fault === 'refused'
    return isRefused ? await this.#compose(sending ?? id, message, place, signal) : pointed
  }

  /** `as`: the number under which it may have left before, otherwise the message's id. */
  async #compose(as: Sending | MessageId, { content }: OutgoingMessage, place: Place, signal: AbortSignal) {
    const made = await composed(content, { life: this.#life, uploads: this.#uploads, signal })
    if (isFault(made)) return isAborted(signal) ? STOPPED : made
    return await this.#offer(as, made, place, signal)
  }

  async #offer(as: Sending | MessageId, made: Composed, place: Place, signal: AbortSignal): Promise<Sent | Fault> {
    await this.#pacing.turn(signal)
    if (isAborted(signal)) return STOPPED
    if (typeof as !== 'string') return await this.#deliver(as, made, { ...place, isAgain: true }, signal)
    const sending = { id: as, chat: place.network, cid: await nextCid(this.#life.host) }
    // Kept before it leaves: whatever happens now, it is found again.
    await this.#life.messageIds.willSend(sending)
    return await this.#deliver(sending, made, place, signal)
  }

  /** What an earlier attempt came to: its end, or the number under which it may have left. */
  async #before(id: MessageId, place: Place): Promise<{ readonly end?: Sent | Fault; readonly sending?: Sending }> {
    const known = await this.#life.messageIds.sendingOf(id)
    if (known === null) return {}
    if (known.sent !== null) return { end: known.sent }
    const found = await searchSent(this.#life, known)
    if (found === 'absent') return { sending: known }
    if (found === 'unknown') return { end: fault('unavailable', 'MAX did not tell whether it has the message already') }
    await this.#keepSent(id, found, place)
    return { end: found }
  }

  async #deliver(sending: Sending, made: Composed, place: Destination, signal: AbortSignal): Promise<Sent | Fault> {
    const { id } = sending
    const progress: Progress = { mayHaveLeft: false }
    const stopped = onAbort(signal)
    this.#onTheirWay.add(id)
    const work = deliver(this.#life, { sending, composed: made }, signal, progress)
      .then((end) => this.#keep(id, end, place))
      .finally(() => this.#onTheirWay.delete(id))
    try {
      const end = await Promise.race([work, stopped.aborted])
      if (end !== 'aborted') return end
    } finally {
      stopped.off()
    }
    if (!progress.mayHaveLeft) return await work
    // Whoever sent it hears that it is unsure; what is heard of it yet settles it.
    void work.then((end) => this.#judgedLate(id, end, place))
    return fault('unconfirmed', 'stopped before MAX answered')
  }

  /** What the network said is kept before anybody is told; where that fails, the message is found again when it is asked about. */
  async #keep(id: MessageId, end: Sent | Fault, place: Destination): Promise<Sent | Fault> {
    if (!isFault(end)) await this.#keepSent(id, end, place)
    else if (hasNotLeft(end) && place.isAgain !== true)
      await this.#kept(id, (draft) => this.#life.messageIds.didNotSend(id, draft))
    return end
  }

  async #keepSent(id: MessageId, sent: Sent, { network }: Place): Promise<void> {
    const { messageIds, directory } = this.#life
    await this.#kept(id, async (draft) => {
      await messageIds.didSend(id, sent, draft)
      const at = (await directory.chat(network))?.at ?? 0
      if (sent.at > at) await directory.noteChange(network, { at: sent.at }, draft)
    })
  }

  async #judgedLate(id: MessageId, end: Sent | Fault, { chat }: Place): Promise<void> {
    const about = { kind: 'status', id, chat } as const
    await this.#kept(id, (draft) => {
      if (!isFault(end)) draft.events.push({ ...about, status: 'sent', at: end.at })
      else if (retryOf(end) === 'never')
        draft.events.push({ ...about, ...refusedStatus(end), at: this.#life.host.clock.now() })
      return Promise.resolve()
    })
  }

  /** Commits what is put into the draft; that it could not be kept is logged. */
  async #kept(id: MessageId, put: (draft: Draft) => Promise<void>): Promise<void> {
    const { host } = this.#life
    try {
      await keep(this.#life, put)
    } catch (error) {
      const fields = { idInstance: host.instance, idMessage: id, error: maskedTrouble(error) }
      host.log.warn(fields, 'what became of a message could not be stored')
    }
  }

  async #lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    const changed = await this.#changes.lookup(id)
    if (changed !== 'absent') return changed
    const known = await this.#life.messageIds.sendingOf(id)
    if (known === null) return this.#onTheirWay.has(id) ? 'unknown' : 'absent'
    if (known.sent !== null) return 'sent'
    if (this.#isOver) return 'unknown'
    const found = await searchSent(this.#life, known)
    if (found === 'unknown') return 'unknown'
    if (found === 'absent') return this.#onTheirWay.has(id) ? 'unknown' : 'absent'
    await this.#keepSent(id, found, { chat: await this.#life.addresses.chatIdOf(known.chat), network: known.chat })
    return 'sent'
  }
}
