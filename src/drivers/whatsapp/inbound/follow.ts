import type { EngineSocket } from '../engine/engine.ts'
import { intercept } from '../intercept.ts'
import { followCalls } from './calls.ts'
import { followEvents, followNotifications } from './events.ts'
import type { InboundParts } from './reading.ts'
import { followReceipts } from './receipts.ts'

/**
 * Puts all readers but that of messages on a socket, before anything comes: what they keep is committed before the engine sees the stanza
 * and acknowledges it. `failed`: it could not be; nothing more of that sort is acknowledged.
 */
export function followInbound(
  parts: InboundParts & { readonly ended: AbortSignal },
  { ws, ev }: Pick<EngineSocket, 'ws' | 'ev'>,
  failed: (why: string) => void,
): void {
  intercept(ws, 'CB:receipt', followReceipts(parts), failed)
  intercept(ws, 'CB:call', followCalls(parts), failed)
  intercept(ws, 'CB:notification', followNotifications(parts), failed)
  ev.process(followEvents(parts))
}
