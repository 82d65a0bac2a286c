import type { Content } from '../../../model/content.ts'
import type { SessionEvent } from '../../driver.ts'
import { isPerson, STATUSES_JID } from '../jids.ts'
import type { Draft } from '../life.ts'
import { calledFrom } from './call-log.ts'
import { contentOf } from './contents/content-of.ts'
import { partiesOf } from './parties.ts'
import { said } from './quotes.ts'
import type { Envelope, InboundParts, Reading } from './reading.ts'
import type { Unwrapped } from './unwrap.ts'

/** The kinds that are no news in a chat: they are about an earlier message. */
const NO_NEWS: ReadonlySet<Content['kind']> = new Set(['vote', 'reaction', 'edit', 'deletion'] as const)

/** Reads one message into a draft; undefined for one that says nothing which the contract has. `isPast`: of the history, so that nothing is unread by it. */
export async function readMessage(
  parts: InboundParts,
  envelope: Envelope,
  { message, secret }: Pick<Unwrapped, 'message' | 'secret'>,
  draft: Draft,
  isPast = false,
): Promise<SessionEvent | undefined> {
  if (message.callLogMesssage) return await calledFrom(parts, envelope, message.callLogMesssage)
  const parties = await partiesOf(parts, envelope, draft)
  const reading: Reading = {
    ...{ parts, envelope, chat: parties.chat.id, author: parties.author.id, draft },
    ...{ log: parts.host.log, secret, isQuote: false },
  }
  const plain = await contentOf(message, reading)
  if (plain === undefined) return undefined
  const content = await said(plain, message, reading)
  if (!isPast && !NO_NEWS.has(content.kind)) await noteInChat(parts, envelope, draft)
  const { id, fromMe, at } = envelope
  return {
    kind: 'message',
    message: { id, direction: fromMe ? 'out' : 'in', ...parties, at, content },
    ...(isPast && { isPast }),
  }
}

async function noteInChat(parts: InboundParts, { id, fromMe, chat, author, at }: Envelope, draft: Draft) {
  if (chat === STATUSES_JID) return
  const participant = !isPerson(chat) && !fromMe && { participant: author }
  await parts.directory.noteMessage(chat, { id, fromMe, ...participant, at }, draft)
}
