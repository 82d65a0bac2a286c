import { STATUS_CODES } from 'node:http'
import { fault, type Fault, type FaultCode } from '../model/fault.ts'
import { maskPath } from './mask.ts'

/** The HTTP status and the text of each fault on `/waInstance…`; null: the fault's own message is the text. */
const ON_INSTANCES: Readonly<Record<FaultCode, readonly [status: number, text: string | null]>> = {
  noAccount: [400, null],
  notInGroup: [400, null],
  refused: [400, null],
  fileGone: [400, null],
  unconfirmed: [504, 'Gateway Timeout'],
  notConnected: [503, 'Service Unavailable'],
  rateLimited: [429, null],
  alreadyLinked: [400, 'instance account already authorized'],
  linkTimeout: [400, null],
  linkCancelled: [400, null],
  passkeyRequired: [400, null],
  wrongCode: [400, null],
  wrongPassword: [400, null],
  codeExpired: [400, null],
  starting: [400, 'instance in starting process try later'],
  notLinked: [400, 'instance is starting or not authorized'],
  suspended: [403, 'Your account is suspended'],
  accountSuspended: [403, 'Your account is suspended'],
  expired: [400, 'Instance account is expired. Renew your instance from personal area'],
  queueFull: [400, null],
  deleted: [400, 'Instance is deleted'],
  notFound: [404, null],
  unsupported: [400, null],
  connectionLost: [503, 'Service Unavailable'],
  replaced: [503, 'Service Unavailable'],
  unlinked: [400, 'instance is starting or not authorized'],
  blocked: [400, null],
  invalid: [400, null],
  forbidden: [403, null],
  tooLarge: [413, 'request entity too large'],
  quotaExceeded: [466, null],
  unauthorized: [401, 'Unauthorized'],
  codeNeeded: [401, null],
  csrf: [403, null],
  partnerApiOnly: [403, null],
  lastOwner: [409, null],
  lastOperator: [409, null],
  conflict: [409, null],
  webhookUrlSet: [400, null],
  unavailable: [503, 'Service Unavailable'],
}

/** The code in `{code, description}` of each fault that a partner method can meet; every other one is 400. */
const ON_PARTNERS: Readonly<Partial<Record<FaultCode, readonly [code: number, description: string | null]>>> = {
  unauthorized: [401, 'Unauthorized'],
  forbidden: [403, null],
  accountSuspended: [403, 'Account is suspended'],
  quotaExceeded: [466, null],
  notFound: [404, 'Not found'],
  conflict: [409, null],
  rateLimited: [429, 'Too Many Requests'],
  unconfirmed: [504, 'Gateway Timeout'],
  unavailable: [503, 'Service Unavailable'],
}

/** What a partner token of the scope `read` is told where something is to change. */
export const READ_ONLY = fault('forbidden', 'This token may only read')

/** An answer that refuses: written as it stands. `text` is JSON, or empty. */
export class Refusal {
  readonly status: number
  readonly text: string
  readonly headers: readonly string[]
  /** What stands behind it, where that is a fault of an instance. */
  readonly fault: FaultCode | undefined

  constructor(status: number, text = '', headers: readonly string[] = [], fault?: FaultCode) {
    this.status = status
    this.text = text
    this.headers = headers
    this.fault = fault
  }
}

/** What a refusal says beside its text; keys go into the JSON after the known ones. */
interface Extra {
  readonly headers?: readonly string[]
  readonly fields?: object
  readonly fault?: FaultCode
}

/** `{statusCode, timestamp, path, message}`, the contract's shape of an error. The token in the path is masked. */
export function envelope(status: number, url: string, message: string, now: number, extra: Extra = {}): Refusal {
  const timestamp = new Date(now).toISOString()
  const body = { statusCode: status, timestamp, path: maskPath(url), ...extra.fields, message }
  return new Refusal(status, JSON.stringify(body), extra.headers, extra.fault)
}

export function instanceRefusal(trouble: Fault, url: string, now: number, extra?: Extra): Refusal {
  const [status, text] = ON_INSTANCES[trouble.fault]
  // The contract's body of a used-up quota is no envelope; what it knows no body for is one.
  if (trouble.fault === 'quotaExceeded' && trouble.details !== undefined) {
    return new Refusal(status, JSON.stringify(trouble.details), extra?.headers, trouble.fault)
  }
  const fields = trouble.fault === 'webhookUrlSet' ? { code: 'INVALID_PARAM', status: 'error' } : {}
  return envelope(status, url, text ?? trouble.message, now, { ...extra, fields, fault: trouble.fault })
}

/** Partner methods refuse with HTTP 200 and `{code, description}`. */
export function partnerRefusal(trouble: Fault, headers?: readonly string[]): Refusal {
  const [code, description] = ON_PARTNERS[trouble.fault] ?? [400, null]
  return partnerFailure(code, description ?? trouble.message, headers)
}

export function partnerFailure(code: number, description: string, headers?: readonly string[]): Refusal {
  return new Refusal(200, JSON.stringify({ code, description }), headers)
}

/** The text of a status, as an answer without a better one says it. */
export function statusText(status: number): string {
  return STATUS_CODES[status] ?? 'Error'
}

/** The message of a request whose fields don't fit. */
export function validationText(faults: readonly string[]): string {
  return `Validation failed. Details: ${faults.join(', ')}`
}
