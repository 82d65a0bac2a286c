import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import type { Timer } from '../../../lib/clock.ts'
import { Serial } from '../../../lib/serial.ts'
import type { EpochMs, MessageId } from '../../../model/ids.ts'
import type { BinaryNode } from '../engine/engine.ts'
import { isPerson, STATUSES_JID } from '../jids.ts'
import { newDraft, type Draft } from '../life.ts'
import { envelopeOf } from './envelope.ts'
import { aliasesOf, partiesOf } from './parties.ts'
import type { Envelope, InboundParts } from './reading.ts'

/** A message that can't be read yet: JSON in the note `undecrypted|<chat>|<id>`. */
const Pending = Type.Object({
  id: Type.String(),
  chat: Type.String(),
  chatAlt: Type.String(),
  author: Type.String(),
  authorAlt: Type.String(),
  authorName: Type.String(),
  fromMe: Type.Boolean(),
  at: Type.Number(),
  failures: Type.Number(),
  /** When it first could not be read. */
  since: Type.Number(),
})
type Pending = Static<typeof Pending>
const pending = Compile(Pending)

const PREFIX = 'undecrypted|'
/** As often the engine asks for it again. */
const MOST_FAILURES = 5
const LONGEST_WAIT_MS = 15 * 60_000
const NOTE_KEPT_MS = 7 * 86_400_000
/** Of one commit; the others follow at once. */
const MOST_AT_ONCE = 200
/** The next look at what is pending after a marker could not be stored. */
const AGAIN_MS = 30_000

/** What the engine's library says of a message whose key was used: it was read before, and came again. */
const READ_BEFORE = ['Key used already or never filled', 'Received message with old counter']

type Parts = Pick<InboundParts, 'host' | 'store' | 'people' | 'directory' | 'tally'>

/**
 * Messages that could not be decrypted. The sender's phone is asked for each again; one that stays unreadable is told as such, once, and
 * gives way to the message itself should it be read later.
 */
export class Undecrypted {
  readonly #parts: Parts
  readonly #pending = new Map<string, Pending>()
  readonly #told = new WeakSet<BinaryNode>()
  readonly #serial = new Serial()
  #timer: Timer | undefined
  #isStopped = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Takes up what an earlier life left. */
  async start(): Promise<void> {
    for (const [name, kept] of await this.#parts.store.readAll(PREFIX)) {
      const one = checkedJson(pending, kept)
      if (one !== null && !this.#pending.has(name)) this.#pending.set(name, one)
    }
    this.#wait()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  /**
   * A stanza could not be decrypted; `known` when it was read before and needs no other try. To be called outside of its transaction;
   * rejects when that could not be kept.
   */
  async failed(stanza: BinaryNode, error: unknown): Promise<'known' | 'missing'> {
    if (isRepeat(error)) return 'known'
    // It may hold a group's key and a message; both are one failure.
    if (this.#isStopped || this.#told.has(stanza) || stanza.attrs['category'] === 'peer') return 'missing'
    this.#told.add(stanza)
    this.#parts.tally?.count('unread')
    return await this.#serial.run(() => this.#count(stanza))
  }

  /** It could be read after all. */
  read(envelope: Envelope, draft: Draft): void {
    if (this.#pending.size === 0) return
    const name = nameOf(envelope)
    if (this.#pending.delete(name)) draft.secrets.set(name, null)
    if (this.#pending.size === 0) this.#timer?.cancel()
  }

  async #count(stanza: BinaryNode): Promise<'known' | 'missing'> {
    const { host, people, store } = this.#parts
    const now = host.clock.now()
    const envelope = envelopeOf(stanza, people, now)
    if (envelope === null) return 'missing'
    const name = nameOf(envelope)
    const before = this.#pending.get(name)
    const told = before === undefined ? await this.#inJournal(envelope) : null
    if (told !== null) return told
    const { id, chat, chatAlt, author, authorAlt, authorName, fromMe, at } = envelope
    const around = { id, chat, chatAlt, author, authorAlt, authorName, fromMe, at }
    const one: Pending = before ?? { ...around, failures: 0, since: now }
    one.failures += 1
    this.#pending.set(name, one)
    if (one.failures >= MOST_FAILURES) {
      await this.#tell([name])
      return 'missing'
    }
    const value = Buffer.from(JSON.stringify(one))
    await store.commit({ notes: new Map([[name, { value, until: now + NOTE_KEPT_MS }]]) })
    this.#wait()
    return 'missing'
  }

  /** What the journal has is no news: it was read, or it was told that it can't be; then another try may still bring it. */
  async #inJournal({ id, chat, chatAlt }: Envelope): Promise<'known' | 'missing' | null> {
    const { host, people } = this.#parts
    const name = await people.chatOf(chat, chatAlt)
    for (const one of [name, ...(await aliasesOf(this.#parts, { chat, chatAlt }, name))]) {
      const found = await host.message(one, id)
      if (found !== null) return found.content.kind === 'unreadable' ? 'missing' : 'known'
    }
    return null
  }

  /** One timer for all, only while any is pending. */
  #wait(delayMs = this.#untilNextMs()): void {
    this.#timer?.cancel()
    if (this.#isStopped || this.#pending.size === 0) return
    this.#timer = this.#parts.host.clock.after(delayMs, () => void this.#serial.run(() => this.#tellDue()))
  }

  #untilNextMs(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { since } of this.#pending.values()) first = Math.min(first, since)
    return Math.max(0, first + LONGEST_WAIT_MS - this.#parts.host.clock.now())
  }

  async #tellDue(): Promise<void> {
    if (this.#isStopped) return
    const before: EpochMs = this.#parts.host.clock.now() - LONGEST_WAIT_MS
    const due = [...this.#pending].filter(([, { since }]) => since <= before).slice(0, MOST_AT_ONCE)
    try {
      await this.#tell(due.map(([name]) => name))
      this.#wait()
    } catch {
      this.#wait(AGAIN_MS)
    }
  }

  async #tell(names: readonly string[]): Promise<void> {
    const draft = newDraft()
    for (const name of names) {
      const one = this.#pending.get(name)
      if (one === undefined) continue
      draft.secrets.set(name, null)
      const envelope = { ...one, id: one.id as MessageId }
      if ((await this.#inJournal(envelope)) === null) await this.#mark(envelope, draft)
    }
    if (draft.secrets.size === 0) return
    await this.#parts.store.commit(draft)
    for (const name of names) this.#pending.delete(name)
    for (const { kind } of draft.events) if (kind === 'message') this.#parts.tally?.count('unreadable')
    this.#parts.host.log.info({ count: draft.events.length }, 'messages could not be decrypted')
  }

  async #mark(envelope: Envelope, draft: Draft): Promise<void> {
    const { id, fromMe, at, chat, author } = envelope
    const parties = await partiesOf(this.#parts, envelope, draft)
    const content = { kind: 'unreadable', why: 'undecrypted' } as const
    const message = { id, direction: fromMe ? 'out' : 'in', ...parties, at, content } as const
    const aliases = await aliasesOf(this.#parts, envelope, parties.chat.id)
    draft.events.push({ kind: 'message', message, ...(aliases.length > 0 && { aliases }) })
    const participant = !isPerson(chat) && !fromMe && { participant: author }
    if (chat !== STATUSES_JID) await this.#parts.directory.noteMessage(chat, { id, fromMe, ...participant, at }, draft)
  }
}

function isRepeat(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error)
  return READ_BEFORE.some((text) => message.includes(text))
}

function nameOf({ chat, id }: Envelope): string {
  return `${PREFIX}${chat}|${id}`
}
