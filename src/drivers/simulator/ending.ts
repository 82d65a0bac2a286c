import { fault, type Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { FromNetwork } from '../../simulator/protocol.ts'
import type { SessionEvent } from '../driver.ts'

/** Why the network ended a channel, or did not open it. */
export type ClosedReason = Extract<FromNetwork, { t: 'closed' | 'refused' }>['reason']

export interface Ending {
  /** To be committed, after all that came before, before the end is told. */
  readonly event: SessionEvent | null
  readonly trouble: Fault
}

export function endingOf(reason: ClosedReason, at: EpochMs): Ending {
  switch (reason) {
    case 'unlinked':
      return { event: { kind: 'unlinked', at }, trouble: fault('unlinked', 'the phone unlinked this device') }
    case 'blocked': {
      const event: SessionEvent = { kind: 'restricted', state: 'blocked', at }
      return { event, trouble: fault('blocked', 'the account is blocked') }
    }
    case 'replaced':
      return { event: null, trouble: fault('replaced', 'the same device was opened elsewhere') }
    case 'unavailable':
      return { event: null, trouble: fault('unavailable', 'the network refuses connections now') }
    case 'dropped':
    case 'loggedOut':
      return { event: null, trouble: fault('connectionLost', 'the network ended the connection') }
    default:
      return reason satisfies never
  }
}
