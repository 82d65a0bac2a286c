import { errorCode } from '../../../lib/error-code.ts'
import { MARK_IS_GONE } from './commit-mark.ts'

/**
 * Why the database did not do what it was asked; certainly nothing of it is stored.
 * - unreachable: no connection in time.
 * - lost: the connection ended, or the server can't serve for now; another attempt may do.
 * - conflict: the transaction got in another one's way (deadlock, serialization, a lock that took too long); it may be begun anew.
 * - failed: the statement itself is wrong for what is stored; it would fail again.
 */
export type TroubleKind = 'unreachable' | 'lost' | 'conflict' | 'failed'

/** Holds no value of any row and nothing of the database's address. */
export class PgTrouble extends Error {
  override readonly name = 'PgTrouble'
  readonly kind: TroubleKind
  /** The five characters by which PostgreSQL tells errors apart; undefined where it was not the server that spoke. */
  readonly sqlState: string | undefined

  constructor(kind: TroubleKind, message: string, sqlState?: string) {
    super(message)
    this.kind = kind
    this.sqlState = sqlState
  }
}

/** Of the server's errors by class, see its documentation, appendix A. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01', '55P03'])
/** The session or the server is of no use, for now or for ever; what was asked is not at fault. */
const LOST_CLASSES: ReadonlySet<string> = new Set(['08', '53', '57', '58', 'XX'])
const LOST: ReadonlySet<string> = new Set([MARK_IS_GONE, '25006', '25P02', '25P03', '26000', '0A000', '42P05'])
/** A statement that took too long; the session goes on. */
const CANCELED = '57014'
/** What the driver says where the server refuses to encrypt. */
const NO_TLS = 'The server does not support SSL connections'
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID'
/** As OpenSSL names what it finds wrong with a certificate. */
const CERTIFICATE = /CERT|^UNABLE_TO_/
/** Texts of these name the values that were wrong. */
const DATA_EXCEPTION = '22'

/** What the driver or the server has thrown, as trouble; what isn't of them stays what it is. */
export function troubleOf(error: unknown): PgTrouble {
  if (error instanceof PgTrouble) return error
  if (error instanceof RangeError) return new PgTrouble('failed', error.message)
  const state = sqlStateOf(error)
  const distrust = state === undefined ? distrustOf(error) : undefined
  if (distrust !== undefined) return new PgTrouble('failed', distrust)
  if (state === undefined) return new PgTrouble('lost', `The connection to the database ended: ${networkCode(error)}`)
  const text = state.startsWith(DATA_EXCEPTION) ? 'a value does not fit' : messageOf(error)
  return new PgTrouble(kindOf(state), `PostgreSQL ${state}: ${text}`, state)
}

/** Another attempt may do, now or a little later. */
export function mayComeBack({ kind }: PgTrouble): boolean {
  return kind === 'lost' || kind === 'conflict'
}

/** What was asked is at fault: it would fail again. */
export function isWrong(error: unknown): boolean {
  return troubleOf(error).kind === 'failed'
}

function kindOf(state: string): TroubleKind {
  if (CONFLICTS.has(state)) return 'conflict'
  if (state === CANCELED) return 'failed'
  return LOST.has(state) || LOST_CLASSES.has(state.slice(0, 2)) ? 'lost' : 'failed'
}

export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}

/** Why no encrypted connection came about, where only other settings, or another certificate, can change that. */
function distrustOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.message === NO_TLS) return 'The database does not offer TLS, and sslmode demands it'
  const code = errorCode(error) ?? ''
  if (code === OTHER_NAME)
    return `The certificate of the database is for another name (${code}): see sslmode=verify-full`
  return CERTIFICATE.test(code)
    ? `The certificate of the database is not trusted (${code}): see sslrootcert`
    : undefined
}

/** Of an error of the network only its code: its text has the address. */
function networkCode(error: unknown): string {
  return errorCode(error) ?? (error instanceof AnswerOverdue ? 'no answer in time' : 'closed')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}

/** The server did not answer in time; the connection is given up. */
export class AnswerOverdue extends Error {
  override readonly name = 'AnswerOverdue'
}

/** A commit whose answer was lost, and whose outcome could not be asked for before the pool was closed. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}
