import type { Guard } from './store.ts'

/**
 * Made for a call that carries an idempotency key: given the outcome that the call will have, the guard to put in the batch that
 * makes it so. Outcome and guard commit together, so a repeated call can only ever see an outcome that is stored.
 */
export type Once<Outcome> = (outcome: Outcome) => Extract<Guard, { kind: 'once' }>
