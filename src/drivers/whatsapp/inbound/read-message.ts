import type { Content } from '../../../model/content.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { NetworkMessage } from '../../../model/message.ts'
import type { SessionEvent } from '../../driver.ts'
import { isPerson, STATUSES_JID } from '../jids.ts'
import type { Draft } from '../life.ts'
import { calledFrom } from './call-log.ts'
import { originalOf } from './contents/changes.ts'
import { contentOf } from './contents/content-of.ts'
import { aliasesOf, partiesOf } from './parties.ts'
import { said } from './quotes.ts'
import type { Envelope, InboundParts, Reading } from './reading.ts'
import type { Unwrapped } from './unwrap.ts'

/** The kinds that are no news in a chat: they are about an earlier message. */
const NO_NEWS: ReadonlySet<Content['kind']> = new Set(['vote', 'reaction', 'edit', 'deletion'] as const)

/** Reads one message into a draft; undefined for one that says nothing which the contract has. `toldAt`: when the phone told it of its past, so that nothing is unread by it. */
export async function readMessage(
  parts: InboundParts,
  envelope: Envelope,
  { message: wire, secret }: Pick<Unwrapped, 'message' | 'secret'>,
  draft: Draft,
  toldAt?: EpochMs,
): Promise<SessionEvent | undefined> {
  if (wire.callLogMesssage) return await calledFrom(parts, envelope, wire.callLogMesssage)
  const parties = await partiesOf(parts, envelope, draft)
  const reading: Reading = {
    ...{ parts, envelope, chat: parties.chat.id, author: parties.author.id, draft },
    ...{ log: parts.host.log, secret, isQuote: false },
  }
  const plain = await contentOf(wire, reading)
  if (plain === undefined) return undefined
  const content = await said(plain, wire, reading)
  const { id, fromMe, at } = envelope
  const message = { id, direction: fromMe ? 'out' : 'in', ...parties, at, content } as const
  if (toldAt !== undefined) return await toldOfPast(parts, message, draft, toldAt)
  if (!NO_NEWS.has(content.kind)) await noteInChat(parts, envelope, draft)
  const wasPast = (await parts.recentPast?.heard(message.chat.id, id, draft)) ?? false
  return { kind: 'message', message, ...(wasPast && { wasPast }), ...(await journalNames(reading, content)) }
}

/** Where the journal may have the message, and has what it changes. */
async function journalNames(
  reading: Reading,
  content: Content,
): Promise<Pick<Extract<SessionEvent, { kind: 'message' }>, 'aliases' | 'original'>> {
  const { parts, envelope, chat } = reading
  const [aliases, original] = [await aliasesOf(parts, envelope, chat), await originalOf(content, reading)]
  return { ...(aliases.length > 0 && { aliases }), ...(original && { original }) }
}

async function toldOfPast(
  { recentPast }: InboundParts,
  message: NetworkMessage,
  draft: Draft,
  toldAt: EpochMs,
): Promise<SessionEvent | undefined> {
  const { id, chat, at } = message
  const told = (await recentPast?.told(chat.id, id, at, draft, toldAt)) ?? 'past'
  return told === 'known' ? undefined : { kind: 'message', message, ...(told === 'past' && { isPast: true }) }
}

async function noteInChat(parts: InboundParts, { id, fromMe, chat, author, at }: Envelope, draft: Draft) {
  if (chat === STATUSES_JID) return
  const participant = !isPerson(chat) && !fromMe && { participant: author }
  await parts.directory.noteMessage(chat, { id, fromMe, ...participant, at }, draft)
}
