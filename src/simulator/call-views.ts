import type { CallStatus } from '../model/call.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'

export interface CallRow {
  readonly seq: number
  readonly messenger: Messenger
  readonly id: string
  /** Digits. */
  readonly caller: string
  /** Digits, or the group's id. */
  readonly callee: string
  /** JSON: the digits of everybody who is called. */
  readonly called: string
  readonly status: CallStatus
  /** 1 or 0. */
  readonly isVideo: number
  readonly durationS: number
  readonly at: EpochMs
}

/** A call as the API and the page show it to one phone. */
export interface CallView {
  readonly id: string
  readonly messenger: Messenger
  readonly from: string
  readonly to: string
  readonly direction: 'in' | 'out'
  /** `offer` while it rings. */
  readonly status: CallStatus
  readonly isVideo: boolean
  readonly durationS: number
  readonly time: EpochMs
}

/** What the caller's side is told: it does not learn whether nobody was there or nobody wanted. */
export function outcomeForCaller(status: CallStatus): CallStatus {
  return status === 'declined' ? 'hungUp' : status
}

export function calledOf({ called }: Pick<CallRow, 'called'>): readonly string[] {
  return JSON.parse(called) as readonly string[]
}

export function callViewOf(row: CallRow, phone: string): CallView {
  const { id, messenger, caller, callee, status, durationS, at } = row
  const direction = caller === phone ? 'out' : 'in'
  return { id, messenger, from: caller, to: callee, direction, status, isVideo: row.isVideo === 1, durationS, time: at }
}
