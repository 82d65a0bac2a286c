import { few } from '../../network/bounded.ts'
import type { BinaryNode } from '../engine/engine.ts'
import type { WaMessage } from '../engine/proto.ts'
import { isPerson, plainJid } from '../jids.ts'
import { newDraft, type Draft, type ReadPlain } from '../life.ts'
import { envelopeOf, envelopeOfPast, pairsIn } from './envelope.ts'
import { noticeIn } from './past-notices.ts'
import { readMessage } from './read-message.ts'
import type { Envelope, InboundParts } from './reading.ts'
import { unwrap, type Unwrapped } from './unwrap.ts'

/** Told of each stanza that could be read after all. */
interface ReadWatch {
  read(envelope: Envelope, draft: Draft): void
}

/** Told of each note that says where a piece of the past lies. */
interface PastWatch {
  expect(name: string): void
}

/** Between the devices of one account. */
const PEER = 'peer'
/** Of one answer; it is asked for one by one. */
const MOST_RESENT = 64

/**
 * Reads what stanzas brought, decrypted and without its padding. Whatever is in them, it does not throw over it: what makes no sense gives a draft without an event. It
 * rejects only when something could not be looked up, and then nothing may be acknowledged.
 */
export function makeReadPlain(parts: InboundParts, watch?: ReadWatch, past?: PastWatch): ReadPlain {
  return async (stanza, plain) => {
    const draft = newDraft()
    const envelope = envelopeOf(stanza, parts.people, parts.host.clock.now())
    if (envelope === null) return draft
    for (const { lid, pn } of pairsIn(stanza)) await parts.people.learn(lid, pn, draft)
    const message = decoded(parts, plain, envelope)
    if (message === null) return draft
    const notice = envelope.fromMe ? noticeIn(message, envelope.id, parts.host.clock.now()) : undefined
    if (notice !== undefined) {
      draft.notes.set(...notice)
      past?.expect(notice[0])
      return draft
    }
    const addressed = addressedTo(envelope, unwrap(message), stanza)
    const all = addressed === null ? resentIn(parts, envelope, message, stanza) : [{ envelope: addressed, message }]
    for (const one of all) await readInto(draft, parts, one, watch)
    return draft
  }
}

interface Said {
  readonly envelope: Envelope
  readonly message: WaMessage
}

async function readInto(draft: Draft, parts: InboundParts, { envelope, message }: Said, watch?: ReadWatch) {
  const event = await readMessage(parts, envelope, unwrap(message), draft)
  if (event !== undefined) draft.events.push(event)
  if (saysMore(message)) watch?.read(envelope, draft)
}

/** What came to us without what it says, as our own phone says it when it is asked. */
function resentIn(
  { engine, people, own, host }: InboundParts,
  { id, fromMe }: Envelope,
  { protocolMessage }: WaMessage,
  { attrs }: BinaryNode,
): readonly Said[] {
  if (!fromMe || attrs['category'] !== PEER) return []
  const results = protocolMessage?.peerDataOperationRequestResponseMessage?.peerDataOperationResult
  return few(results, MOST_RESENT).flatMap(({ placeholderMessageResendResponse: resent }) => {
    if (!resent?.webMessageInfoBytes) return []
    try {
      const info = engine.proto.WebMessageInfo.decode(resent.webMessageInfoBytes)
      const envelope = envelopeOfPast(info, people, own.pn)
      return envelope === null || !info.message ? [] : [{ envelope, message: info.message }]
    } catch {
      host.log.info({ id }, 'what the phone was asked for is no message')
      return []
    }
  })
}

function decoded({ engine, host }: InboundParts, plain: Uint8Array, { id }: Envelope): WaMessage | null {
  try {
    return engine.proto.Message.decode(plain)
  } catch {
    host.log.info({ id }, 'a message that was decrypted is no message')
    return null
  }
}

/** An own message says inside whom it was for; nobody else's may. Peer messages are no messages of a chat. */
function addressedTo(envelope: Envelope, { destination }: Unwrapped, { attrs }: BinaryNode): Envelope | null {
  if (!envelope.fromMe) return destination === undefined ? envelope : null
  if (attrs['category'] === PEER) return null
  const to = plainJid(destination)
  const isTold = attrs['recipient'] !== undefined || !isPerson(envelope.chat) || to === ''
  return isTold ? envelope : { ...envelope, chat: to, chatAlt: '' }
}

/** A key for a group comes ahead of the message, in the same stanza. */
function saysMore(message: WaMessage): boolean {
  return Object.keys(message).some((name) => name !== 'senderKeyDistributionMessage' && name !== 'messageContextInfo')
}
