import type { Clock, Timer } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Wire } from './device-channels.ts'
import type { Device, Devices } from './devices.ts'
import type { NetworkFile } from './network-file.ts'
import { QR_PREFIX } from './protocol.ts'

export const QR_PERIOD_MS = 20_000
/** A code that has just been replaced is still taken: a person scans what was on the screen a moment ago. */
const QR_GRACE_MS = 5_000
export const CODE_VALID_MS = 150_000
/** How long a phone waits for the other side to store the credentials before it says that something is wrong. */
const CONFIRM_MS = 15_000
const CODE_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ'

/** Somebody waits to be linked: it shows a QR, or a code for one phone. */
export interface Pairing {
  readonly wire: Wire
  readonly channel: number
  readonly messenger: Messenger
  /** Null: any phone may scan. */
  readonly phone: string | null
  shown: string
  /** The QR before this one, while it is still taken. */
  previous: { readonly value: string; readonly until: EpochMs } | null
  timer: Timer
  /** Set once a phone has scanned. */
  device: Device | null
  /** The other side has said that it keeps the credentials. */
  confirmed: boolean
  tell: ((outcome: PairingOutcome) => void) | null
}

export type PairingOutcome =
  | { readonly kind: 'linked'; readonly device: Device }
  /** The other side went away or did not want the credentials. */
  | { readonly kind: 'given up' }
  /** It did not answer in time; it may still do so. */
  | { readonly kind: 'no answer' }

/** All attempts to link that are under way. Nothing of it outlives a restart but the devices. */
export class Pairings {
  readonly #file: NetworkFile
  readonly #clock: Clock
  readonly #random: Random
  readonly #devices: Devices
  readonly #waiting = new Set<Pairing>()

  constructor(file: NetworkFile, clock: Clock, random: Random, devices: Devices) {
    this.#file = file
    this.#clock = clock
    this.#random = random
    this.#devices = devices
  }

  startQr(wire: Wire, channel: number, messenger: Messenger): Pairing {
    const pairing = this.#start(wire, channel, messenger, null)
    this.#rotate(pairing)
    return pairing
  }

  startCode(wire: Wire, channel: number, messenger: Messenger, phone: string): Pairing {
    const pairing = this.#start(wire, channel, messenger, phone)
    pairing.shown = Array.from(this.#random.bytes(8), (byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length]).join('')
    const until = this.#clock.now() + CODE_VALID_MS
    pairing.timer = this.#clock.after(CODE_VALID_MS, () => {
      this.#waiting.delete(pairing)
      wire.send({ t: 'pairingEnded', channel, reason: 'expired' })
    })
    wire.send({ t: 'show', channel, what: 'code', value: pairing.shown, until })
    return pairing
  }

  byQr(text: string): Pairing | null {
    const now = this.#clock.now()
    const shows = (one: Pairing) => one.shown === text || (one.previous?.value === text && now <= one.previous.until)
    return [...this.#waiting].find((one) => one.phone === null && shows(one)) ?? null
  }

  /** Letters of either case, with or without a dash. */
  byCode(code: string, phone: string): Pairing | null {
    const wanted = code.replaceAll(/[\s-]/g, '').toUpperCase()
    return [...this.#waiting].find((one) => one.phone === phone && one.shown === wanted) ?? null
  }

  /** The phone scanned: a device is made, its credentials go out, and the outcome follows when the other side has stored them. */
  scanned(pairing: Pairing, phone: string, name: string): Promise<PairingOutcome> {
    this.#waiting.delete(pairing)
    pairing.timer.cancel()
    const { device, key } = this.#devices.add(pairing.messenger, phone)
    pairing.device = device
    const { id, label, at } = device
    this.#file.afterCommit(() => {
      pairing.wire.send({ t: 'credentials', channel: pairing.channel, device: id, key, phone, name, label, at })
    })
    return new Promise((resolve) => {
      pairing.timer = this.#clock.after(CONFIRM_MS, () => pairing.tell?.({ kind: 'no answer' }))
      pairing.tell = (outcome) => {
        pairing.tell = null
        pairing.timer.cancel()
        resolve(outcome)
      }
    })
  }

  /** The other side has stored the credentials. Null when no phone has scanned. */
  confirmed(pairing: Pairing): Device | null {
    const { device } = pairing
    if (device === null) return null
    pairing.confirmed = true
    this.#devices.confirm(device)
    this.#file.afterCommit(() => pairing.tell?.({ kind: 'linked', device }))
    return device
  }

  /** The other side does not want to be linked any more; once it has confirmed, only unlinking helps. */
  cancelled(pairing: Pairing): void {
    if (pairing.confirmed) return
    this.#end(pairing)
    if (pairing.device !== null) this.#devices.remove(pairing.device)
  }

  /** The connection is gone. Credentials that went out may have been stored: the first opening confirms the device. */
  lost(pairing: Pairing): void {
    this.#end(pairing)
  }

  closeAll(): void {
    for (const pairing of [...this.#waiting]) this.#end(pairing)
  }

  #end(pairing: Pairing): void {
    this.#waiting.delete(pairing)
    pairing.timer.cancel()
    pairing.tell?.({ kind: 'given up' })
  }

  #start(wire: Wire, channel: number, messenger: Messenger, phone: string | null): Pairing {
    const timer = { cancel: () => undefined }
    const pairing: Pairing = {
      ...{ wire, channel, messenger, phone, timer },
      ...{ shown: '', previous: null, device: null, confirmed: false, tell: null },
    }
    this.#waiting.add(pairing)
    return pairing
  }

  #rotate(pairing: Pairing): void {
    const { wire, channel, messenger, shown } = pairing
    const now = this.#clock.now()
    pairing.previous = shown === '' ? null : { value: shown, until: now + QR_GRACE_MS }
    pairing.shown = `${QR_PREFIX}${messenger}:${this.#random.bytes(18).toString('base64url')}`
    pairing.timer = this.#clock.after(QR_PERIOD_MS, () => this.#rotate(pairing))
    wire.send({ t: 'show', channel, what: 'qr', value: pairing.shown, until: now + QR_PERIOD_MS })
  }
}
