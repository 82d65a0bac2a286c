import type { Clock, Timer } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import { passwordHashOf, type Accounts } from './accounts.ts'
import type { Addresses } from './addresses.ts'
import type { Wire } from './device-channels.ts'
import type { Device, Devices } from './devices.ts'
import type { Exchange } from './exchange.ts'
import type { LoginCodes } from './login-codes.ts'
import type { NetworkFile } from './network-file.ts'
import type { Phones } from './phones.ts'
import { QR_PREFIX, type FromNetwork } from './protocol.ts'

const QR_PERIOD_MS = 20_000
/** A code that has just been replaced is still taken: a person scans what was on the screen a moment ago. */
const QR_GRACE_MS = 5_000
const CODE_VALID_MS = 150_000
/** How long the network waits for a word of the person. */
const ANSWER_MS = 10 * 60_000
/** How long a phone waits for the other side to store the credentials before it says that something is wrong. */
const CONFIRM_MS = 15_000
/** Whose messages bring login codes: the messengers' own account. */
const SERVICE = { phone: '42777000', names: { whatsapp: 'WhatsApp', v3: 'MAX', telegram: 'Telegram' } } as const
const CODE_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ'

type Asked = Extract<FromNetwork, { t: 'asked' }>

/** Who wants to be linked, and how. */
export interface Applicant {
  readonly wire: Wire
  readonly channel: number
  readonly messenger: Messenger
  readonly hidesNumbers: boolean
}

/** Somebody waits to be linked: it shows a QR, or a code for one phone, or answers what the network asks. */
export interface Pairing extends Applicant {
  readonly way: 'qr' | 'code' | 'sms'
  /** Null: any phone may scan. From the scan on it is the one that did. */
  phone: string | null
  shown: string
  /** The QR before this one, while it is still taken. */
  previous: { readonly value: string; readonly until: EpochMs } | null
  timer: Timer
  /** What the network waits for. */
  asking: Asked['what'] | null
  /** Set once the phone is known to want it. */
  device: Device | null
  /** The other side has said that it keeps the credentials. */
  confirmed: boolean
  tell: ((outcome: PairingOutcome) => void) | null
}

export type PairingOutcome =
  | { readonly kind: 'linked'; readonly device: Device }
  /** The phone did its part; the network asks for more. */
  | { readonly kind: 'asked'; readonly what: 'password' | 'passkey' }
  /** The other side went away or did not want the credentials. */
  | { readonly kind: 'given up' }
  /** It did not answer in time; it may still do so. */
  | { readonly kind: 'no answer' }

export interface PairingParts {
  readonly file: NetworkFile
  readonly clock: Clock
  readonly random: Random
  readonly devices: Devices
  readonly phones: Phones
  readonly accounts: Accounts
  readonly addresses: Addresses
  readonly loginCodes: LoginCodes
  readonly exchange: Exchange
}

/** All attempts to link that are under way. Nothing of it outlives a restart but the devices. */
export class Pairings {
  readonly #parts: PairingParts
  readonly #waiting = new Set<Pairing>()

  constructor(parts: PairingParts) {
    this.#parts = parts
  }

  startQr(applicant: Applicant): Pairing {
    const pairing = this.#start(applicant, 'qr', null)
    this.#rotate(pairing)
    return pairing
  }

  /** Shows a code that is to be typed into this phone. */
  startCode(applicant: Applicant, phone: string): Pairing {
    const { random, clock } = this.#parts
    const pairing = this.#start(applicant, 'code', phone)
    pairing.shown = Array.from(random.bytes(8), (byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length]).join('')
    const until = clock.now() + CODE_VALID_MS
    this.#expireAfter(pairing, CODE_VALID_MS)
    applicant.wire.send({ t: 'show', channel: applicant.channel, what: 'code', value: pairing.shown, until })
    return pairing
  }

  /** The messenger sends a code to this phone and asks for it. */
  startSms(applicant: Applicant, phone: string): Pairing {
    const pairing = this.#start(applicant, 'sms', phone)
    this.#sendCode(applicant.messenger, phone)
    this.#expireAfter(pairing, ANSWER_MS)
    this.#ask(pairing, 'code', null)
    return pairing
  }

  byQr(text: string): Pairing | null {
    const now = this.#parts.clock.now()
    const shows = (one: Pairing) => one.shown === text || (one.previous?.value === text && now <= one.previous.until)
    return [...this.#waiting].find((one) => one.way === 'qr' && one.asking === null && shows(one)) ?? null
  }

  /** Letters of either case, with or without a dash. */
  byCode(code: string, phone: string): Pairing | null {
    const wanted = code.replaceAll(/[\s-]/g, '').toUpperCase()
    const shows = (one: Pairing) => one.way === 'code' && one.asking === null && one.shown === wanted
    return [...this.#waiting].find((one) => one.phone === phone && shows(one)) ?? null
  }

  /** The newest that waits for this phone's passkey. */
  byPasskey(phone: string, messenger: Messenger | null): Pairing | null {
    const waits = (one: Pairing) => one.phone === phone && one.asking === 'passkey'
    return [...this.#waiting].findLast((one) => waits(one) && (messenger ?? one.messenger) === one.messenger) ?? null
  }

  /** The phone scanned or took the code: the account's password or passkey is asked for, or the credentials go out. */
  scanned(pairing: Pairing, phone: string): Promise<PairingOutcome> {
    pairing.phone = phone
    const what = this.#stillAsked(pairing)
    if (what === null) return this.#issue(pairing)
    this.#expireAfter(pairing, ANSWER_MS)
    this.#ask(pairing, what, null)
    return Promise.resolve({ kind: 'asked', what })
  }

  /** The phone confirms by its passkey, which stands for the password as well. */
  confirmedByPasskey(pairing: Pairing): Promise<PairingOutcome> {
    return this.#issue(pairing)
  }

  /** What the person said to the last `asked`; dropped when nothing was. */
  replied(pairing: Pairing, value: string): void {
    const { loginCodes, accounts } = this.#parts
    const { messenger, phone } = pairing
    if (phone === null || !this.#waiting.has(pairing)) return
    switch (pairing.asking) {
      case 'code': {
        const found = loginCodes.check(messenger, phone, value)
        if (found !== 'right') return this.#ask(pairing, 'code', found === 'wrong' ? 'wrongCode' : 'codeExpired')
        return void this.scanned(pairing, phone)
      }
      case 'password': {
        const wanted = accounts.get(messenger, phone).passwordHash ?? ''
        if (wanted !== '' && !isSameSecret(passwordHashOf(value), wanted))
          return this.#ask(pairing, 'password', 'wrongPassword')
        return void this.#issue(pairing)
      }
      case 'passkey':
      case null:
        return
      default:
        pairing.asking satisfies never
    }
  }

  /** The other side has stored the credentials. Null when no phone has scanned. */
  confirmed(pairing: Pairing): Device | null {
    const { device } = pairing
    if (device === null) return null
    pairing.confirmed = true
    this.#parts.devices.confirm(device)
    this.#parts.file.afterCommit(() => pairing.tell?.({ kind: 'linked', device }))
    return device
  }

  /** The other side does not want to be linked any more; once it has confirmed, only unlinking helps. */
  cancelled(pairing: Pairing): void {
    if (pairing.confirmed) return
    this.#end(pairing)
    if (pairing.device !== null) this.#parts.devices.remove(pairing.device)
  }

  /** The connection is gone. Credentials that went out may have been stored: the first opening confirms the device. */
  lost(pairing: Pairing): void {
    this.#end(pairing)
  }

  closeAll(): void {
    for (const pairing of [...this.#waiting]) this.#end(pairing)
  }

  /** A device is made, its credentials go out, and the outcome follows when the other side has stored them. */
  #issue(pairing: Pairing): Promise<PairingOutcome> {
    const { devices, loginCodes, phones, addresses, file, clock } = this.#parts
    const { wire, channel, messenger, hidesNumbers } = pairing
    const phone = pairing.phone ?? ''
    this.#waiting.delete(pairing)
    pairing.asking = null
    pairing.timer.cancel()
    loginCodes.forget(messenger, phone)
    const { device, key } = devices.add(messenger, phone, hidesNumbers)
    pairing.device = device
    const { id, label, at } = device
    const { name } = phones.get(messenger, phone)
    const address = addresses.toDevice({ messenger, hidesNumbers: false }, phone)
    file.afterCommit(() => {
      wire.send({ t: 'credentials', channel, device: id, key, address, phone, name, label, at })
    })
    return new Promise((resolve) => {
      pairing.timer = clock.after(CONFIRM_MS, () => pairing.tell?.({ kind: 'no answer' }))
      pairing.tell = (outcome) => {
        pairing.tell = null
        pairing.timer.cancel()
        resolve(outcome)
      }
    })
  }

  /** A code that is still valid was sent before, and is not sent again. */
  #sendCode(messenger: Messenger, phone: string): void {
    const { loginCodes, phones, exchange } = this.#parts
    if (loginCodes.of(messenger, phone) !== null) return
    const { code } = loginCodes.send(messenger, phone)
    phones.set(messenger, SERVICE.phone, { name: SERVICE.names[messenger], exists: true })
    exchange.fromPhone(messenger, SERVICE.phone, phone, { kind: 'text', text: `${code} is your login code.` })
  }

  /** What the account wants to know beyond the scan or the code. */
  #stillAsked({ messenger, phone, way }: Pairing): 'password' | 'passkey' | null {
    const { passwordHash, wantsPasskey } = this.#parts.accounts.get(messenger, phone ?? '')
    if (wantsPasskey && way === 'qr') return 'passkey'
    return passwordHash === null ? null : 'password'
  }

  #ask(pairing: Pairing, what: Asked['what'], trouble: Asked['trouble']): void {
    pairing.asking = what
    pairing.wire.send({ t: 'asked', channel: pairing.channel, what, trouble })
  }

  #expireAfter(pairing: Pairing, delayMs: number): void {
    pairing.timer.cancel()
    pairing.timer = this.#parts.clock.after(delayMs, () => {
      this.#waiting.delete(pairing)
      pairing.asking = null
      pairing.wire.send({ t: 'pairingEnded', channel: pairing.channel, reason: 'expired' })
    })
  }

  #end(pairing: Pairing): void {
    this.#waiting.delete(pairing)
    pairing.asking = null
    pairing.timer.cancel()
    pairing.tell?.({ kind: 'given up' })
  }

  #start(applicant: Applicant, way: Pairing['way'], phone: string | null): Pairing {
    const timer = { cancel: () => undefined }
    const pairing: Pairing = {
      ...applicant,
      ...{ way, phone, timer, asking: null },
      ...{ shown: '', previous: null, device: null, confirmed: false, tell: null },
    }
    this.#waiting.add(pairing)
    return pairing
  }

  #rotate(pairing: Pairing): void {
    const { clock, random } = this.#parts
    const { wire, channel, messenger, shown } = pairing
    const now = clock.now()
    pairing.previous = shown === '' ? null : { value: shown, until: now + QR_GRACE_MS }
    pairing.shown = `${QR_PREFIX}${messenger}:${random.bytes(18).toString('base64url')}`
    pairing.timer = clock.after(QR_PERIOD_MS, () => this.#rotate(pairing))
    wire.send({ t: 'show', channel, what: 'qr', value: pairing.shown, until: now + QR_PERIOD_MS })
  }
}
