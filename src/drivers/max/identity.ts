import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Random } from '../../lib/random.ts'
import { LASTING } from '../driver.ts'
import type { WireMap } from './wire/values.ts'

/** As what a device shows itself to MAX: its web client, of a version and in a browser. Refused when it is too old, about once a month. */
export interface Identity {
  /** Of the web client. */
  readonly appVersion: string
  /** Since when that version is known, as `2026-09-25`; empty: nobody said. */
  readonly asOf: string
  /** Major version of Chrome. */
  readonly chrome: string
  readonly os: OperatingSystem
  readonly locale: string
  readonly timezone: string
  /** Width, height and pixel ratio, as `1080x1920 1.0x`. */
  readonly screen: string
}
export type OperatingSystem = 'Windows' | 'macOS' | 'Linux'

/** What the operator may set in the place of what is shipped. */
export type IdentityChoice = Partial<Identity>

/** What was seen of the real web client last, and a browser of that time. */
export const SHIPPED: Identity = {
  appVersion: '26.9.8',
  asOf: '2026-09-25',
  chrome: '150',
  os: 'Windows',
  locale: 'ru',
  timezone: 'Europe/Moscow',
  screen: '1080x1920 1.0x',
}

export const ORIGIN = 'https://web.max.ru'

const DAY_MS = 86_400_000
/** MAX has moved its gate about once a month. */
const OLD_AFTER_DAYS = 45

/** A version that somebody chose is as old as he says, and not as the one that is shipped. */
export function identityOf(choice: IdentityChoice): Identity {
  return { ...SHIPPED, ...(choice.appVersion !== undefined && { asOf: '' }), ...choice }
}

/** In whole days; null where nobody knows. */
export function ageDays({ asOf }: Identity, clock: Pick<Clock, 'now'>): number | null {
  const since = Date.parse(asOf)
  return Number.isNaN(since) ? null : Math.max(0, Math.floor((clock.now() - since) / DAY_MS))
}

/** Whether it may soon be refused. */
export function isOld(identity: Identity, clock: Pick<Clock, 'now'>): boolean {
  return (ageDays(identity, clock) ?? 0) > OLD_AFTER_DAYS
}

/** Tells the operator how old the version is that MAX is shown; louder when it may soon be refused. */
export function tellAge(identity: Identity, clock: Pick<Clock, 'now'>, log: Log): void {
  const days = ageDays(identity, clock)
  // Of a version that the operator set nobody knows since when it is let in.
  const fields = { appVersion: identity.appVersion, ...(days !== null && { asOf: identity.asOf, days }) }
  if (isOld(identity, clock)) {
    log.warn(fields, 'the version of the web client that MAX is shown is old, and may not be let in for much longer')
  } else log.info(fields, 'the version of the web client that MAX is shown')
}

const PLATFORMS: Readonly<Record<OperatingSystem, string>> = {
  Windows: 'Windows NT 10.0; Win64; x64',
  macOS: 'Macintosh; Intel Mac OS X 10_15_7',
  Linux: 'X11; Linux x86_64',
}

function userAgentOf({ os, chrome }: Identity): string {
  return `Mozilla/5.0 (${PLATFORMS[os]}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${chrome}.0.0.0 Safari/537.36`
}

/** Of the request that opens the web socket, as a browser sends them. */
export function headersOf(identity: Identity): Readonly<Record<string, string>> {
  const [language] = identity.locale.split('-')
  return {
    Origin: ORIGIN,
    'User-Agent': userAgentOf(identity),
    'Accept-Language': language === 'en' ? 'en-US,en;q=0.9' : `${identity.locale},en;q=0.9`,
    'Cache-Control': 'no-cache',
    Pragma: 'no-cache',
  }
}

/** What the device says of itself when it greets, in the order of the web client. */
export function greetingOf(identity: Identity): WireMap {
  const { os, locale, appVersion, screen, timezone } = identity
  return {
    ...{ deviceType: 'WEB', pushDeviceType: 'WEBPUSH', locale, deviceLocale: locale, osVersion: os },
    ...{ deviceName: 'Chrome', headerUserAgent: userAgentOf(identity), isPwa: false, appVersion, screen, timezone },
  }
}

/**
 * Under which secret of an instance its device id is kept, whatever becomes of its links. One that changes looks like many devices, for which
 * accounts are banned.
 */
export const DEVICE_ID = `${LASTING}device-id`

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i

/** A new one, a UUID as a browser makes them. To be made once for an instance, and kept before it is shown. */
export function makeDeviceId(random: Random): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** One that was kept; null for nothing, and for what is none. */
export function readDeviceId(kept: Uint8Array | null): string | null {
  const text = kept === null ? '' : Buffer.from(kept).toString()
  return isDeviceId(text) ? text : null
}

export function isDeviceId(text: string): boolean {
  return UUID.test(text)
}
