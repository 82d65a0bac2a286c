import { isIP } from 'node:net'
import { rangeText } from '../lib/address-ranges.ts'
import { parseDottedVersion, type DottedVersion } from '../lib/dotted-version.ts'
import { partsOfUrl } from '../lib/postgres-url.ts'
import { isTokenText } from '../lib/token-text.ts'

/** What reading a setting's text came to: a value, or what is wrong with it (without the text itself: it may be secret). */
export type Reading<T> = { readonly value: T } | { readonly problem: string }

/** How one kind of setting is written in the environment. */
export interface Kind<T> {
  /** Completes the sentence "allowed is …". */
  readonly allowed: string
  /** The text is trimmed; empty means that nothing is set and there is no default. */
  read(text: string): Reading<T>
}

function kind<T>(allowed: string, read: (text: string) => T | null): Kind<T> {
  return {
    allowed,
    read(text) {
      const value = read(text)
      return value === null ? { problem: `allowed is ${allowed}` } : { value }
    },
  }
}

export function wholeNumber(least: number, most: number): Kind<number> {
  return kind(`a whole number from ${least} to ${most}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= least && value <= most ? value : null
  })
}

export function positiveNumber(most: number): Kind<number> {
  return kind(`a number above 0, at most ${most}`, (text) => {
    const value = /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN
    return value > 0 && value <= most ? value : null
  })
}

/** One of `values`; `planned` ones belong to the interface but not to this build, and say so. */
export function choice<const T extends string>(values: readonly T[], planned: readonly string[] = []): Kind<T> {
  const allowed = values.join(', ')
  return {
    allowed,
    read(text) {
      const value = values.find((candidate) => candidate === text)
      if (value !== undefined) return { value }
      if (planned.includes(text)) return { problem: `this build has no engine "${text}" yet; allowed is ${allowed}` }
      return { problem: `allowed is ${allowed}` }
    },
  }
}

/** A host name or an address to listen on. */
export const listenAddress: Kind<string> = kind('a host name or an IP address', (text) =>
  isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text) ? text : null,
)

export const folder: Kind<string> = kind('a path', (text) => (text === '' || text.includes('\0') ? null : text))

/** A name as stores and their keys have: no space, no slash, nothing that a shell or a URL would take for something else. */
export const plainName: Kind<string> = kind('1 to 128 letters, digits or any of . _ -', (text) =>
  /^[A-Za-z0-9._-]{1,128}$/.test(text) ? text : null,
)

/** Anything, as it is. */
export const text: Kind<string> = kind('any text', (given) => given)

/** What keys in a bucket begin with: empty, or ending with exactly one slash. */
export const keyPrefix: Kind<string> = kind('names of letters, digits, . _ - with slashes between them', (given) => {
  const parts = given.split('/').filter((part) => part !== '')
  const isPlain = parts.every((part) => /^[A-Za-z0-9._-]{1,128}$/.test(part) && !/^[.]{1,2}$/.test(part))
  if (!isPlain || parts.length > 8) return null
  return parts.map((part) => `${part}/`).join('')
})

/** An http or https URL without query or fragment; a trailing slash is dropped, so that paths can be appended. */
export const webUrl: Kind<string> = kind('an http:// or https:// URL without query', (text) => {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const plain = url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (!plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
})

/** A ws or wss URL without query. */
export const webSocketUrl: Kind<string> = kind('a ws:// or wss:// URL without query', (text) => {
  if (!URL.canParse(text)) return null
  const { protocol, search, hash, username, password, href } = new URL(text)
  const isPlain = search === '' && hash === '' && username === '' && password === ''
  return isPlain && (protocol === 'ws:' || protocol === 'wss:') ? href : null
})

/** As the protocol of WhatsApp Web is numbered. */
export const dottedVersion: Kind<DottedVersion> = kind(
  'three numbers with dots, such as 2.3000.1043857760',
  (text) => parseDottedVersion(text) ?? null,
)

/** As MAX numbers its web client. */
export const appVersion: Kind<string> = kind('two to four numbers with dots, such as 26.9.8', (text) =>
  /^\d{1,4}(\.\d{1,5}){1,3}$/.test(text) ? text : null,
)

export const timezone: Kind<string> = kind('the name of a time zone, such as Europe/Moscow', (text) =>
  /^[A-Za-z_]+(\/[A-Za-z0-9_+-]+){0,2}$/.test(text) ? text : null,
)

export const token: Kind<string> = kind('8 to 128 letters, digits or any of . _ ~ -', (text) =>
  isTokenText(text) ? text : null,
)

export const hexKey: Kind<string> = kind('64 hexadecimal digits', (text) =>
  /^[0-9A-Fa-f]{64}$/.test(text) ? text.toLowerCase() : null,
)

/** A comma list of addresses and CIDR ranges, returned as CIDR ranges. */
export const addressRanges: Kind<readonly string[]> = kind('a comma list of IP addresses and CIDR ranges', (text) => {
  const ranges: string[] = []
  if (text === '') return ranges
  for (const part of text.split(',').map((item) => item.trim())) {
    const range = rangeText(part)
    if (range === undefined) return null
    ranges.push(range)
  }
  return ranges
})

/** As libpq takes it, with several hosts too; what is secret in it is never told. */
export const postgresUrl: Kind<string> = kind('a postgres:// URL', (text) =>
  partsOfUrl(text) === undefined ? null : text,
)

/** A mail server, with or without a name and a password. */
export const smtpUrl: Kind<string> = kind('an smtp:// or smtps:// URL', (text) => {
  if (!URL.canParse(text)) return null
  const { protocol, hostname } = new URL(text)
  return (protocol === 'smtp:' || protocol === 'smtps:') && hostname !== '' ? text : null
})

/** Who sends mail: an address, with or without a name before it. */
export const mailAddress: Kind<string> = kind('an e-mail address, or a name and the address in <>', (text) =>
  /^(?:[^<>\r\n"]{1,100}<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/.test(text) ? text : null,
)

export const shortText: Kind<string> = kind('a line of at most 200 characters', (given) =>
  given.length <= 200 && !/[\u0000-\u001f]/.test(given) ? given : null,
)

/** Where a page may lead to: never a script. */
export const supportUrl: Kind<string> = kind('an https://, http:// or mailto: URL', (text) => {
  if (!URL.canParse(text)) return null
  return ['https:', 'http:', 'mailto:'].includes(new URL(text).protocol) ? text : null
})

/** A setting that may be left out; it is then `undefined`. */
export function optional<T>(inner: Kind<T>): Kind<T | undefined> {
  return { allowed: inner.allowed, read: (text) => (text === '' ? { value: undefined } : inner.read(text)) }
}
