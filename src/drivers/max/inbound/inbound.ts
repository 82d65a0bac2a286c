import { few } from '../../network/bounded.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { Push } from '../connection.ts'
import { keep } from '../life.ts'
import { isForGood, patiently } from '../patience.ts'
import { GET_CHATS, type LoginAnswer } from '../wire/opcodes.ts'
import { messageTaken, readPush, type Told as Pushed } from '../wire/pushes.ts'
import type { Chat, Contact } from '../wire/shapes.ts'
import { CatchUp } from './catch-up.ts'
import { Messages, type Told } from './messages.ts'
import { Reactions } from './reactions.ts'
import type { InboundLife } from './reading.ts'
import { readPast } from './recent-past.ts'
import { personsIn } from './said.ts'
import { noteStanding, readStanding, type Standing } from './standing.ts'

type Says<Kind extends Pushed['kind']> = Extract<Pushed, { readonly kind: Kind; readonly says: unknown }>['says']

/** Contacts and chats of one commit. */
const AT_ONCE = 200
const MOST_DELETED = 1_000
/** Pages of chats that changed while nobody was connected, and chats of one. */
const MOST_PAGES = 20
const PAGE = 100

/** What the network brings: committed, then acknowledged. Whatever is in it, it is read or left; where it can't be kept, it is rejected. */
export class Inbound {
  readonly #life: InboundLife
  readonly #messages: Messages
  readonly #reactions: Reactions
  readonly #catchUp: CatchUp

  constructor(life: InboundLife) {
    this.#life = life
    this.#messages = new Messages(life)
    this.#reactions = new Reactions(life)
    this.#catchUp = new CatchUp(life, this.#messages)
  }

  /** Resolves when it is dealt with. Never waits for an answer of the network for long. */
  pushed(push: Push): Promise<void> {
    const told = readPush(push.opcode, push.payload)
    switch (told.kind) {
      case 'message':
        return this.#message(told.says, push)
      case 'read':
        return this.#read(told.says)
      case 'chat':
        return keep(this.#life, (draft) => this.#life.directory.noteChat(told.says.chat, draft))
      case 'deleted':
      case 'deletedToo':
        return this.#deleted(told.says)
      case 'reactions':
      case 'ownReaction':
        return this.#reactions.told(told.says, told.kind === 'ownReaction')
      default:
        return this.#aside(told)
    }
  }

  /**
   * Brings what the login tells, and what was said since the last one. To be called at once when the login was answered, with pushes flowing from
   * then on; resolves when all of it is committed, and rejects where that can't be.
   */
  begin(answer: LoginAnswer): Promise<void> {
    this.#catchUp.expect(answer.chats ?? [])
    return this.#begin(answer)
  }

  async #begin(answer: LoginAnswer): Promise<void> {
    const { host, ended } = this.#life
    const now = answer.time ?? host.clock.now()
    const known = await readStanding(host)
    const standing: Standing = known ?? {
      ...{ linkedAt: now, upTo: now, past: (answer.chats ?? []).filter(hasPast).map(({ id }) => id) },
    }
    this.#messages.since(standing.linkedAt)
    if (known === null) await this.#noteStanding(standing)
    await this.#noteContacts([answer.profile.contact, ...(answer.contacts ?? [])])
    await this.#noteChats(answer.chats ?? [])
    if (known !== null) await this.#moreChats(answer, known)
    await this.#catchUp.run(standing.linkedAt)
    this.#catchUp.end()
    if (ended.aborted) return
    await this.#noteStanding({ ...standing, upTo: now })
    this.#readPast({ ...standing, upTo: now })
  }

  #noteStanding(standing: Standing): Promise<void> {
    return keep(this.#life, (draft) => {
      noteStanding(standing, draft)
      return Promise.resolve()
    })
  }

  /** Goes on by itself. */
  #readPast(standing: Standing): void {
    const { host, ended } = this.#life
    readPast(this.#life, this.#messages, standing).catch((error: unknown) => {
      if (!ended.aborted)
        host.log.warn({ error: String(error) }, 'the past could not be kept; the next session goes on')
    })
  }

  async #message(told: Told, push: Push): Promise<void> {
    const acknowledge = acknowledging(push, told.chatId, told.message.id)
    if (this.#catchUp.holds(told, acknowledge)) return
    if (!this.#messages.isRepeated(told)) {
      await this.#catchUp.remember(told.chatId)
      await this.#life.directory.meet(personsIn(this.#life.self, told.message))
      await keep(this.#life, (draft) => this.#messages.take(told, draft))
      this.#messages.kept(told)
    }
    acknowledge()
  }

  async #read({ chatId, userId, mark, setAsUnread }: Says<'read'>): Promise<void> {
    const { self, directory, messageIds } = this.#life
    await keep(this.#life, async (draft) => {
      if (userId !== self) {
        if (setAsUnread !== true) await messageIds.wasRead(chatId, mark, draft)
        return
      }
      const kept = await directory.chat(chatId)
      const unread = setAsUnread === true ? Math.max(1, kept?.unread ?? 0) : mark >= (kept?.at ?? 0) ? 0 : kept?.unread
      await directory.noteChange(chatId, { readTo: mark, ...(unread !== undefined && { unread }) }, draft)
    })
  }

  /** Told by ids alone: whose they were the journal knows, and what it does not know is nobody's loss. */
  async #deleted(told: Says<'deleted'>): Promise<void> {
    if (!this.#catchUp.holdsBack(told.chatId, () => this.#forget(told))) await this.#forget(told)
  }

  async #forget({ chatId, messageIds: ids }: Says<'deleted'>): Promise<void> {
    const { addresses, messageIds, host, self } = this.#life
    await keep(this.#life, async (draft) => {
      const chat = await addresses.chatIdOf(chatId)
      for (const id of few(ids, MOST_DELETED)) {
        const known = await host.message(chat, await messageIds.idOf(id))
        if (known === null) continue
        const sender = known.direction === 'out' ? self : known.author
        await this.#messages.removed(chatId, { id, ...(sender !== '' && { sender }) }, draft)
      }
    })
  }

  async #aside(told: Pushed): Promise<void> {
    const { handovers, host } = this.#life
    if (told.kind === 'unreadable')
      host.log.warn({ opcode: told.opcode }, 'the network told something that is not as it was')
    if (told.kind === 'profile' && told.says.profile !== undefined)
      await this.#noteContacts([told.says.profile.contact])
    if (told.kind !== 'uploaded') return
    for (const file of Object.values(told.says)) handovers.ready(file)
  }

  async #noteContacts(contacts: readonly Contact[]): Promise<void> {
    for (let from = 0; from < contacts.length; from += AT_ONCE)
      await keep(this.#life, async (draft) => {
        for (const contact of contacts.slice(from, from + AT_ONCE))
          await this.#life.directory.noteContact(contact, draft)
      })
  }

  /** How far others have read while nobody was connected is told with the chats. */
  async #noteChats(chats: readonly Chat[]): Promise<void> {
    const { directory, messageIds, self } = this.#life
    for (const { id } of chats) await this.#catchUp.remember(id)
    await keep(this.#life, async (draft) => {
      for (const chat of chats) {
        await directory.noteChat(chat, draft)
        const marks = Object.entries(chat.participants ?? {}).filter(([person]) => person !== self)
        const readTo = marks.reduce((latest, [, mark]) => Math.max(latest, mark), 0)
        if (readTo > 0) await messageIds.wasRead(chat.id, readTo, draft)
      }
    })
  }

  /** The login tells the newest; those that changed since the last one and are not among them are asked for. */
  async #moreChats({ chatMarker = 0 }: LoginAnswer, { upTo }: Standing): Promise<void> {
    let marker = chatMarker
    for (let page = 0; marker > upTo && page < MOST_PAGES && !this.#life.ended.aborted; page += 1) {
      const asked = await patiently(this.#life, () => this.#life.connection.ask(GET_CHATS, marker, PAGE))
      if (!asked.ok) {
        const { why } = asked.trouble
        if (!isForGood(asked)) throw new Error(`the network does not tell of all chats: ${why}`)
        this.#life.host.log.warn({ why }, 'the network does not tell of all chats')
        return
      }
      const changed = asked.answer.chats.filter((chat) => lastEventOf(chat) > upTo)
      this.#catchUp.expect(changed)
      await this.#noteChats(changed)
      marker = asked.answer.marker ?? 0
    }
  }
}

function lastEventOf({ lastEventTime = 0, lastMessage }: Chat): EpochMs {
  return Math.max(lastEventTime, lastMessage?.time ?? 0)
}

/** Holds nothing of what was told: it may have to wait with very many others. */
function acknowledging({ acknowledge }: Push, chatId: string, messageId: string): () => void {
  return () => acknowledge(messageTaken(chatId, messageId))
}

function hasPast({ lastMessage }: Chat): boolean {
  return lastMessage !== undefined
}
