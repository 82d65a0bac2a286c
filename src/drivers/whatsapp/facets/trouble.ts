import { fault, type Fault } from '../../../model/fault.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'

/** Troubles that have no code of the network's behind them. */
export const NO_ANSWER = fault('unavailable', 'WhatsApp did not answer in time')
export const NO_KEY = fault('unavailable', 'the phone has not sent the keys for this yet; try again in a minute')

/** 408, 428: the engine's own codes of a connection that ended. */
const BROKEN: ReadonlySet<number> = new Set([408, 428, 440, 515])
const TOO_OFTEN: ReadonlySet<number> = new Set([419, 429])

/** What the network refused with, or null where it refused nothing. */
export function codeIn(error: unknown): number | null {
  if (!(error instanceof Error)) return null
  const { data, output } = error as { data?: unknown; output?: { statusCode?: unknown } }
  if (typeof data === 'number' && Number.isFinite(data)) return data
  return typeof output?.statusCode === 'number' && data !== undefined ? output.statusCode : null
}

/** A question that failed, as a fault; `words` say what a code means where it was asked. */
export function troubleOf(error: unknown, words: Readonly<Record<number, Fault>> = {}): Fault {
  const code = codeIn(error)
  if (code === null) return isBroken(error) ? NOT_CONNECTED : fault('unavailable', 'WhatsApp could not be asked')
  return words[code] ?? usual(code)
}

function usual(code: number): Fault {
  if (TOO_OFTEN.has(code)) return fault('rateLimited', `WhatsApp asks to wait (${String(code)})`)
  if (BROKEN.has(code)) return NOT_CONNECTED
  if (code === 404) return fault('notFound', 'WhatsApp knows no such chat (404)')
  if (code >= 400 && code < 500) return fault('refused', `WhatsApp refused it (${String(code)})`)
  return fault('unavailable', `WhatsApp could not do it now (${String(code)})`)
}

function isBroken(error: unknown): boolean {
  const status = (error as { output?: { statusCode?: unknown } } | null)?.output?.statusCode
  return typeof status === 'number' && BROKEN.has(status)
}
