import type { ChatId, MessageId } from '../model/ids.ts'
import type { NetworkMessage, OutgoingMessage } from '../model/message.ts'
import type { MessageRow } from '../storage/store.ts'
import { knownRow, type Known } from './known.ts'
import type { InstanceRecord } from './record.ts'

/** A message, and the other names of its chat. */
interface Named {
  readonly message: { readonly id: MessageId; readonly chat: { readonly id: ChatId } }
  readonly aliases?: readonly ChatId[]
}

const NONE: readonly Known[] = []

/** Finds messages as they will be when the change that is being made is stored: in the change first, then in the journal. */
export class KnownMessages {
  readonly #record: InstanceRecord
  /** What the store does not show yet: what the change adds or raises, the newest last. Most changes are about one message and need no map. */
  #first: { readonly id: MessageId; readonly known: Known } | undefined
  #added: Map<MessageId, readonly Known[]> | undefined

  constructor(record: InstanceRecord) {
    this.#record = record
  }

  add(id: MessageId, known: Known): void {
    if (this.#first === undefined) {
      this.#first = { id, known }
      return
    }
    this.#added ??= new Map([[this.#first.id, [this.#first.known]]])
    const others = this.#added.get(id)?.filter(({ chat }) => chat !== known.chat) ?? NONE
    this.#added.set(id, [...others, known])
  }

  /** What the change adds or raises under this id. */
  #withId(id: MessageId): readonly Known[] {
    if (this.#added !== undefined) return this.#added.get(id) ?? NONE
    return this.#first?.id === id ? [this.#first.known] : NONE
  }

  /** What the change itself adds. */
  added({ message: { chat, id }, aliases }: Named): Known | undefined {
    const added = this.#withId(id)
    if (added.length === 0) return undefined
    return added.find((one) => one.chat === chat.id) ?? added.find((one) => aliases?.includes(one.chat) === true)
  }

  /** By whichever name of its chat. */
  async find(named: Named): Promise<Known | undefined> {
    const { message, aliases = [] } = named
    let known = this.added(named)
    for (const chat of [message.chat.id, ...aliases]) known ??= await this.#stored(chat, message.id)
    return known
  }

  /** What an edit or a deletion in this chat can be about. */
  async original(chat: ChatId, id: MessageId): Promise<NetworkMessage | MessageRow | undefined> {
    const known = this.#inChange(chat, id)
    return known?.message ?? (await this.#stored(chat, id))?.row
  }

  /**
   * In which chat the journal has what an edit or deletion of ours is about: the API may call the chat by another of its names.
   * Undefined for any other message, and where the journal knows no such message.
   */
  async placeOfOriginal(
    { chat, content }: Pick<OutgoingMessage, 'chat' | 'content'>,
    aliases: readonly ChatId[] = [],
  ): Promise<ChatId | undefined> {
    if (content.kind !== 'edit' && content.kind !== 'deletion') return undefined
    const id = content.target
    return ((await this.find({ message: { id, chat: { id: chat } }, aliases })) ?? (await this.sent(chat, id)))?.chat
  }

  /**
   * What this account sent. A person's receipt may come by another name of theirs than the one that was written to: then the id must do,
   * though never for what was sent to a group or as a status, whose ids its receivers know.
   */
  async sent(chat: ChatId, id: MessageId): Promise<Known | undefined> {
    const known = this.#inChange(chat, id) ?? (await this.#stored(chat, id))
    if (known?.direction === 'out') return known
    if (!this.#isPerson(chat)) return undefined
    const isToPerson = (one: Known): boolean => one.direction === 'out' && this.#isPerson(one.chat)
    const added = this.#withId(id).findLast(isToPerson)
    if (added !== undefined) return added
    const row = await this.#record.node.store.journal.find(this.#record.id, id)
    const found = row === null ? undefined : knownRow(row)
    return found !== undefined && isToPerson(found) ? found : undefined
  }

  #inChange(chat: ChatId, id: MessageId): Known | undefined {
    return this.#withId(id).find((known) => known.chat === chat)
  }

  async #stored(chat: ChatId, id: MessageId): Promise<Known | undefined> {
    const row = await this.#record.node.store.journal.inChat(this.#record.id, chat, id)
    return row === null ? undefined : knownRow(row)
  }

  #isPerson(chat: ChatId): boolean {
    const { node, row } = this.#record
    return node.drivers.get(row.messenger)?.kindOf(chat) === 'person'
  }
}
