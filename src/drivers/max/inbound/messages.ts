import { few } from '../../network/bounded.ts'
import { Recent } from '../../../lib/recent.ts'
import type { ChatId, EpochMs, MessageId } from '../../../model/ids.ts'
import type { NetworkMessage, Party } from '../../../model/message.ts'
import type { SessionEvent } from '../../driver.ts'
import type { ChatRecord, Draft } from '../life.ts'
import { readAttach, type Chat, type Message } from '../wire/shapes.ts'
import { markedText } from './contents/marked-text.ts'
import { derivedId } from './derived-ids.ts'
import type { InboundLife } from './reading.ts'
import { saidIn } from './said.ts'

/** A message as the network tells of it. */
export interface Told {
  readonly chatId: string
  readonly message: Message
  readonly chat?: Chat | undefined
  /** In the whole chat. */
  readonly unread?: number | undefined
}

type MessageEvent = Extract<SessionEvent, { readonly kind: 'message' }>

/** Of what was told lately, to know it again. */
const REMEMBERED = 512
const MOST_ATTACHED = 64

/** Reads messages, new, changed or removed ones, into drafts. What is known is no news, however often and in whichever order it is told. */
export class Messages {
  readonly #life: InboundLife
  readonly #lately = new Recent<string, true>(REMEMBERED)
  /** Since when this device is linked: what is older is of the past. */
  #linkedAt: EpochMs = 0

  constructor(life: InboundLife) {
    this.#life = life
  }

  since(linkedAt: EpochMs): void {
    this.#linkedAt = linkedAt
  }

  /** Whether this very thing was told and committed in this life. */
  isRepeated(told: Told): boolean {
    return this.#lately.get(nameOf(told)) === true
  }

  /** It is committed. */
  kept(told: Told): void {
    this.#lately.set(nameOf(told), true)
  }

  async take(told: Told, draft: Draft): Promise<void> {
    const { directory } = this.#life
    const { chatId, message, chat } = told
    const before = await directory.chat(chatId)
    if (chat !== undefined) await directory.noteChat(chat, draft)
    if (message.status === 'REMOVED') await this.removed(chatId, message, draft)
    else if (await this.#isKnown(before, told, draft)) await this.#changed(told, draft)
    else await this.#news(told, draft)
    if (!(await this.#isGone(told, draft))) await this.#noteInChat(told, draft)
  }

  /** Somebody took it back. Of one that is not told by itself, `author` says whose it was. */
  async removed(chatId: string, { id, sender }: Pick<Message, 'id' | 'sender'>, draft: Draft): Promise<void> {
    const target = await this.#life.messageIds.idOf(id)
    const content = { kind: 'deletion', target, forEveryone: true } as const
    const at = this.#life.host.clock.now()
    await this.#tell(chatId, sender, { id: derivedId('deletion', chatId, id), at, content }, draft)
  }

  /** What an edited message says now. */
  async edited(chatId: string, message: Message, draft: Draft): Promise<void> {
    const { id, sender, updateTime, text, elements } = message
    const target = await this.#life.messageIds.idOf(id)
    const [said] = await saidIn(this.#life, chatId, message)
    const words = markedText(text, elements)
    const content = { kind: 'edit', target, text: words, isCaption: said?.kind === 'file' } as const
    const at = updateTime ?? this.#life.host.clock.now()
    await this.#tell(chatId, sender, { id: derivedId('edit', chatId, id, updateTime ?? words), at, content }, draft)
  }

  /** What was said before this device was linked, or is not news for another reason. */
  async past(chatId: string, message: Message, draft: Draft): Promise<void> {
    if (message.status === 'REMOVED' || (await this.#isOurs(message))) return
    await this.#say(chatId, message, draft, true)
  }

  /** The newest that was committed decides mostly; what is not newer may have come out of order, and then the journal knows. */
  async #isKnown(before: ChatRecord | null, { chatId, message }: Told, draft: Draft): Promise<boolean> {
    const last = before?.last
    if (last?.message === message.id) return true
    if (last === undefined || message.time > last.at) return message.status === 'EDITED' && this.#isOld(message)
    const { addresses, messageIds } = this.#life
    if (await this.#isThere(await addresses.chatIdOf(chatId), await messageIds.idOf(message.id), draft)) return true
    return message.status === 'EDITED' && this.#isOld(message)
  }

  /** Also one that is told again because somebody voted or reacted: nothing is new about it here. */
  async #changed({ chatId, message }: Told, draft: Draft): Promise<void> {
    if (message.status === 'EDITED') await this.edited(chatId, message, draft)
  }

  async #news({ chatId, message }: Told, draft: Draft): Promise<void> {
    if (message.sender === this.#life.self && (await this.#recognised(chatId, message, draft))) return
    await this.#say(chatId, message, draft, this.#isOld(message))
  }

  /** One that the API sent, whether or not its verdict came. */
  async #recognised(chatId: string, message: Message, draft: Draft): Promise<boolean> {
    const { messageIds, addresses } = this.#life
    const sent = { message: message.id, at: message.time }
    const place = draft.events.length
    const id = await messageIds.recognise(message.cid, chatId, sent, draft)
    if (id === null) return await this.#isOurs(message)
    const chat = await addresses.chatIdOf(chatId)
    // Before that it was read, where it was by now.
    draft.events.splice(place, 0, { kind: 'status', id, chat, status: 'delivered', at: message.time })
    return true
  }

  async #isOurs({ id }: Message): Promise<boolean> {
    return (await this.#life.messageIds.idOf(id)) !== id
  }

  #isOld({ time }: Message): boolean {
    return time < this.#linkedAt
  }

  async #say(chatId: string, message: Message, draft: Draft, isPast: boolean): Promise<void> {
    const contents = await saidIn(this.#life, chatId, message)
    if (contents.length === 0) return
    const { id, time, sender } = message
    const around = await this.#around(chatId, sender)
    for (const [index, content] of contents.entries()) {
      const said = { ...around, id: index === 0 ? (id as MessageId) : derivedId('part', chatId, id, index), at: time }
      draft.events.push({ kind: 'message', message: { ...said, content }, ...(isPast && { isPast }) })
    }
    if (around.direction !== 'out' || isPast) return
    // It has left the device that wrote it, and that is all that the network ever tells of a delivery.
    const status = { kind: 'status', id: id as MessageId, chat: around.chat.id, status: 'delivered', at: time } as const
    draft.events.push(status)
    this.#life.messageIds.sentElsewhere(chatId, { message: id, at: time }, draft)
  }

  async #tell(
    chatId: string,
    sender: string | undefined,
    said: Pick<NetworkMessage, 'id' | 'at'> & {
      readonly content: { readonly target: MessageId } & NetworkMessage['content']
    },
    draft: Draft,
  ): Promise<void> {
    const around = await this.#around(chatId, sender)
    const { target } = said.content
    const isThere = await this.#isThere(around.chat.id, target, draft)
    // The network lets nobody change what he may not.
    const original = { chat: around.chat.id, id: target, isAllowed: true } as const
    const event: MessageEvent = { kind: 'message', message: { ...around, ...said }, ...(isThere && { original }) }
    draft.events.push(event)
  }

  /** In the journal, or about to be: several of one chat may come at once. */
  async #isThere(chat: ChatId, id: MessageId, { events }: Draft): Promise<boolean> {
    const isIn = events.some(
      (event) => event.kind === 'message' && event.message.id === id && event.message.chat.id === chat,
    )
    return isIn || (await this.#life.host.message(chat, id)) !== null
  }

  async #around(
    chatId: string,
    sender: string | undefined,
  ): Promise<{ readonly chat: Party; readonly author: Party; readonly direction: 'in' | 'out' }> {
    const { addresses, directory, self } = this.#life
    const chat = await directory.party(await addresses.chatIdOf(chatId))
    // What a channel says it says itself.
    const author = sender === undefined || sender === chat.id ? chat : await directory.party(sender as ChatId)
    return { chat, author, direction: sender === self ? 'out' : 'in' }
  }

  /** What tells that the account is in the chat no more takes its record away. */
  async #isGone({ chatId, message }: Told, draft: Draft): Promise<boolean> {
    const { directory, self } = this.#life
    for (const attach of few(message.attaches, MOST_ATTACHED).map(readAttach)) {
      if (attach._type !== 'CONTROL') continue
      const { event, title, userId } = attach
      if (event === 'title' && title !== undefined) await directory.noteChange(chatId, { title }, draft)
      if ((event !== 'remove' && event !== 'leave') || userId !== self) continue
      await directory.forgetChat(chatId, draft)
      return true
    }
    return false
  }

  async #noteInChat({ chatId, message, unread }: Told, draft: Draft): Promise<void> {
    const { directory, self } = this.#life
    const kept = await directory.chat(chatId)
    const isNewer = message.time >= (kept?.last?.at ?? 0)
    const change: Partial<ChatRecord> = {
      at: Math.max(message.time, kept?.at ?? 0),
      ...(isNewer && { last: { message: message.id, at: message.time } }),
      ...(unread !== undefined && { unread }),
      ...(message.sender === self && { readTo: Math.max(message.time, kept?.readTo ?? 0) }),
    }
    await directory.noteChange(chatId, change, draft)
  }
}

function nameOf({ chatId, message: { id, status = '', updateTime = 0 } }: Told): string {
  return `${chatId} ${id} ${status} ${String(updateTime)}`
}
