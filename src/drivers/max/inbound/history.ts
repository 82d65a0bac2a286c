import type { EpochMs } from '../../../model/ids.ts'
import { patiently } from '../patience.ts'
import type { AskTrouble } from '../questions.ts'
import { HISTORY } from '../wire/opcodes.ts'
import type { Message } from '../wire/shapes.ts'
import type { InboundLife } from './reading.ts'

/** Of one question. */
const PAGE = 50
/** So few come on the last one alone: of others some may have been unreadable, or the network may give less than it is asked for. */
const FEW = 10
/** As far back as the network keeps what was said. */
const MOST_PAGES = 100

/** `trouble`: why it was not read to its beginning. */
export interface Stretch {
  /** Oldest first. */
  readonly messages: readonly Message[]
  readonly trouble?: AskTrouble
  /** There is more than is read. */
  readonly isCut?: true
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
  life: Pick<InboundLife, 'connection' | 'ended' | 'host'>,
  { chat, after, upTo }: Range,
  rest: Rest,
): Promise<Stretch> {
  const found = new Map<string, Message>()
  let from = upTo
  for (let page = 0; page < MOST_PAGES && !life.ended.aborted; page += 1) {
    if (page > 0) await rest()
    // Whether the network means those of that very time as well nobody knows for sure, and one time may be that of several.
    const asked = await patiently(life, () => life.connection.ask(HISTORY, chat, from + 1, PAGE))
    if (!asked.ok) return { messages: inOrder(found), trouble: asked.trouble }
    const messages = asked.answer.messages.slice(0, 2 * PAGE)
    const before = found.size
    for (const message of messages) found.set(message.id, message)
    from = Math.min(...messages.map(({ time }) => time))
    if (found.size === before || messages.length < FEW || from < after) return { messages: inOrder(found) }
    if (from === after && messages.length < PAGE) return { messages: inOrder(found) }
  }
  return { messages: inOrder(found), isCut: true }
}

function inOrder(found: ReadonlyMap<string, Message>): readonly Message[] {
  return [...found.values()].sort((one, other) => one.time - other.time || compareIds(one.id, other.id))
}

function compareIds(one: string, other: string): number {
  const difference = BigInt(one) - BigInt(other)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
