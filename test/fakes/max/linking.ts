import { randomBytes, randomUUID } from 'node:crypto'
import type { Device, Line, Person } from './model.ts'
import type { Fields } from './msgpack.ts'
import type { MaxNetwork } from './network.ts'
import { TELL } from './opcodes.ts'
import { Refusal } from './refusal.ts'
import { contactFields, wrapped } from './shown.ts'

/** What a client says of itself when it begins. */
export interface Hello {
  readonly deviceId: string
  readonly name: string
}

/** One QR: from the moment it is shown until a token is given for it. It belongs to the socket that asked for it. */
interface Track {
  readonly id: string
  readonly qrLink: string
  readonly line: Line
  readonly hello: Hello
  readonly expiresAt: number
  scannedBy: Person | null
  /** After the right password, or where there is none. */
  device: Device | null
  wrongPasswords: number
  readonly scans: Scan[]
}

interface Scan {
  readonly resolve: (end: ScanEnd) => void
  readonly reject: (why: Error) => void
}

/** linked: the device logged in with its token. password: it is asked for one. */
export type ScanEnd = 'linked' | 'password'

const WRONG_PASSWORDS = 5
/** A client that has its token and closes its socket may still come and log in on another. */
const GRACE_MS = 300

/** Linking by QR: tracks, passwords, tokens and logins. */
export class Linking {
  readonly #network: MaxNetwork
  readonly #tracks = new Map<string, Track>()

  constructor(network: MaxNetwork) {
    this.#network = network
    network.on('login', (device: Device) => this.#settle(device, 'linked'))
    network.on('gone', (device: Device) => this.#settle(device, new Error('the device was taken off again')))
  }

  makeTrack(line: Line, hello: Hello): Fields {
    const { clock, settings } = this.#network
    const id = randomUUID()
    const qrLink = `https://max.ru/:auth/${randomBytes(24).toString('base64url')}`
    const expiresAt = clock.now() + settings.trackMs
    this.#tracks.set(id, {
      ...{ id, qrLink, line, hello, expiresAt },
      ...{ scannedBy: null, device: null, wrongPasswords: 0, scans: [] },
    })
    const times = { pollingInterval: settings.pollingMs, ttl: settings.trackMs, expiresAt: wrapped(BigInt(expiresAt)) }
    return { qrLink, trackId: id, ...times }
  }

  poll(line: Line, id: string): Fields {
    const track = this.#track(line, id)
    const isAvailable = track.scannedBy !== null && this.#network.settings.linkingEnds === 'asked'
    return { status: { expiresAt: wrapped(BigInt(track.expiresAt)), ...(isAvailable && { loginAvailable: true }) } }
  }

  loginByTrack(line: Line, id: string): Fields {
    const track = this.#track(line, id)
    if (track.scannedBy === null) throw new Refusal('track.not.confirmed')
    return this.#afterScan(track, track.scannedBy)
  }

  tryPassword(line: Line, id: string, password: string): Fields {
    const track = this.#track(line, id)
    if (track.scannedBy === null) throw new Refusal('track.not.found')
    if (track.wrongPasswords >= WRONG_PASSWORDS) throw new Refusal('error.limit.violate')
    if (track.scannedBy.password === null || track.scannedBy.password === password)
      return this.#give(track, track.scannedBy)
    track.wrongPasswords += 1
    if (this.#network.settings.wrongPassword === 'error') throw new Refusal('password.invalid')
    return { error: 'password.invalid' }
  }

  /**
   * Somebody's phone scans a QR. Resolves when the device has logged in or is asked for a password; rejects where the QR is not good any
   * more, or the client goes without having logged in.
   */
  scan(person: Person, qrLink: string): Promise<ScanEnd> {
    const track = [...this.#tracks.values()].find((one) => one.qrLink === qrLink)
    if (track === undefined || this.#isOver(track)) return Promise.reject(new Error('this QR is not good any more'))
    if (track.scannedBy !== null) return Promise.reject(new Error('this QR was scanned before'))
    track.scannedBy = person
    const end = new Promise<ScanEnd>((resolve, reject) => track.scans.push({ resolve, reject }))
    if (this.#network.settings.linkingEnds === 'pushed') track.line.push(TELL.linked, this.#afterScan(track, person))
    return end
  }

  /** Makes a device without a QR, as one that was linked long ago; the token is for import. */
  issue(person: Person, hello: Partial<Hello> = {}): Device {
    const token = randomBytes(96).toString('base64url')
    const device: Device = {
      ...{ person, token, deviceId: hello.deviceId ?? '', name: hello.name ?? 'Chrome', sockets: new Set() },
      ...{ linkedAt: this.#network.clock.now(), waiting: [], logins: [] },
    }
    person.devices.set(token, device)
    this.#network.tokens.set(token, device)
    return device
  }

  /** Ends what was begun on a socket. */
  closed(line: Line): void {
    for (const track of this.#tracks.values()) {
      if (track.line !== line) continue
      const end = () => this.#end(track, new Error('the client went away'))
      if (track.device === null) end()
      else setTimeout(end, GRACE_MS).unref()
    }
  }

  expireAll(): void {
    for (const track of [...this.#tracks.values()]) this.#end(track, new Error('the QR ran out'))
  }

  #afterScan(track: Track, person: Person): Fields {
    if (person.password === null) return this.#give(track, person)
    for (const { resolve } of track.scans.splice(0)) resolve('password')
    const hint = person.passwordHint
    return { passwordChallenge: { trackId: track.id, ...(hint !== '' && { hint }) } }
  }

  #give(track: Track, person: Person): Fields {
    track.device ??= this.issue(person, track.hello)
    return {
      tokenAttrs: { LOGIN: { token: track.device.token } },
      profile: { contact: contactFields(person, person) },
    }
  }

  #track(line: Line, id: string): Track {
    const track = this.#tracks.get(id)
    if (track?.line !== line || this.#isOver(track)) throw new Refusal('track.not.found')
    return track
  }

  /** What was scanned in time may be finished; so may a password be typed slowly. */
  #isOver(track: Track): boolean {
    const isLate = track.scannedBy === null && this.#network.clock.now() >= track.expiresAt
    return isLate || track.device !== null
  }

  #settle(device: Device, end: ScanEnd | Error): void {
    for (const track of [...this.#tracks.values()]) if (track.device === device) this.#end(track, end)
  }

  #end(track: Track, end: ScanEnd | Error): void {
    this.#tracks.delete(track.id)
    for (const { resolve, reject } of track.scans.splice(0)) {
      if (end instanceof Error) reject(end)
      else resolve(end)
    }
  }
}
