import type { ChatId, EpochMs, MessageId } from './ids.ts'
import type { Party } from './message.ts'

/**
 * offer: it rings; pickUp: somebody answered; hungUp: refused by the called side, or (outgoing) answered by nobody; declined: not answered, or given up
 * by the caller; invalid: it could not be connected.
 */
export type CallStatus = 'offer' | 'pickUp' | 'hungUp' | 'declined' | 'invalid'

/** A call as it is known now. The same id comes again with a later status; an outgoing one comes once, when it is over. */
export interface NetworkCall {
  readonly id: MessageId
  readonly direction: 'in' | 'out'
  /** Who called, or was called. */
  readonly chat: Party
  readonly status: CallStatus
  readonly isVideo: boolean
  readonly isGroup: boolean
  /** Seconds that were talked. */
  readonly durationS: number
  /** Of an outgoing call: everybody who was called. */
  readonly participants: readonly { readonly id: ChatId; readonly status: CallStatus }[]
  /** When this status began. */
  readonly at: EpochMs
}
