import { request } from 'undici'
import type { Clock } from '../../lib/clock.ts'
import type { Transport } from './transport.ts'

/** What was looked at before a phone is linked, and how it is. `poor`: it works, and something is missing or old. */
export interface Check {
  readonly what: string
  readonly outcome: 'good' | 'poor' | 'bad'
  readonly says: string
}

const ANSWER_MS = 20_000
/** What devices say of the time goes with what they send; beyond this a network may take offence. */
const SKEW_MS = 60_000

/** How far this machine's clock is from that of a network's web site. */
export async function checkClock(site: string, { dispatcher }: Transport, clock: Clock): Promise<Check> {
  const what = 'clock'
  try {
    const signal = AbortSignal.timeout(ANSWER_MS)
    const { headers, body } = await request(site, { dispatcher, signal, method: 'HEAD' })
    await body.dump()
    const theirs = Date.parse(String(headers['date']))
    const skewMs = Math.abs(clock.now() - theirs)
    if (Number.isNaN(skewMs)) return { what, outcome: 'poor', says: 'the network did not say what time it is' }
    const seconds = `${String(Math.round(skewMs / 1000))} s`
    return skewMs > SKEW_MS
      ? { what, outcome: 'bad', says: `this machine's clock is ${seconds} off: set it by NTP` }
      : { what, outcome: 'good', says: `${seconds} off at most` }
  } catch (error) {
    return { what, outcome: 'poor', says: `the network's time is not known: ${textOf(error)}` }
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
