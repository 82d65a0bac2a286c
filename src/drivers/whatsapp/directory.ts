import type { Clock } from '../../lib/clock.ts'
import { Recent } from '../../lib/recent.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { RecordKind } from '../network/record-kind.ts'
import { CHATS, CONTACTS, GROUPS } from './directory-records.ts'
import type { GroupMetadata } from './engine/engine.ts'
import { isGroup, isNumber, plainJid } from './jids.ts'
import type { ChatRecord, ContactRecord, Directory, Draft, People, SessionStore } from './life.ts'

interface Parts {
  readonly store: SessionStore
  readonly people: People
  readonly clock: Clock
  /** Asks the network; rejects or answers nothing when it doesn't tell. */
  readonly askGroup: (jid: string) => Promise<GroupMetadata | undefined>
}

/** Records of one sort that a session holds in memory. */
const CACHED = 128
const UNREAD_KEPT = 100
/** A name that is longer is cut: it is somebody else's to choose. */
const NAME_LENGTH = 256
/** Who asks for a group waits so long; the question itself goes on. */
const ASK_MS = 3_000
/** A group of which the network told nothing is not asked for again so soon. */
const ASK_AGAIN_MS = 300_000

export function openDirectory(parts: Parts): Directory {
  return new KeptDirectory(parts)
}

class KeptDirectory implements Directory {
  readonly #clock: Clock
  readonly #ask: (jid: string) => Promise<GroupMetadata | undefined>
  readonly #contacts: Records<ContactRecord>
  readonly #chats: Records<ChatRecord>
  readonly #groups: Records<GroupMetadata>
  readonly #store: SessionStore
  /** Questions under way, and the times before which nobody asks again. */
  readonly #asking = new Map<string, Promise<GroupMetadata | null>>()
  readonly #notBefore = new Recent<string, EpochMs>(CACHED)

  constructor({ store, people, clock, askGroup }: Parts) {
    this.#clock = clock
    this.#ask = askGroup
    this.#store = store
    this.#contacts = new Records(CONTACTS, store, people)
    this.#chats = new Records(CHATS, store, people)
    this.#groups = new Records(GROUPS, store, people)
  }

  contact(jid: string): Promise<ContactRecord | null> {
    return this.#contacts.get(jid)
  }

  contacts(): Promise<ReadonlyMap<string, ContactRecord>> {
    return this.#contacts.all()
  }

  chat(jid: string): Promise<ChatRecord | null> {
    return this.#chats.get(jid)
  }

  chats(): Promise<ReadonlyMap<string, ChatRecord>> {
    return this.#chats.all()
  }

  async group(jid: string): Promise<GroupMetadata | null> {
    const plain = plainJid(jid)
    if (!isGroup(plain)) return null
    const kept = await this.#groups.get(plain)
    if (kept !== null) return kept
    if ((this.#notBefore.get(plain) ?? 0) > this.#clock.now()) return null
    const asked = this.#asking.get(plain) ?? this.#askFor(plain)
    return await this.#inTime(asked)
  }

  async noteMessage(jid: string, message: Parameters<Directory['noteMessage']>[1], draft: Draft): Promise<void> {
    const kept = (await this.#chats.get(jid)) ?? newChat()
    const { id, fromMe, participant, at } = message
    const who = participant !== undefined && { participant }
    const change: Partial<ChatRecord> = at >= kept.at ? { at, last: { id, fromMe, ...who, at } } : {}
    if (!fromMe && !kept.unread.some((one) => one.id === id)) {
      change.unread = [...kept.unread, { id, ...who }].slice(-UNREAD_KEPT)
      change.unreadCount = Math.max(0, kept.unreadCount) + 1
    }
    await this.#chats.set(jid, { ...kept, ...change }, draft)
  }

  async noteRead(jid: string, draft: Draft): Promise<void> {
    const kept = await this.#chats.get(jid)
    if (kept === null || (kept.unread.length === 0 && kept.unreadCount === 0)) return
    await this.#chats.set(jid, { ...kept, unread: [], unreadCount: 0 }, draft)
  }

  async noteName(jid: string, name: string, draft: Draft): Promise<void> {
    if (name.trim() !== '') await this.noteContact(jid, { name }, draft)
  }

  async noteContact(jid: string, change: Partial<ContactRecord>, draft: Draft): Promise<void> {
    const kept = (await this.#contacts.get(jid)) ?? {}
    const next: ContactRecord = { ...kept, ...change }
    if (next.name !== undefined) next.name = next.name.slice(0, NAME_LENGTH)
    if (next.contactName !== undefined) next.contactName = next.contactName.slice(0, NAME_LENGTH)
    const isSame =
      next.name === kept.name && next.contactName === kept.contactName && next.isBusiness === kept.isBusiness
    if (!isSame) await this.#contacts.set(jid, next, draft)
  }

  async noteChat(jid: string, change: Partial<ChatRecord>, draft: Draft): Promise<void> {
    const kept = await this.#chats.get(jid)
    const next = { ...(kept ?? newChat()), ...change }
    if (kept === null || JSON.stringify(next) !== JSON.stringify({ ...newChat(), ...kept }))
      await this.#chats.set(jid, next, draft)
  }

  async noteGroup(
    jid: string,
    change: (kept: GroupMetadata | null) => GroupMetadata | null,
    draft: Draft,
  ): Promise<void> {
    const kept = await this.#groups.get(jid)
    const next = change(kept)
    if (next === kept) return
    if (next !== null) await this.#groups.set(jid, next, draft)
    else this.#forgetGroup(jid, draft)
  }

  async doubtGroup(jid: string, draft: Draft): Promise<void> {
    if ((await this.#groups.get(jid)) !== null) this.#groups.doubt(jid, draft)
  }

  #forgetGroup(jid: string, draft: Draft): void {
    this.#groups.forget(jid, draft)
    this.#notBefore.set(plainJid(jid), 0)
  }

  #askFor(jid: string): Promise<GroupMetadata | null> {
    const asked = this.#keepAnswer(jid).finally(() => this.#asking.delete(jid))
    this.#asking.set(jid, asked)
    return asked
  }

  async #keepAnswer(jid: string): Promise<GroupMetadata | null> {
    const answer = await this.#ask(jid).catch(() => undefined)
    const group = GROUPS.read(answer)
    if (group === null) {
      this.#notBefore.set(jid, this.#clock.now() + ASK_AGAIN_MS)
      return null
    }
    const secrets = new Map<string, Uint8Array | null>()
    await this.#groups.set(jid, group, { secrets, notes: new Map(), events: [] })
    // Not waited for: who asks may be inside the transaction that this commit has to wait for.
    this.#store.commit({ secrets }).catch(() => undefined)
    return group
  }

  /** Somebody who asks inside a transaction must not hold up everything while the network is silent. */
  #inTime(asked: Promise<GroupMetadata | null>): Promise<GroupMetadata | null> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ASK_MS, () => resolve(null))
      void asked.then((group) => {
        timer.cancel()
        resolve(group)
      })
    })
  }
}

/** A person's record is kept under the number where that is known, and found under either name. */
class Records<T extends object> {
  readonly #kind: RecordKind<T>
  readonly #store: SessionStore
  readonly #people: People
  /** Null: there is none. */
  readonly #known = new Recent<string, { readonly value: T | null }>(CACHED)

  constructor(kind: RecordKind<T>, store: SessionStore, people: People) {
    this.#kind = kind
    this.#store = store
    this.#people = people
  }

  async get(jid: string): Promise<T | null> {
    for (const name of await this.#names(jid)) {
      const found = await this.#under(name)
      if (found !== null) return found
    }
    return null
  }

  async all(): Promise<ReadonlyMap<string, T>> {
    const all = new Map<string, T>()
    const { prefix } = this.#kind
    for (const [name, bytes] of await this.#store.readAll(prefix)) {
      const jid = name.slice(prefix.length)
      const value = this.#known.get(jid)?.value ?? this.#kind.decode(bytes)
      if (value !== null) all.set(jid, value)
    }
    return all
  }

  async set(jid: string, value: T, draft: Draft): Promise<void> {
    const [first, second] = await this.#names(jid)
    if (first === undefined) return
    if (second !== undefined && (await this.#under(second)) !== null) this.#write(second, null, draft)
    this.#write(first, value, draft)
  }

  forget(jid: string, draft: Draft): void {
    this.#write(plainJid(jid), null, draft)
  }

  /** Forgets what is kept, and goes on with what is in memory. */
  doubt(jid: string, draft: Draft): void {
    draft.secrets.set(`${this.#kind.prefix}${plainJid(jid)}`, null)
  }

  #write(name: string, value: T | null, draft: Draft): void {
    this.#known.set(name, { value })
    draft.secrets.set(`${this.#kind.prefix}${name}`, value === null ? null : this.#kind.encode(value))
  }

  async #under(name: string): Promise<T | null> {
    const known = this.#known.get(name)
    if (known !== undefined) return known.value
    const kept = await this.#store.read(`${this.#kind.prefix}${name}`)
    const value = kept === null ? null : this.#kind.decode(kept)
    this.#known.set(name, { value })
    return value
  }

  async #names(jid: string): Promise<readonly string[]> {
    const names = await this.#people.namesOf(jid)
    return [...names].sort((a, b) => Number(isNumber(b)) - Number(isNumber(a)))
  }
}

function newChat(): ChatRecord {
  return { at: 0, unread: [], unreadCount: 0 }
}
