import type { EpochMs } from '../../../model/ids.ts'
import type { AskTrouble } from '../questions.ts'
import { HISTORY } from '../wire/opcodes.ts'
import type { Message } from '../wire/shapes.ts'
import type { InboundLife } from './reading.ts'

/** Of one question. */
const PAGE = 50
/** The last one; of others some messages may have been unreadable. */
const SHORT_PAGE = 40
/** What is further back than so many pages is left: nobody has an account that writes so much and is away so long. */
const MOST_PAGES = 40

/** `trouble`: why it was not read to its beginning. */
export interface Stretch {
  /** Oldest first. */
  readonly messages: readonly Message[]
  readonly trouble?: AskTrouble
}

interface Range {
  readonly chat: string
  /** What is older is not asked for; a page may bring it. */
  readonly after: EpochMs
  readonly upTo: EpochMs
}

/** Between two questions. */
type Rest = () => Promise<void>

/** The messages of a stretch of time, and those older ones that came with them. */
export async function readStretch(
  { connection, ended }: Pick<InboundLife, 'connection' | 'ended'>,
  { chat, after, upTo }: Range,
  rest: Rest,
): Promise<Stretch> {
  const found = new Map<string, Message>()
  // Whether the network means the message of that very time as well nobody knows for sure.
  let from = upTo + 1
  for (let page = 0; page < MOST_PAGES && !ended.aborted; page += 1) {
    if (page > 0) await rest()
    const asked = await connection.ask(HISTORY, chat, from, PAGE)
    if (!asked.ok) return { messages: inOrder(found), trouble: asked.trouble }
    const { messages } = asked.answer
    const before = found.size
    for (const message of messages.slice(0, 2 * PAGE)) found.set(message.id, message)
    const oldest = Math.min(...messages.map(({ time }) => time))
    if (messages.length < SHORT_PAGE || oldest <= after || found.size === before) break
    from = oldest
  }
  return { messages: inOrder(found) }
}

function inOrder(found: ReadonlyMap<string, Message>): readonly Message[] {
  return [...found.values()].sort((one, other) => one.time - other.time || compareIds(one.id, other.id))
}

function compareIds(one: string, other: string): number {
  const difference = BigInt(one) - BigInt(other)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
