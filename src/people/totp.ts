import { createHmac } from 'node:crypto'
import type { Random } from '../lib/random.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { EpochMs } from '../model/ids.ts'

// Time-based one-time passwords of RFC 6238, as every app for phones has them: SHA-1, six digits, thirty seconds.

const STEP_MS = 30_000
const SECRET_BYTES = 20
const DIGITS = 6
/** Clocks of phones may be off by so many steps. */
const DRIFT = 1
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A new secret in base32, as apps take it. */
export function newTotpSecret(random: Pick<Random, 'bytes'>): string {
  return base32(random.bytes(SECRET_BYTES))
}

/** What an app reads from a QR code. */
export function totpUri(secret: string, email: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(email)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=6&period=30`
}

/** The step whose code this is, later than `after`; undefined where it is none. A code works once. */
export function totpStep(secret: string, code: string, at: EpochMs, after: number): number | undefined {
  const now = Math.floor(at / STEP_MS)
  let found: number | undefined
  for (let step = now - DRIFT; step <= now + DRIFT; step++) {
    // All of them are compared, so that the time tells nothing.
    if (isSameSecret(totpCode(secret, step), code) && step > after) found ??= step
  }
  return found
}

/** The code of a step. */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** Without padding. */
export function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (sign) => ALPHABET.indexOf(sign).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}
