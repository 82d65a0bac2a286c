import type { EpochMs } from './ids.ts'

/** `stateInstance` on the wire. `starting` is never stored: it is what a linked instance shows until its session is open. */
export type InstanceState = 'notAuthorized' | 'authorized' | 'starting' | 'blocked' | 'suspended'

/** The states that are stored and that `getStateInstanceHistory` lists. */
export type StoredState = Exclude<InstanceState, 'starting'>

/** A line of `getStateInstanceHistory`; `wid` is empty while nothing is linked. */
export interface StateChange {
  readonly state: StoredState
  readonly wid: string
  readonly at: EpochMs
}
