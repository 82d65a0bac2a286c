import { fault, type Fault } from '../../model/fault.ts'
import type { SessionHost } from '../driver.ts'
import type { Identity } from './identity.ts'

/**
 * Why a connection ended by itself.
 * unreachable: it never opened. late: it did not open in time, or the network did not greet back in time. closed: the network closed it, or it
 * broke. silent: the keep-alive was not answered. outdated: the network does not take our version any more. refused: it did not greet back for
 * another reason. unreadable: what came was nothing that we can read. notKept: what came could not be kept, or not be answered.
 */
export type EndReason = 'unreachable' | 'late' | 'closed' | 'silent' | 'outdated' | 'refused' | 'unreadable' | 'notKept'

export interface Ending {
  readonly reason: EndReason
  /** For people; it holds no secret. */
  readonly says: string
  /** Of the web socket, where the network closed it; 1006: it broke. */
  readonly code?: number
  /** Whether the network had greeted back. One that closes right after it, again and again, has thrown the token away. */
  readonly wasOpen: boolean
}

/** A version that is not let in is not knocked with: somebody must set another one. */
export const OUTDATED_RETRY_MS = 3_600_000
/** Neither what is wrong with our greeting nor what we can't read passes at once. */
const ODD_RETRY_MS = 600_000

/** What the runner is told, and no sooner than when it may try again. */
export interface Loss {
  readonly trouble: Fault
  readonly atLeastMs?: number
}

/** What came of a wait in which another node may have taken the instance over. */
export const NOT_SURE: Loss = { trouble: fault('connectionLost', 'another node may have this instance') }

export const REPLACED: Loss = { trouble: fault('replaced', 'the same device was opened elsewhere') }
export const BROKEN: Loss = { trouble: fault('unavailable', 'the session could not go on') }

/** What is told to somebody who can do something about it, and to the other sessions; the runner alone can do something about the rest. */
export function noteOutdated(
  { log, instance }: Pick<SessionHost, 'log' | 'instance'>,
  { identity, versions }: { readonly identity: Identity; readonly versions: { refused(): void } },
): void {
  versions.refused()
  const { appVersion } = identity
  const says = 'MAX lets this version of its web client in no more: set JADEGATE_MAX_APP_VERSION, as docs/max.md says'
  log.error({ idInstance: instance, appVersion }, says)
}

export function lossOf({ reason, says }: Ending): Loss {
  switch (reason) {
    case 'unreachable':
    case 'late':
    case 'closed':
    case 'silent':
    case 'notKept':
      return { trouble: fault('connectionLost', says) }
    case 'outdated':
      return { trouble: fault('unavailable', says), atLeastMs: OUTDATED_RETRY_MS }
    case 'refused':
    case 'unreadable':
      return { trouble: fault('unavailable', says), atLeastMs: ODD_RETRY_MS }
    default:
      return reason satisfies never
  }
}
