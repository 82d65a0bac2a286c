import { fault, type Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { SessionEvent } from '../driver.ts'
import type { EngineError } from './engine/engine.ts'

/** Why the engine's socket ended and what is done about it. */

/** What a code of the network asks for. */
type Action =
  /** To be opened again at once; not an error. */
  | 'restart'
  | 'retry'
  /** Tried again, but not for ever: what comes back each time is no passing trouble. */
  | 'retryCounted'
  /** Somebody else holds the same device: one more try, later. */
  | 'retryOnce'
  | 'unlinked'
  | 'blocked'
  /** The network does not speak with this version any more. */
  | 'refreshVersion'
  /** A ban that ends: it is not knocked at. */
  | 'pause'

interface Row {
  readonly code: number
  readonly meaning: string
  readonly action: Action
}

/** Every code that means something of its own; any other is a `retry`. */
export const ENDINGS: readonly Row[] = [
  { code: 401, meaning: 'the phone or WhatsApp unlinked this device', action: 'unlinked' },
  { code: 402, meaning: 'WhatsApp has banned the account for a while', action: 'pause' },
  { code: 403, meaning: 'WhatsApp has blocked the account', action: 'blocked' },
  { code: 405, meaning: 'WhatsApp does not take this version of its protocol any more', action: 'refreshVersion' },
  { code: 408, meaning: 'the connection was lost', action: 'retry' },
  { code: 411, meaning: 'the phone does not allow linked devices', action: 'unlinked' },
  { code: 428, meaning: 'the connection was closed', action: 'retry' },
  { code: 440, meaning: 'the same device was opened elsewhere', action: 'retryOnce' },
  { code: 500, meaning: 'WhatsApp ended the connection with an error', action: 'retryCounted' },
  { code: 503, meaning: 'WhatsApp is not available now', action: 'retry' },
  { code: 515, meaning: 'WhatsApp asks for a new connection', action: 'restart' },
]
const BY_CODE = new Map(ENDINGS.map((row) => [row.code, row]))
const OTHERWISE: Row = { code: 0, meaning: 'the connection ended', action: 'retry' }

/** So many in a row, and a new link is needed. */
export const BAD_SESSIONS = 10
/** A session that was open for so long has come right: what it counted before is forgotten. */
const SOUND_AFTER_MS = 300_000
export const REPLACED_RETRY_MS = 30_000
const BAN_RETRY_MS = 3_600_000
/** Between two look-ups of the version while none that is known is taken. */
const OUTDATED_RETRY_MS = 600_000

export interface Ending {
  /** The network's code, 0 where there is none. */
  readonly code: number
  readonly trouble: Fault
  /** To be committed, after all that came before, before the end is told. */
  readonly event?: 'unlinked' | 'blocked'
  /** To be tried again no sooner than that. */
  readonly atLeastMs?: number
  /** What a login that is under way does about it instead of ending. */
  readonly again?: 'restart' | 'refreshVersion'
}

/** What a session remembers of how its connections ended, to tell what passes from what stays. */
export class Endings {
  #badSessions = 0
  #wasReplaced = false
  #wasOutdated = false
  #openedAt: EpochMs | null = null

  opened(at: EpochMs): void {
    this.#openedAt = at
    this.#wasOutdated = false
  }

  ended(error: EngineError | undefined, at: EpochMs): Ending {
    if (this.#openedAt !== null && at - this.#openedAt >= SOUND_AFTER_MS) {
      this.#badSessions = 0
      this.#wasReplaced = false
    }
    this.#openedAt = null
    const code = codeOf(error)
    const row = BY_CODE.get(code) ?? OTHERWISE
    if (row.action !== 'retryCounted') this.#badSessions = 0
    const ending = this.#endingOf(row)
    return { code, ...ending }
  }

  #endingOf({ code, meaning, action }: Row): Omit<Ending, 'code'> {
    const said = code === 0 ? meaning : `${meaning} (${String(code)})`
    switch (action) {
      case 'retry':
        return { trouble: fault('connectionLost', said) }
      case 'restart':
        return { trouble: fault('connectionLost', said), again: 'restart' }
      case 'retryCounted':
        return { trouble: this.#badSession(said) }
      case 'retryOnce':
        return this.#replaced(said)
      case 'unlinked':
        return { trouble: fault('unlinked', said), event: 'unlinked' }
      case 'blocked':
        return { trouble: fault('blocked', said), event: 'blocked' }
      case 'refreshVersion':
        return this.#outdated(said)
      case 'pause':
        return { trouble: fault('unavailable', said), atLeastMs: BAN_RETRY_MS }
      default:
        return action satisfies never
    }
  }

  #badSession(said: string): Fault {
    this.#badSessions += 1
    if (this.#badSessions < BAD_SESSIONS) return fault('connectionLost', said)
    this.#badSessions = 0
    const times = `${String(BAD_SESSIONS)} times in a row`
    return fault('refused', `${said}, ${times}: log the instance out and link it again; its keys are kept until then`)
  }

  #replaced(said: string): Omit<Ending, 'code'> {
    const isSecond = this.#wasReplaced
    this.#wasReplaced = !isSecond
    if (isSecond) return { trouble: fault('replaced', said) }
    return { trouble: fault('connectionLost', said), atLeastMs: REPLACED_RETRY_MS }
  }

  #outdated(said: string): Omit<Ending, 'code'> {
    const isSecond = this.#wasOutdated
    this.#wasOutdated = true
    const known = { trouble: fault('unavailable', said), again: 'refreshVersion' } as const
    return isSecond ? { ...known, atLeastMs: OUTDATED_RETRY_MS } : known
  }
}

/** Told by the network itself, as against a proxy on the way or the engine: only of these a code means what the table says. */
const BY_NETWORK = /^(?:Connection Failure|Stream Errored|Multi-device beta not joined)/

/** The network's code; 0 where the connection ended without its word. */
export function codeOf(error: EngineError | undefined): number {
  const code = error?.output?.statusCode
  if (error === undefined || code === undefined) return 0
  if (!BY_NETWORK.test(error.message)) return code === 408 || code === 428 ? code : 0
  return code === 440 && isDeviceRemoved(error.data) ? 401 : code
}

/** `<conflict type="device_removed"/>`, which comes without a code of its own. */
function isDeviceRemoved(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('attrs' in data)) return false
  const { attrs } = data
  return typeof attrs === 'object' && attrs !== null && 'type' in attrs && attrs.type === 'device_removed'
}

/** What is committed of an ending. */
export function eventOf(event: NonNullable<Ending['event']>, at: EpochMs): SessionEvent {
  return event === 'unlinked' ? { kind: 'unlinked', at } : { kind: 'restricted', state: 'blocked', at }
}
