import { backoffMs } from '../../../lib/backoff.ts'
import { pause } from '../../../lib/pause.ts'
import type { EpochMs } from '../../../model/ids.ts'
import { keep, type ChatRecord } from '../life.ts'
import { isForGood } from '../patience.ts'
import type { Chat, Message } from '../wire/shapes.ts'
import { readStretch } from './history.ts'
import type { Messages, Told } from './messages.ts'
import { personsIn } from './said.ts'
import type { InboundLife } from './reading.ts'

type Acknowledge = () => void

interface Held {
  readonly told: Told
  readonly acknowledge: Acknowledge
}

/** A chat in which something was perhaps missed. */
interface Gap {
  /** The newest that was told. */
  last: Message
  /** What is told of the chat meanwhile, which comes after what was missed. */
  readonly held: Held[]
  /** What could not be held any more: its history is read once more. */
  readonly left: { readonly time: EpochMs; readonly acknowledge: Acknowledge }[]
  /** What is about messages that may be among those, to be done behind them. */
  readonly behind: (() => Promise<void>)[]
}

/** Up to where a chat is known. */
interface Floor {
  readonly at: EpochMs
  /** Of that time; another one may have the same. */
  readonly message: string
}

const NOTHING: Floor = { at: 0, message: '' }

/** What waits while chats are caught up with, of all of them. */
const MOST_HELD = 500
/** Of a chat: what it takes to acknowledge more of what could not be held. The network brings those again. */
const MOST_LEFT = 2_000
const NOT_NOW = () => undefined
/** Messages of one commit. */
const AT_ONCE = 100
const PACE = { firstMs: 80, longestMs: 160 }

/**
 * Brings what was said while nobody was connected: the login tells the last message of each chat, and what is missing before it is read from the
 * chat's history. What is told of such a chat meanwhile is held back and acknowledged behind it, and the network's pushes never wait for an answer
 * of its own: while too many of them wait no answer can come.
 */
export class CatchUp {
  readonly #life: InboundLife
  readonly #messages: Messages
  readonly #gaps = new Map<string, Gap>()
  /** Up to when each chat was known before anything was told of it in this life. */
  readonly #floors = new Map<string, Floor>()
  /** Which chats there are in which something was missed is not known yet. */
  #isSearching = true
  #isOver = false
  #held = 0
  #questions = 0

  constructor(life: InboundLife, messages: Messages) {
    this.#life = life
    this.#messages = messages
  }

  /** Perhaps something was missed in these. From here on what is told of them is held back. */
  expect(chats: readonly Chat[]): void {
    for (const { id, lastMessage } of chats) if (lastMessage !== undefined) this.#expect(id, lastMessage)
  }

  /** Whether it is dealt with here. */
  holds(told: Told, acknowledge: Acknowledge): boolean {
    // What came before it may be missing: once it is taken, nobody could see that any more.
    if (this.#isSearching && !this.#gaps.has(told.chatId)) this.#expect(told.chatId, told.message)
    const gap = this.#gaps.get(told.chatId)
    if (gap === undefined) return false
    const { time, status } = told.message
    if (this.#held < MOST_HELD) {
      this.#held += 1
      gap.held.push({ told, acknowledge })
      // A change that is not in the history is brought again, if it is not acknowledged.
    } else if (status === undefined)
      gap.left.push({ time, acknowledge: gap.left.length < MOST_LEFT ? acknowledge : NOT_NOW })
    return true
  }

  /** As `holds`, for what is about messages of the chat. */
  holdsBack(chat: string, work: () => Promise<void>): boolean {
    const gap = this.#gaps.get(chat)
    if (gap === undefined || this.#held >= MOST_HELD) return false
    this.#held += 1
    gap.behind.push(work)
    return true
  }

  /** Before anything that is told of a chat changes what is known of it. */
  async remember(chat: string): Promise<void> {
    if (this.#isOver || this.#floors.has(chat)) return
    const kept = await this.#life.directory.chat(chat)
    if (!this.#floors.has(chat)) this.#floors.set(chat, floorOf(kept))
  }

  /** Of those that are expected. Rejects where the network does not answer: what was missed must not be taken for known. */
  async run(linkedAt: EpochMs): Promise<void> {
    this.#isSearching = false
    for (const [chat, gap] of this.#gaps) {
      await this.remember(chat)
      const floor = this.#floors.get(chat) ?? NOTHING
      await this.#close(chat, gap, floor.at < linkedAt ? { at: linkedAt - 1, message: '' } : floor)
    }
  }

  /** Nothing more is expected. */
  end(): void {
    this.#isOver = true
    this.#floors.clear()
  }

  #expect(chat: string, last: Message): void {
    const gap = this.#gaps.get(chat)
    if (gap === undefined) this.#gaps.set(chat, { last, held: [], left: [], behind: [] })
    else if (last.time > gap.last.time) gap.last = last
  }

  async #close(chat: string, gap: Gap, floor: Floor): Promise<void> {
    const { ended } = this.#life
    const { last } = gap
    let [after, upTo] = [floor, last.time]
    for (;;) {
      if (upTo > after.at || (upTo === after.at && last.id !== after.message)) {
        await this.#fill(chat, { after, upTo, last })
        after = { at: upTo, message: last.id }
      }
      if (ended.aborted) return
      const left = gap.left.splice(0)
      for (const { time, acknowledge } of left) if (time <= after.at) acknowledge()
      gap.left.push(...left.filter(({ time }) => time > after.at))
      // Nobody is given the turn between the last look and the end of it.
      if (gap.left.length + gap.held.length + gap.behind.length === 0) break
      if (gap.left.length === 0) await this.#bringHeld(gap)
      else upTo = gap.left.reduce((latest, { time }) => Math.max(latest, time), upTo)
    }
    this.#gaps.delete(chat)
  }

  async #bringHeld(gap: Gap): Promise<void> {
    const held = gap.held.splice(0, AT_ONCE)
    const behind = held.length === 0 ? gap.behind.splice(0) : []
    this.#held -= held.length + behind.length
    for (const work of behind) await work()
    await this.#take(held.map(({ told }) => told))
    for (const { acknowledge } of held) acknowledge()
  }

  async #fill(
    chat: string,
    { after, upTo, last }: { readonly after: Floor; readonly upTo: EpochMs; readonly last: Message },
  ): Promise<void> {
    if (this.#questions > 0) await this.#rest()
    this.#questions += 1
    const stretch = await readStretch(this.#life, { chat, after: after.at, upTo }, () => this.#rest())
    const { messages, trouble, isCut = false } = stretch
    const { ended, host } = this.#life
    if (ended.aborted) return
    if (trouble !== undefined && !isForGood({ ok: false, trouble }))
      throw new Error(`what was said meanwhile could not be read: ${trouble.why}`)
    if (trouble !== undefined || isCut)
      host.log.warn(
        { why: trouble?.why ?? 'tooMuch' },
        'the history of a chat can not be read; what was missed is lost',
      )
    const found = messages.some(({ id }) => id === last.id) ? messages : [...messages, last]
    const isMissed = ({ time, id }: Message) => time > after.at || (time === after.at && id !== after.message)
    const missed = found.filter(isMissed).map((message) => ({ chatId: chat, message }))
    await this.#edits(chat, found, after.at)
    for (let from = 0; from < missed.length; from += AT_ONCE) await this.#take(missed.slice(from, from + AT_ONCE))
  }

  /** Of what was known before somebody else may have changed something meanwhile; our own edits are known. */
  async #edits(chat: string, found: readonly Message[], after: EpochMs): Promise<void> {
    const { self } = this.#life
    const edited = found.filter(
      ({ time, status, updateTime = 0, sender }) =>
        time <= after && status === 'EDITED' && updateTime > after && sender !== self,
    )
    if (edited.length === 0) return
    await keep(this.#life, async (draft) => {
      for (const message of edited) await this.#messages.edited(chat, message, draft)
    })
  }

  async #take(told: readonly Told[]): Promise<void> {
    const { self, directory } = this.#life
    const news = told.filter((one) => !this.#messages.isRepeated(one))
    await directory.meet(news.flatMap(({ message }) => personsIn(self, message)))
    await keep(this.#life, async (draft) => {
      for (const one of news) await this.#messages.take(one, draft)
    })
    for (const one of news) this.#messages.kept(one)
  }

  #rest(): Promise<void> {
    const { clock, random } = this.#life.host
    return pause(clock, backoffMs(PACE, 1, random), this.#life.ended)
  }
}

function floorOf(kept: ChatRecord | null): Floor {
  const { message, at } = kept?.last ?? NOTHING
  return { message, at }
}
