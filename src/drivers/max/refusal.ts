import { fault } from '../../model/fault.ts'
import type { Loss } from './ending.ts'
import type { AskTrouble } from './questions.ts'
import type { LoginRefusal } from './tally.ts'
import { isTokenGone, isTooOften, type NetworkError } from './wire/network-error.ts'

/** What becomes of an instance whose login was not taken. */
export interface RefusedLogin extends Loss {
  readonly how: LoginRefusal
  /** What the world is told of the account. */
  readonly event?: 'unlinked' | 'blocked'
}

/** Of a device that is being linked. */
export const NOT_TAKEN = fault('refused', 'MAX does not take this token')
export const ALREADY_LINKED = fault('alreadyLinked', 'the session is linked')

/** The network says so while it was logged in. */
export const LOGGED_OUT: RefusedLogin = {
  ...{ how: 'token', event: 'unlinked', trouble: fault('unlinked', 'this device was taken off the account') },
}

const BLOCKED: ReadonlySet<string> = new Set(['auth.blocked'])
/** Whoever goes on knocking after such a word loses the token. */
const LIMIT_RETRY_MS = 3_600_000
const OTHER_RETRY_MS = 600_000
/** Whoever has asked for too many QRs leaves it for so long, also when somebody begins anew. */
export const LINK_REST_MS = 600_000

/** Why the network did not log this device in, where it said so. */
function refusedLogin(error: NetworkError): RefusedLogin {
  const { code, message } = error
  if (isTokenGone(error)) {
    return { how: 'token', event: 'unlinked', trouble: fault('unlinked', 'MAX takes the token of this device no more') }
  }
  const said = message === '' ? code : message
  if (BLOCKED.has(code)) {
    return { how: 'blocked', event: 'blocked', trouble: fault('blocked', `MAX has blocked the account: ${said}`) }
  }
  if (isTooOften(error)) {
    const trouble = fault('rateLimited', `MAX takes no more logins for now: ${said}`)
    return { how: 'limit', trouble, atLeastMs: LIMIT_RETRY_MS }
  }
  const trouble = fault('unavailable', `MAX did not take the login: ${said}`)
  return { how: 'other', trouble, atLeastMs: OTHER_RETRY_MS }
}

/** As `refusedLogin`, whatever became of the question; null: the connection ended, of which its listener hears. */
export function untakenLogin(trouble: AskTrouble): RefusedLogin | null {
  switch (trouble.why) {
    case 'refused':
      return refusedLogin(trouble.error)
    case 'lost':
    case 'notSent':
      return null
    case 'late':
    case 'unreadable':
      return { how: 'other', trouble: fault('unavailable', trouble.says), atLeastMs: OTHER_RETRY_MS }
    default:
      return trouble satisfies never
  }
}
