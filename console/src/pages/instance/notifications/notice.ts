import type { QueryKey } from '@tanstack/react-query'
import { anything, list, nullable, number, object, oneOf, or, text, type Read } from '../../../api/read.ts'
import { instanceKey } from '../../../api/instances.ts'
import type { Here } from '../here.ts'

export const OUTCOMES = ['delivered', 'retrying', 'gone'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** The kinds of notification that an instance makes; the names are the wire's. */
export const NOTICE_TYPES = [
  'incomingMessageReceived',
  'outgoingMessageReceived',
  'outgoingAPIMessageReceived',
  'outgoingMessageStatus',
  'stateInstanceChanged',
  'incomingCall',
  'outgoingCall',
  'quotaExceeded',
] as const

const readAttempt = object({ time: text, ms: or(number, 0), status: or(number, 0), error: or(text, '') })
export type Attempt = Read<typeof readAttempt>

const line = {
  receiptId: number,
  type: text,
  time: text,
  outcome: oneOf(...OUTCOMES),
  tries: number,
  lastAttempt: nullable(readAttempt),
}
const readLine = object(line)
export type DeliveryLine = Read<typeof readLine>

export const readDelivery = object({ ...line, attempts: list(readAttempt), body: anything })
export const readDeliveries = object({ items: list(readLine), next: nullable(text) })

const readWaiting = object({ receiptId: number, type: text, time: text, body: anything })
export type WaitingNotice = Read<typeof readWaiting>
export const readMailbox = object({ items: list(readWaiting), next: nullable(text) })

export const readPosted = object({ receiptId: number })

/** Everything below it is out of date once something was put into the mailbox. */
export function noticesKey({ account, id }: Here): QueryKey {
  return [...instanceKey(account, id), 'notices']
}
