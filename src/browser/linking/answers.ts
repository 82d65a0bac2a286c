import type { End } from './view.ts'

/** What an instance says of the attempt that runs: a frame of its socket `scanqrcode`, or the answer of `qr`. */
export type Frame =
  | { readonly kind: 'picture'; readonly png: string }
  | { readonly kind: 'asked'; readonly what: 'password' | 'passkey' }
  /** `phone`: the number, where it tells one. */
  | { readonly kind: 'linked'; readonly phone: string | null }
  | { readonly kind: 'alreadyLinked' }
  | { readonly kind: 'timedOut' }
  /** `isCode`: because somebody links by phone number, for whom a code is good. */
  | { readonly kind: 'error'; readonly isCode: boolean }

/** The answer to a number, a code or a password. */
export interface Step {
  readonly isTaken: boolean
  /** Why not; empty where nothing is said. */
  readonly reason: string
  /** What to type into the phone, where that is the way. */
  readonly code: string
}

const CODE_RUNS = 'linking by phone number is under way; wait for it to end'

/** What the server says of an instance that can't be linked, now or ever. */
const REFUSALS: ReadonlyMap<string, End> = new Map([
  ['Instance is deleted', 'gone'],
  ['Your account is suspended', 'paused'],
  ['Instance account is expired. Renew your instance from personal area', 'paused'],
])

export function readFrame(json: unknown): Frame {
  switch (textAt(json, 'type')) {
    case 'qrCode':
      return { kind: 'picture', png: textAt(json, 'message') }
    case 'pending_password':
      return { kind: 'asked', what: 'password' }
    case 'passkeyRequired':
      return { kind: 'asked', what: 'passkey' }
    case 'accountData':
      return { kind: 'linked', phone: /^(\d+)@c\.us$/.exec(textAt(json, 'wid'))?.[1] ?? null }
    case 'alreadyLogged':
      return { kind: 'alreadyLinked' }
    case 'timeout':
      return { kind: 'timedOut' }
    default:
      return { kind: 'error', isCode: textAt(json, 'message') === CODE_RUNS }
  }
}

export function readStep(json: unknown): Step {
  return {
    isTaken: at(json, 'status') === true,
    reason: textAt(at(json, 'data'), 'reason'),
    code: textAt(json, 'code'),
  }
}

/** Of `getStateInstance`; empty where it is none. */
export function readState(json: unknown): string {
  return textAt(json, 'stateInstance')
}

/** The number of the linked phone, of `getAccountSettings` and `getWaSettings`; null where there is none. */
export function readPhone(json: unknown): string | null {
  const phone = textAt(json, 'phone')
  return /^\d+$/.test(phone) ? phone : null
}

/** The end that a refused call means; null where it means none. */
export function endOfRefusal(status: number, json: unknown): End | null {
  return REFUSALS.get(textAt(json, 'message')) ?? (status === 401 || status === 403 ? 'wrongLink' : null)
}

function at(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined
}

function textAt(json: unknown, name: string): string {
  const value = at(json, name)
  return typeof value === 'string' ? value : ''
}
