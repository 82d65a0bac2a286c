import { fault, isFault, type Fault, type FaultCode } from '../../../model/fault.ts'
import type { EngineError } from '../engine/engine.ts'
import { isGroup } from '../jids.ts'

/** What WhatsApp, or the engine, says when a message doesn't go, as faults. */

/** New chats are closed for the account. */
export const CLOSED = '463'

interface Refusal {
  readonly fault: FaultCode
  readonly reason: string
}

const OUTSIDE: Refusal = { fault: 'notInGroup', reason: 'the account is not in this group' }
const BUSY: Refusal = { fault: 'unavailable', reason: 'WhatsApp could not take the message now' }
const RATE: Refusal = { fault: 'rateLimited', reason: 'WhatsApp takes no more messages for now' }
const MALFORMED: Refusal = { fault: 'refused', reason: 'WhatsApp does not take such a message' }

/** By the error of an ack. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  '400': MALFORMED,
  '401': { fault: 'refused', reason: 'WhatsApp does not let the account write there' },
  '403': { fault: 'refused', reason: 'WhatsApp does not let the account write there' },
  '404': { fault: 'noAccount', reason: 'the number is not on WhatsApp' },
  '405': { fault: 'refused', reason: 'WhatsApp does not allow it' },
  '406': MALFORMED,
  '408': BUSY,
  '413': { fault: 'refused', reason: 'the message is too large for WhatsApp' },
  '420': OUTSIDE,
  '421': RATE,
  '429': RATE,
  [CLOSED]: { fault: 'refused', reason: 'WhatsApp has closed new chats for this account for a time' },
  '475': { fault: 'refused', reason: 'WhatsApp does not let the account write now' },
  '479': { fault: 'refused', reason: 'WhatsApp found the message addressed wrongly' },
  '487': MALFORMED,
  '488': MALFORMED,
  '489': MALFORMED,
  '490': MALFORMED,
  '491': MALFORMED,
  '495': { fault: 'refused', reason: 'WhatsApp misses the secret of the message' },
  '499': { fault: 'refused', reason: 'the message that it is about was deleted' },
  '500': BUSY,
  '503': BUSY,
  '550': { fault: 'refused', reason: 'WhatsApp lets only admins delete messages of others' },
  '551': { fault: 'refused', reason: 'WhatsApp does not let this account write to the group' },
  '552': BUSY,
}

/** In groups these say that it is not the account's. */
const GROUP_REFUSALS: Readonly<Record<string, Refusal>> = { '401': OUTSIDE, '403': OUTSIDE, '404': OUTSIDE }

export function isRefusalCode(code: string): boolean {
  return Object.hasOwn(REFUSALS, code)
}

/** What an ack with an error means for a message to a chat; the reason holds the code. */
export function refusalOf(code: string, jid: string): Fault {
  const known = (isGroup(jid) ? GROUP_REFUSALS[code] : undefined) ?? REFUSALS[code]
  const { fault: what, reason } = known ?? { fault: 'refused' as const, reason: 'WhatsApp refused the message' }
  return fault(what, `${reason} (${code})`)
}

const TIMED_OUT = 408

/** What it means that the engine could not write a message. `unsure` where a part of it may have left. */
export function troubleOf(error: unknown, jid: string): Fault {
  if (isFault(error)) return error
  const { output, code, data } = error as EngineError & { readonly code?: unknown }
  // An answer to a question of the engine's has its code there.
  const status = typeof data === 'number' ? data : output?.statusCode
  // The frame was handed to the connection, which didn't say that it took it.
  if (status === TIMED_OUT || typeof code === 'string')
    return fault('unconfirmed', 'the connection broke while the message was written')
  if (isGroup(jid) && status !== undefined && String(status) in GROUP_REFUSALS)
    return fault(OUTSIDE.fault, OUTSIDE.reason)
  if (status === 429) return fault(RATE.fault, `${RATE.reason} (429)`)
  return status === 428
    ? fault('notConnected', 'the connection ended before the message was sent')
    : fault('unavailable', 'the message could not be prepared for WhatsApp now')
}
