import type { BinaryNode } from '../engine/engine.ts'
import type { WaMessage } from '../engine/proto.ts'
import { isPerson, plainJid } from '../jids.ts'
import { newDraft, type Draft, type ReadPlain } from '../life.ts'
import { envelopeOf, pairsIn } from './envelope.ts'
import { readMessage } from './read-message.ts'
import type { Envelope, InboundParts } from './reading.ts'
import { unwrap, type Unwrapped } from './unwrap.ts'

/** Told of each stanza that could be read after all. */
interface ReadWatch {
  read(envelope: Envelope, draft: Draft): void
}

/** Between the devices of one account. */
const PEER = 'peer'

/**
 * Reads what stanzas brought, decrypted and without its padding. Whatever is in them, it does not throw over it: what makes no sense gives a draft without an event. It
 * rejects only when something could not be looked up, and then nothing may be acknowledged.
 */
export function makeReadPlain(parts: InboundParts, watch?: ReadWatch): ReadPlain {
  return async (stanza, plain) => {
    const draft = newDraft()
    const envelope = envelopeOf(stanza, parts.people, parts.host.clock.now())
    if (envelope === null) return draft
    for (const { lid, pn } of pairsIn(stanza)) await parts.people.learn(lid, pn, draft)
    const message = decoded(parts, plain, envelope)
    if (message === null) return draft
    const unwrapped = unwrap(message)
    const addressed = addressedTo(envelope, unwrapped, stanza)
    if (addressed === null) return draft
    const event = await readMessage(parts, addressed, unwrapped, draft)
    if (event !== undefined) draft.events.push(event)
    if (saysMore(message)) watch?.read(addressed, draft)
    return draft
  }
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
