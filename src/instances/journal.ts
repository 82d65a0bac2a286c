import { readRecord } from '../journal/record.ts'
import { withoutQuote, type Quote } from '../model/content.ts'
import type { ChatId, InstanceId, MessageId } from '../model/ids.ts'
import type { JournalEntry, JournalPlace, MessageRow, Receipt, Shelf } from '../storage/store.ts'
import type { Node } from './node.ts'

/** The most that one question answers with. */
export const JOURNAL_LIMIT = 10_000
/** So many are read before the process looks at anything else again. */
const PORTION = 250
/** Where few are missing, still so many are looked at in one go: what is not meant may lie between. */
const LEAST_PORTION = 20
const MINUTE_MS = 60_000

type Direction = MessageRow['direction']
type ReadOn = (limit: number, after: JournalPlace | undefined) => Promise<readonly JournalEntry[]>

/** Whose journal it is; `ownChat` is empty before the first link. */
interface Owner {
  readonly node: Pick<Node, 'store' | 'clock'>
  readonly id: InstanceId
  readonly ownChat: ChatId
}

/** What one instance has sent and received. Lists are newest first and hold at most `JOURNAL_LIMIT` entries. */
export class InstanceJournal {
  readonly #owner: Owner

  constructor(owner: Owner) {
    this.#owner = owner
  }

  /** Both directions of a chat, without its calls; read with `readRecord`. */
  ofChat(chat: ChatId, count: number): Promise<readonly JournalEntry[]> {
    const { journal } = this.#owner.node.store
    return inPortions(count, (limit, after) => journal.ofChat(this.#owner.id, chat, limit, after), isNoCall)
  }

  /** The newest messages of whatever chats, both directions; read with `readRecord`. */
  async newest(count: number): Promise<readonly JournalEntry[]> {
    const { journal } = this.#owner.node.store
    const of = (direction: Direction): Promise<readonly JournalEntry[]> =>
      journal.since({ instance: this.#owner.id, shelf: 'message', direction, since: 0 }, count)
    const [incoming, outgoing] = await Promise.all([of('in'), of('out')])
    return [...incoming, ...outgoing].toSorted((one, other) => other.at - one.at || other.seq - one.seq).slice(0, count)
  }

  /** A message, a status or a call: see its shelf. */
  message(chat: ChatId, id: MessageId): Promise<MessageRow | null> {
    return this.#owner.node.store.journal.inChat(this.#owner.id, chat, id)
  }

  /** What is known of a message that a reply in this chat refers to. */
  async quote(id: MessageId, chat: ChatId): Promise<Quote> {
    const row = await this.message(chat, id)
    if (row === null || row.shelf === 'call') return { id, participant: '' as ChatId, content: null }
    const { author, content } = readRecord(row)
    return { id, participant: author === '' ? this.#owner.ownChat : author, content: withoutQuote(content) }
  }

  /** Messages of the last minutes, by their own time; read with `readRecord`. */
  last(direction: Direction, minutes: number): Promise<readonly JournalEntry[]> {
    return this.#onShelf('message', direction, minutes)
  }

  /** Read with `readCall`. */
  calls(direction: Direction, minutes: number): Promise<readonly JournalEntry[]> {
    return this.#onShelf('call', direction, minutes)
  }

  /** What was shown as a status; what only took one back, or was said of one, is left out. */
  async statuses(direction: Direction, minutes: number): Promise<readonly JournalEntry[]> {
    return this.#onShelf('status', direction, minutes, isShown)
  }

  /** How far the viewers of a status of ours came, oldest first. */
  receipts(id: MessageId): Promise<readonly Receipt[]> {
    return this.#owner.node.store.journal.receipts(this.#owner.id, id)
  }

  #onShelf(
    shelf: Shelf,
    direction: Direction,
    minutes: number,
    isMeant: (row: MessageRow) => boolean = isAnything,
  ): Promise<readonly JournalEntry[]> {
    const { journal } = this.#owner.node.store
    const since = Math.max(0, this.#owner.node.clock.now() - minutes * MINUTE_MS)
    const query = { instance: this.#owner.id, shelf, direction, since }
    return inPortions(JOURNAL_LIMIT, (limit, after) => journal.since(query, limit, after), isMeant)
  }
}

const isAnything = () => true

function isNoCall(row: MessageRow): boolean {
  return row.shelf !== 'call'
}

function isShown(row: MessageRow): boolean {
  const { kind } = readRecord(row).content
  return kind !== 'deletion' && kind !== 'edit' && kind !== 'reaction'
}

/** Portion after portion, with the process free for others in between, until there is no more or enough is found. */
async function inPortions(
  count: number,
  read: ReadOn,
  isMeant: (row: MessageRow) => boolean,
): Promise<readonly JournalEntry[]> {
  const most = Math.min(Math.max(count, 0), JOURNAL_LIMIT)
  const found: JournalEntry[] = []
  let after: JournalPlace | undefined
  while (found.length < most) {
    const limit = Math.min(PORTION, Math.max(LEAST_PORTION, most - found.length))
    const portion = await read(limit, after)
    for (const entry of portion) {
      if (found.length < most && isMeant(entry)) found.push(entry)
    }
    after = portion.at(-1)
    if (portion.length < limit || found.length >= most) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return found
}
