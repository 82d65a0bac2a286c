import type { MessageId } from '../../../model/ids.ts'
import type { Engine, WaKey } from '../engine/engine.ts'
import type { WaMessage } from '../engine/proto.ts'
import { plainJid } from '../jids.ts'
import type { Draft, Life, People, SessionStore } from '../life.ts'

/** What was sent, as it was sent and to whom: phones that could not read it ask for it again, and replies and edits need it. */

/** So long a phone may ask. */
const KEPT_MS = 7 * 86_400_000
/** Between the jid that it went to and the message. */
const END_OF_JID = 0x0a

interface Sent {
  readonly jid: string
  readonly message: Uint8Array
}

/** To be committed before the message leaves. */
export function noteSent({ engine, host }: Life, id: MessageId, jid: string, message: WaMessage, draft: Draft): void {
  // As the engine encodes it for each device.
  const encoded = engine.proto.Message.encode(message).finish()
  const value = Buffer.concat([Buffer.from(jid), Buffer.of(END_OF_JID), encoded])
  draft.notes.set(nameOf(id), { value, until: host.clock.now() + KEPT_MS })
}

/** Whether a message with this id may have left in the last days; one that did not certainly has not. */
export async function mayHaveLeft(store: SessionStore, id: string): Promise<boolean> {
  return (await store.read(nameOf(id))) !== null
}

/** What was sent under an id; undefined when that was too long ago or somebody else did. */
export async function sentMessage(engine: Engine, store: SessionStore, id: string): Promise<WaMessage | undefined> {
  const sent = await sentUnder(store, id)
  return sent === undefined ? undefined : engine.proto.Message.decode(sent.message)
}

/** As `sentMessage`, for one who asks from a chat for what was sent there: an id is no secret, and what went elsewhere is not theirs. */
export async function sentThere(
  engine: Engine,
  { store, people }: { readonly store: SessionStore; readonly people: People },
  { id, remoteJid }: WaKey,
): Promise<WaMessage | undefined> {
  const sent = await sentUnder(store, id ?? '')
  if (sent === undefined || sent.jid === '') return undefined
  const asking = plainJid(remoteJid)
  const isThere = (await people.namesOf(asking)).includes(sent.jid) || (await people.namesOf(sent.jid)).includes(asking)
  return isThere ? engine.proto.Message.decode(sent.message) : undefined
}

async function sentUnder(store: SessionStore, id: string): Promise<Sent | undefined> {
  const kept = await store.read(nameOf(id))
  if (kept === null) return undefined
  const end = kept.indexOf(END_OF_JID)
  return { jid: plainJid(Buffer.from(kept.subarray(0, Math.max(0, end))).toString()), message: kept.subarray(end + 1) }
}

function nameOf(id: string): string {
  return `sent|${id}`
}
