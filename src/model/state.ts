import type { EpochMs } from './ids.ts'

/** The states that are stored and that `getStateInstanceHistory` lists. */
export type StoredState = 'notAuthorized' | 'authorized' | 'blocked' | 'suspended'

/**
 * `stateInstance` on the wire. The others are never stored: `starting` is what a linked instance shows until its session is open,
 * and one that is being linked shows for what it waits.
 */
export type InstanceState = StoredState | 'starting' | 'pendingCode' | 'pendingPassword'

/** A line of `getStateInstanceHistory`; `wid` is empty while nothing is linked. */
export interface StateChange {
  readonly state: StoredState
  readonly wid: string
  readonly at: EpochMs
}
