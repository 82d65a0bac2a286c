import { fault, type Fault, type FaultCode } from '../../model/fault.ts'
import { statusText } from '../errors.ts'

/** The HTTP status of each fault on the APIs of our own, and its text where the fault's own message is not for the caller. */
const STATUSES: Readonly<Partial<Record<FaultCode, readonly [status: number, text: string | null]>>> = {
  unauthorized: [401, 'Unauthorized'],
  codeNeeded: [401, null],
  csrf: [403, null],
  partnerApiOnly: [403, null],
  lastOwner: [409, null],
  lastOperator: [409, null],
  forbidden: [403, null],
  accountSuspended: [403, 'Account is suspended'],
  suspended: [403, null],
  notFound: [404, 'Not found'],
  deleted: [404, 'Not found'],
  conflict: [409, null],
  alreadyLinked: [409, null],
  tooLarge: [413, null],
  quotaExceeded: [422, null],
  rateLimited: [429, null],
  unavailable: [503, 'Service Unavailable'],
  notConnected: [503, 'Service Unavailable'],
  connectionLost: [503, 'Service Unavailable'],
  replaced: [503, 'Service Unavailable'],
  unconfirmed: [504, null],
}

/** Refused for now; `waitMs` becomes `Retry-After`. */
export function rateLimited(message: string, waitMs: number): Fault {
  return fault('rateLimited', message, { retryAfterSeconds: Math.ceil(waitMs / 1000) })
}

/** Undefined where nothing is said of it. */
export function retryAfter({ details }: Fault): string | undefined {
  return details !== undefined && 'retryAfterSeconds' in details ? String(details.retryAfterSeconds) : undefined
}

/** What is wrong with an item of a call that has many, and the body of an error's `error`. */
export interface ApiError {
  readonly code: string
  readonly message: string
}

export function apiError(trouble: Fault): ApiError {
  const code = trouble.fault === 'deleted' ? 'notFound' : trouble.fault
  return { code, message: STATUSES[trouble.fault]?.[1] ?? trouble.message }
}

/** Every fault that is not in the table is 400. */
export function apiStatus(trouble: Fault): number {
  return STATUSES[trouble.fault]?.[0] ?? 400
}

/** The body of an error that is no fault: a status by itself. */
export function statusError(status: number): ApiError {
  const code = CODES[status] ?? (status < 500 ? 'invalid' : 'internal')
  return { code, message: status === 404 ? 'Not found' : statusText(status) }
}

const CODES: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  405: 'methodNotAllowed',
  413: 'tooLarge',
  503: 'unavailable',
  504: 'unconfirmed',
}
