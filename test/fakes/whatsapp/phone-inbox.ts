import { openVote, type VoteNames } from './phone-votes.ts'
import { optionsOf, pollIn, readContent } from './phone-reading.ts'
import { unwrap, type ProtoMessage } from './proto-message.ts'
import type { Network } from './network.ts'
import type { PhoneSettings, Progress, Seen } from './virtual-phone.ts'

/** A message of the protocol that reached the phone or left it, and what is known of it. */
export type Arrival = Omit<Seen, 'content' | 'progress' | 'isDeleted' | 'reactions' | 'votes' | 'edited' | 'raw'> & {
  readonly message: ProtoMessage
}

const RANKS: Readonly<Record<Progress, number>> = { delivered: 1, read: 2, played: 3 }

/** What the person sees: messages, and what became of them. */
export class Inbox {
  readonly #network: Network
  readonly #settings: PhoneSettings
  readonly #byId = new Map<string, Seen>()
  readonly #byChat = new Map<string, Map<string, Seen>>()
  readonly #listeners = new Set<(message: Seen) => void>()
  /** Last read, by chat. */
  readonly #unread = new Map<string, Map<string, Seen>>()

  constructor(network: Network, settings: PhoneSettings) {
    this.#network = network
    this.#settings = settings
  }

  /** Shows a message, once: the same id again is the same message. Undefined for what is none to a person. */
  add(arrival: Arrival): Seen | undefined {
    if (this.#byId.has(arrival.id)) return undefined
    if (!this.#settings.keepsMessages && this.#listeners.size === 0) return undefined
    const { message, ...rest } = arrival
    const content = readContent(message, {
      media: this.#network.media,
      fetchesFiles: this.#settings.fetchesFiles,
      openVote: (poll, vote) => this.#openVote(poll, arrival.author, vote),
    })
    if (content === undefined) return undefined
    const seen: Seen = {
      ...rest,
      ...{ content, raw: message, isDeleted: false },
      ...{ progress: new Map(), reactions: new Map(), votes: new Map() },
    }
    if (this.#settings.keepsMessages) this.#keep(seen)
    this.#apply(seen)
    for (const listener of this.#listeners) listener(seen)
    return seen
  }

  get(id: string): Seen | undefined {
    return this.#byId.get(id)
  }

  messages(chat?: string): readonly Seen[] {
    return [...((chat === undefined ? this.#byId : this.#byChat.get(chat))?.values() ?? [])]
  }

  /** How far an own message came with somebody; never back. */
  mark(id: string, who: string, progress: Progress): void {
    const seen = this.#byId.get(id)
    if (seen === undefined) return
    const before = seen.progress.get(who)
    if (before === undefined || RANKS[before] < RANKS[progress]) seen.progress.set(who, progress)
  }

  /** What is not read yet of a chat, up to a message or all; it is read then. */
  takeUnread(chat: string, upTo?: string): readonly Seen[] {
    const waiting = this.#unread.get(chat)
    const taken: Seen[] = []
    for (const [id, seen] of waiting ?? []) {
      taken.push(seen)
      waiting?.delete(id)
      if (id === upTo) break
    }
    return taken
  }

  onMessage(listener: (message: Seen) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Resolves with the first message, kept or yet to come, that fits. */
  sees(fits: (message: Seen) => boolean, timeoutMs = 5000): Promise<Seen> {
    for (const seen of this.#byId.values()) if (fits(seen)) return Promise.resolve(seen)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`the phone saw no such message within ${timeoutMs} ms`))
      }, timeoutMs)
      const stop = this.onMessage((seen) => {
        if (!fits(seen)) return
        clearTimeout(timer)
        stop()
        resolve(seen)
      })
    })
  }

  #keep(seen: Seen): void {
    const { id, chat } = seen
    this.#byId.set(id, seen)
    place(this.#byChat, chat).set(id, seen)
    if (!seen.isOwn) place(this.#unread, chat).set(id, seen)
    if (this.#byId.size <= this.#settings.keeps) return
    const [oldest] = this.#byId.values()
    if (oldest === undefined) return
    this.#byId.delete(oldest.id)
    this.#byChat.get(oldest.chat)?.delete(oldest.id)
    this.#unread.get(oldest.chat)?.delete(oldest.id)
  }

  /** What a message does to one before it. */
  #apply({ content, author }: Seen): void {
    switch (content.kind) {
      case 'reaction':
        this.#byId.get(content.target)?.reactions.set(author, content.emoji)
        return
      case 'vote':
        this.#byId.get(content.poll)?.votes.set(author, content.choices)
        return
      case 'edit': {
        const edited = this.#byId.get(content.target)
        if (edited?.author === author) edited.edited = content.text
        return
      }
      case 'deletion': {
        const gone = this.#byId.get(content.target)
        if (gone !== undefined) gone.isDeleted = true
        return
      }
      default:
        return
    }
  }

  /** By whichever names the voter's device used: it may know the creator, or itself, by number or by lid. */
  #openVote(
    id: string,
    voter: string,
    { encPayload, encIv }: { encPayload?: Uint8Array; encIv?: Uint8Array },
  ): readonly string[] | undefined {
    const poll = this.#byId.get(id)
    const raw = poll?.raw as ProtoMessage | undefined
    const secret = raw?.messageContextInfo?.messageSecret
    if (poll === undefined || raw === undefined || secret === undefined) return undefined
    if (encPayload === undefined || encIv === undefined) return undefined
    const options = pollIn(unwrap(raw)) === undefined ? [] : optionsOf(unwrap(raw))
    for (const names of this.#namings(id, poll.author, voter)) {
      const choices = openVote({ encPayload, encIv }, secret, names, options)
      if (choices !== undefined) return choices
    }
    return undefined
  }

  *#namings(poll: string, creatorPhone: string, voterPhone: string): Iterable<VoteNames> {
    for (const creator of this.#jids(creatorPhone))
      for (const voter of this.#jids(voterPhone)) yield { poll, creator, voter }
  }

  #jids(phone: string): readonly string[] {
    const account = this.#network.accounts.get(phone)
    return account === undefined ? [] : [`${account.lid}@lid`, `${phone}@s.whatsapp.net`]
  }
}

function place<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const found = map.get(key) ?? new Map<string, Value>()
  map.set(key, found)
  return found
}
