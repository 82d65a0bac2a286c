import type { Content, ContentKind } from '../../../model/content.ts'
import { isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import type { OutgoingMessage } from '../../../model/message.ts'
import type { Verdict } from '../../driver.ts'
import { maskedTrouble } from '../engine/log.ts'
import { isPerson } from '../jids.ts'
import { newDraft, type Draft, type Life } from '../life.ts'
import type { Limits } from '../limits.ts'
import { linkedSignal } from '../../network/linked-signal.ts'
import { isAborted } from '../../network/on-abort.ts'
import { failed, refusedStatus, STOPPED } from '../../network/verdicts.ts'
import { pollNote, pollNoteName } from '../poll-note.ts'
import type { Standing } from '../standing.ts'
import { within } from '../../network/within.ts'
import { Acks, type Judged } from './acks.ts'
import { countFirstContact, firstContactTrouble } from './budgets.ts'
import { Composer, type Composed } from './composer.ts'
import { contentTrouble } from './contents/contents.ts'
import { deleteForMe } from './delete-for-me.ts'
import { MissedDevices } from './missed-devices.ts'
import { personTrouble, recipientsOf, type Recipients } from './recipients.ts'
import { CLOSED, troubleOf } from './refusals.ts'
import { relay } from './relay.ts'
import { mayHaveLeft, noteSent } from './sent-messages.ts'
import { Typing } from './typing.ts'

export type OutboundOptions = Pick<Limits, 'firstContactsPerDay' | 'sendsButtons'>

interface Sending {
  readonly id: MessageId
  readonly message: OutgoingMessage
  readonly to: Recipients
  readonly composed: Composed
}

/** What one life of a session sends. The verdict on a message is the server's ack, never a frame that was written. */
export class Outbound {
  readonly #life: Life
  readonly #options: OutboundOptions
  readonly #acks: Acks
  readonly #missed: MissedDevices
  readonly #composer: Composer
  readonly #standing: Standing
  readonly #typing: Typing
  readonly #stopped = new AbortController()
  /** Stopped, or the life is over. */
  readonly #over: AbortSignal
  /** Those that are being written, also when nobody waits for it any more: they may leave yet. */
  readonly #writing = new Set<MessageId>()

  constructor(life: Life, standing: Standing, options: OutboundOptions) {
    this.#life = life
    this.#over = linkedSignal(this.#stopped.signal, life.ended).signal
    this.#options = options
    this.#missed = new MissedDevices(life)
    this.#acks = new Acks(life.socket, life.host.clock, ({ id, jid }, hash) => this.#missed.look(id, jid, hash))
    this.#composer = new Composer(life, options)
    this.#standing = standing
    this.#typing = new Typing(life)
  }

  /** Never rejects. On abort: `unsure` once a frame may have left. */
  async send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const known = this.#acks.judged(id)
    if (known !== undefined) return known.verdict
    const { signal: either, over } = linkedSignal(signal, this.#over)
    try {
      return await this.#send(id, message, either)
    } catch (error) {
      const { host } = this.#life
      host.log.warn(
        { idInstance: host.instance, idMessage: id, error: maskedTrouble(error) },
        'a message could not be prepared',
      )
      return failed(either.aborted ? STOPPED : troubleOf(error, ''))
    } finally {
      over()
    }
  }

  /** `absent` for what has certainly not left through this link. */
  async lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    const coming = this.#acks.judged(id) === undefined ? this.#acks.onItsWay(id) : undefined
    if (coming !== undefined) await within(this.#life, coming.forMs, coming.heard)
    if (this.#acks.judged(id)?.verdict.ok === true) return 'sent'
    if (this.#over.aborted || this.#writing.has(id)) return 'unknown'
    try {
      return (await mayHaveLeft(this.#life.store, id)) ? 'unknown' : 'absent'
    } catch {
      return 'unknown'
    }
  }

  typing(chat: ChatId, durationMs: number, type?: string): void {
    if (!this.#stopped.signal.aborted) this.#typing.show(chat, durationMs, type)
  }

  /** Nothing more is sent; what waits for its verdict is unsure. */
  stop(): void {
    this.#stopped.abort()
    this.#typing.stop()
    this.#acks.stop()
  }

  async #send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict> {
    const { content } = message
    const to = await this.#recipients(message)
    if (isFault(to)) return failed(to)
    if (isAborted(signal)) return failed(STOPPED)
    if (content.kind === 'deletion' && !content.forEveryone) return await deleteForMe(this.#life, content, to)
    const nobody = isPerson(to.jid) ? await this.#personTrouble(id, to) : undefined
    if (nobody !== undefined || isAborted(signal)) return failed(nobody ?? STOPPED)
    const composed = await this.#composer.compose(id, content, to, signal)
    if (isFault(composed)) return failed(isAborted(signal) ? STOPPED : composed)
    const draft = await this.#draftOf({ id, message, to, composed })
    return isAborted(signal) ? failed(STOPPED) : await this.#offer({ id, message, to, composed }, draft, signal)
  }

  /** Nothing has been asked over the network of anybody who may not be written to. */
  async #recipients(message: OutgoingMessage): Promise<Recipients | Fault> {
    const unsendable = contentTrouble(message.content)
    if (unsendable !== undefined) return unsendable
    const to = await recipientsOf(this.#life, message)
    if (isFault(to) || !to.isFirstContact) return to
    const closed = await this.#standing.trouble()
    return closed ?? (await firstContactTrouble(this.#life, to.jid, this.#options.firstContactsPerDay)) ?? to
  }

  #personTrouble(id: MessageId, to: Recipients): Promise<Fault | undefined> {
    const found = (devices: readonly string[]) => this.#missed.writtenFor(id, devices)
    return personTrouble(this.#life, to, this.#options.firstContactsPerDay, found)
  }

  /** What is kept before the frame leaves. */
  async #draftOf({ id, message: { content }, to, composed }: Sending): Promise<Draft> {
    const life = this.#life
    const draft = newDraft()
    if (to.isFirstContact) await countFirstContact(life, to.jid, this.#options.firstContactsPerDay, draft)
    noteSent(life, id, to.jid, composed.message, draft)
    if (content.kind === 'poll') {
      const { question, options, multipleAnswers } = content
      const secret = Buffer.from(composed.message.messageContextInfo?.messageSecret ?? []).toString('base64')
      const creators = [life.own.pn, life.own.lid].filter((name) => name !== '')
      const poll = { question, options: [...options], multipleAnswers, creators, secret }
      draft.notes.set(pollNoteName(id), pollNote(poll, life.host.clock.now()))
    }
    if (!to.isFirstContact) await this.#noteInChat(id, content, to, draft)
    return draft
  }

  async #offer(sending: Sending, draft: Draft, signal: AbortSignal): Promise<Verdict> {
    const { id, to, composed } = sending
    const late = (judged: Judged) => void this.#judgedLate(sending, judged)
    this.#writing.add(id)
    const ready = { id, to, composed, draft, written: () => void this.#writing.delete(id) }
    const judged = await relay(this.#life, this.#acks, ready, signal, late)
    const kept = newDraft()
    try {
      await this.#learn(sending, judged, kept)
      if (kept.secrets.size > 0) await this.#life.store.commit(kept)
    } catch (error) {
      this.#couldNotKeep(id, error)
    }
    return judged.verdict
  }

  /** Whoever sent it has heard that it is unsure; this settles it. */
  async #judgedLate(sending: Sending, judged: Judged): Promise<void> {
    const { id, message } = sending
    const { verdict } = judged
    const kept = newDraft()
    const about = { kind: 'status', id, chat: message.chat } as const
    if (verdict.ok) kept.events.push({ ...about, status: 'sent', at: verdict.at })
    else kept.events.push({ ...about, ...refusedStatus(verdict.fault), at: this.#life.host.clock.now() })
    try {
      await this.#learn(sending, judged, kept)
      await this.#life.store.commit(kept)
    } catch (error) {
      this.#couldNotKeep(id, error)
    }
  }

  /** What a verdict tells beyond itself. */
  async #learn({ id, message, to }: Sending, { verdict, code }: Judged, draft: Draft): Promise<void> {
    if (code === CLOSED) await this.#standing.closed()
    if (verdict.ok && to.isFirstContact) await this.#noteInChat(id, message.content, to, draft)
    // What is kept of the group is no longer so.
    if (!verdict.ok && verdict.fault.fault === 'notInGroup')
      await this.#life.directory.noteGroup(to.jid, () => null, draft)
  }

  async #noteInChat(id: MessageId, content: Content, to: Recipients, draft: Draft): Promise<void> {
    if (to.readers !== undefined || CHANGES.has(content.kind)) return
    const { directory, host } = this.#life
    await directory.noteMessage(to.jid, { id, fromMe: true, at: host.clock.now() }, draft)
  }

  #couldNotKeep(id: MessageId, error: unknown): void {
    const { log, instance } = this.#life.host
    log.warn(
      { idInstance: instance, idMessage: id, error: maskedTrouble(error) },
      'what became of a message could not be stored',
    )
  }
}

/** What is about another message and none itself. */
const CHANGES: ReadonlySet<ContentKind> = new Set<ContentKind>(['edit', 'deletion', 'reaction'])
