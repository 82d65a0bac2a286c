import type { MessageId } from '../../../model/ids.ts'
import type { Engine, WaKey } from '../engine/engine.ts'
import type { WaMessage } from '../engine/proto.ts'
import type { Draft, Life, SessionStore } from '../life.ts'

/** What was sent, as it was sent: phones that could not read it ask for it again, and replies and edits need it. */

/** So long a phone may ask. */
const KEPT_MS = 7 * 86_400_000

/** To be committed before the message leaves. */
export function noteSent({ engine, host }: Life, id: MessageId, message: WaMessage, draft: Draft): void {
  const { Message } = engine.proto
  const value = Message.encode(Message.fromObject(message)).finish()
  draft.notes.set(nameOf(id), { value, until: host.clock.now() + KEPT_MS })
}

/** Whether a message with this id may have left in the last days; one that did not certainly has not. */
export async function mayHaveLeft(store: SessionStore, id: string): Promise<boolean> {
  return (await store.read(nameOf(id))) !== null
}

/** What was sent under a key; undefined when that was too long ago or somebody else did. */
export async function sentMessage(engine: Engine, store: SessionStore, key: WaKey): Promise<WaMessage | undefined> {
  const kept = await store.read(nameOf(key.id ?? ''))
  return kept === null ? undefined : engine.proto.Message.decode(kept)
}

function nameOf(id: string): string {
  return `sent|${id}`
}
