import { errors } from 'undici'

/**
 * How passing something on to a node ended. misdirected: it is not the one, and has done nothing. unreached: it has seen nothing. lost: the
 * connection broke, and it may have been done there. silent: so it may, and waiting longer is no use.
 */
export type Passed = 'answered' | 'misdirected' | 'unreached' | 'lost' | 'silent'

/** The status of a node that is not the one where the call belongs: it has done nothing. */
export const MISDIRECTED = 421

/** A node that lives answers at once that it does; one that does not is found out by its lease at the latest. */
export const CONNECT_MS = 1000

const NEVER_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** By what undici says. */
export function howItFailed(error: unknown): Extract<Passed, 'unreached' | 'lost' | 'silent'> {
  if (error instanceof errors.HeadersTimeoutError) return 'silent'
  // The connection was never made: nobody has seen the call.
  return error instanceof Error && 'code' in error && NEVER_SENT.has(error.code) ? 'unreached' : 'lost'
}
