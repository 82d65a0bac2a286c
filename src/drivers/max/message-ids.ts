import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../lib/checked-json.ts'
import type { Clock } from '../../lib/clock.ts'
import { Recent } from '../../lib/recent.ts'
import type { EpochMs, MessageId } from '../../model/ids.ts'
import { LASTING, type Note, type SessionHost } from '../driver.ts'
import type { Addresses, Draft, MessageIds, Sending, Sent } from './life.ts'

interface Parts {
  readonly host: Pick<SessionHost, 'secret' | 'secrets' | 'commit'> & { readonly clock: Clock }
  readonly addresses: Pick<Addresses, 'chatIdOf'>
}

const DAY_MS = 86_400_000
/** So long a message of ours may be quoted, edited, taken back or reacted to by the id that we gave it. */
const KEPT_MS = 180 * DAY_MS
/** So long it may be read. */
const READ_KEPT_MS = 60 * DAY_MS
/** Pairs of ids, and chats, that a session holds in memory. */
const CACHED = 256
/** Longer ids are nobody's. */
const DIGITS = /^\d{1,19}$/

/** These outlive a link: who links the same account again must neither send what left before nor take it for somebody else's. */
const SENT = (id: string) => `${LASTING}sent|${id}`
const OURS = (network: string) => `${LASTING}ours|${network}`
/** Attempts whose verdict is open. */
const OPEN = `${LASTING}open|`
const UNREAD = (chat: string) => `unread|${chat}|`

const Kept = Type.Object({
  c: Type.String(),
  i: Type.Number(),
  m: Type.Optional(Type.String()),
  t: Type.Optional(Type.Number()),
})
const kept = Compile(Kept)

export function openMessageIds(parts: Parts): MessageIds {
  return new KeptMessageIds(parts)
}

/**
 * Notes: `sent|<our id>` has chat, `cid` and what the network made of it; `ours|<network's id>` leads back; `open|<cid>` is there until the
 * verdict is. `unread|<chat>|<network's id>` is there until somebody has read it, and goes with the link.
 */
class KeptMessageIds implements MessageIds {
  readonly #host: Parts['host']
  readonly #addresses: Parts['addresses']
  /** Of the network's to what we call it. */
  readonly #names = new Recent<string, MessageId>(CACHED)
  /** Up to when others have read, in this life: the mark may come before the commit of what it is about. */
  readonly #marks = new Recent<string, EpochMs>(CACHED)
  #open: Promise<Map<string, MessageId>> | undefined

  constructor({ host, addresses }: Parts) {
    this.#host = host
    this.#addresses = addresses
  }

  async networkIdOf(id: MessageId): Promise<string | null> {
    const sending = await this.sendingOf(id)
    if (sending !== null) return sending.sent?.message ?? null
    return DIGITS.test(id) ? id : null
  }

  async idOf(network: string): Promise<MessageId> {
    const known = this.#names.get(network)
    if (known !== undefined) return known
    const ours = await this.#host.secret(OURS(network))
    const id = (ours === null ? network : text(ours)) as MessageId
    // It may have become ours while it was looked up.
    const meanwhile = this.#names.get(network)
    if (meanwhile !== undefined) return meanwhile
    this.#names.set(network, id)
    return id
  }

  async willSend({ id, chat, cid }: Sending): Promise<void> {
    const open = await this.#attempts()
    const notes = new Map([
      [SENT(id), this.#note(JSON.stringify({ c: chat, i: cid }))],
      [`${OPEN}${String(cid)}`, this.#note(id)],
    ])
    await this.#host.commit({ notes })
    open.set(String(cid), id)
  }

  async sendingOf(id: MessageId): Promise<(Sending & { readonly sent: Sent | null }) | null> {
    const read = checkedJson(kept, await this.#host.secret(SENT(id)))
    if (read === null) return null
    const { c: chat, i: cid, m: message, t: at } = read
    return { id, chat, cid, sent: message === undefined || at === undefined ? null : { message, at } }
  }

  async recognise(cid: string | undefined, chat: string, sent: Sent, draft: Draft): Promise<MessageId | null> {
    const id = cid === undefined ? undefined : (await this.#attempts()).get(cid)
    if (id === undefined) return null
    const sending = await this.sendingOf(id)
    // One that makes a group had no chat when it left.
    if (sending === null || (sending.chat !== '' && sending.chat !== chat)) return null
    await this.#keep({ ...sending, chat }, sent, draft)
    return id
  }

  async didSend(id: MessageId, sent: Sent, draft: Draft): Promise<void> {
    const sending = await this.sendingOf(id)
    await this.#keep(sending ?? { id, chat: '', cid: 0 }, sent, draft)
  }

  async didNotSend(id: MessageId, draft: Draft): Promise<void> {
    const sending = await this.sendingOf(id)
    if (sending?.sent !== null) return
    draft.secrets.set(SENT(id), null)
    draft.secrets.set(`${OPEN}${String(sending.cid)}`, null)
    ;(await this.#attempts()).delete(String(sending.cid))
  }

  sentElsewhere(chat: string, sent: Sent, draft: Draft): void {
    this.#keepUnread(chat, sent, sent.message as MessageId, draft)
  }

  async wasRead(chat: string, upTo: EpochMs, draft: Draft): Promise<void> {
    this.#marks.set(chat, Math.max(upTo, this.#marks.get(chat) ?? 0))
    const unread = await this.#host.secrets(UNREAD(chat))
    if (unread.size === 0) return
    const chatId = await this.#addresses.chatIdOf(chat)
    for (const [name, value] of unread) {
      const [at = '', id = ''] = text(value).split(' ')
      if (Number(at) > upTo || draft.secrets.get(name) === null) continue
      draft.secrets.set(name, null)
      draft.events.push({ kind: 'status', id: id as MessageId, chat: chatId, status: 'read', at: this.#now() })
    }
  }

  async #keep({ id, chat, cid }: Sending, sent: Sent, draft: Draft): Promise<void> {
    draft.notes.set(SENT(id), this.#note(JSON.stringify({ c: chat, i: cid, m: sent.message, t: sent.at })))
    draft.notes.set(OURS(sent.message), this.#note(id))
    draft.secrets.set(`${OPEN}${String(cid)}`, null)
    this.#names.set(sent.message, id)
    ;(await this.#attempts()).delete(String(cid))
    if (chat === '') return
    if (sent.at > (this.#marks.get(chat) ?? 0)) {
      this.#keepUnread(chat, sent, id, draft)
      return
    }
    const chatId = await this.#addresses.chatIdOf(chat)
    draft.events.push({ kind: 'status', id, chat: chatId, status: 'read', at: this.#now() })
  }

  #keepUnread(chat: string, { message, at }: Sent, id: MessageId, draft: Draft): void {
    const value = Buffer.from(`${String(at)} ${id}`)
    draft.notes.set(`${UNREAD(chat)}${message}`, { value, until: this.#now() + READ_KEPT_MS })
  }

  #attempts(): Promise<Map<string, MessageId>> {
    this.#open ??= this.#host
      .secrets(OPEN)
      .then((open) => new Map([...open].map(([name, id]) => [name.slice(OPEN.length), text(id) as MessageId])))
    return this.#open
  }

  #note(value: string): Note {
    return { value: Buffer.from(value), until: this.#now() + KEPT_MS }
  }

  #now(): EpochMs {
    return this.#host.clock.now()
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
