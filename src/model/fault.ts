/**
 * never: asking again is pointless; later: nothing left this machine, or it was refused for now; unsure: it may have
 * left, do not resend.
 */
export type Retry = 'never' | 'later' | 'unsure'

/** Every expected trouble, with what a caller may do about it. Wire texts and HTTP statuses are chosen in `http/errors.ts`. */
export const FAULTS = {
  // sending
  noAccount: 'never',
  notInGroup: 'never',
  refused: 'never',
  fileGone: 'never',
  unconfirmed: 'unsure',
  notConnected: 'later',
  rateLimited: 'later',
  // linking
  alreadyLinked: 'never',
  linkTimeout: 'never',
  linkCancelled: 'never',
  passkeyRequired: 'never',
  wrongCode: 'never',
  wrongPassword: 'never',
  codeExpired: 'never',
  // the instance
  starting: 'later',
  notLinked: 'never',
  suspended: 'later',
  accountSuspended: 'later',
  expired: 'later',
  queueFull: 'later',
  deleted: 'never',
  notFound: 'never',
  unsupported: 'never',
  // connection of a session
  connectionLost: 'later',
  replaced: 'never',
  unlinked: 'never',
  blocked: 'never',
  // requests
  invalid: 'never',
  forbidden: 'never',
  tooLarge: 'never',
  quotaExceeded: 'never',
  unauthorized: 'never',
  codeNeeded: 'never',
  csrf: 'never',
  partnerApiOnly: 'never',
  lastOwner: 'never',
  lastOperator: 'never',
  conflict: 'never',
  webhookUrlSet: 'never',
  unavailable: 'later',
} as const satisfies Readonly<Record<string, Retry>>

export type FaultCode = keyof typeof FAULTS

/** An expected outcome that is not success: a value, never thrown. `message` is for people and holds no secret. */
export interface Fault {
  readonly fault: FaultCode
  readonly message: string
  /** What a caller is told beside or instead of the message, where there is more to tell. */
  readonly details?: object
}

export function fault(code: FaultCode, message: string, details?: object): Fault {
  return { fault: code, message, ...(details !== undefined && { details }) }
}

export function retryOf(trouble: Fault): Retry {
  return FAULTS[trouble.fault]
}

export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'fault' in value
}

/** Nobody is known by what the caller showed. */
export const UNAUTHORIZED = fault('unauthorized', 'Unauthorized')

export const ACCOUNT_SUSPENDED = fault('accountSuspended', 'Account is suspended')

/** What is not there, and what is somebody else's: nobody can tell these apart. */
export const NOT_FOUND = fault('notFound', 'Not found')

/** Nothing was done; who asks again a little later may have more luck. */
export const UNAVAILABLE = fault('unavailable', 'Service Unavailable')

/** Nobody knows whether it was done. */
export const UNCONFIRMED = fault('unconfirmed', 'It is not known whether this was done')
