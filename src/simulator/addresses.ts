import type { Random } from '../lib/random.ts'
import { STATUS_CHAT } from '../model/content.ts'
import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'
import { parsePhone } from './phone-number.ts'

/** Whose eyes an address is for: a linked device. */
export interface Viewer {
  readonly messenger: Messenger
  readonly hidesNumbers: boolean
}

interface Identity {
  readonly no: number
  readonly phone: string
  readonly lid: string
}

/** The first user id of MAX and Telegram. */
const FIRST_USER_ID = 10_000_000
const LID = /^(\d{10,16})@lid$/
const DIGITS = /^\d{1,16}$/
const GROUP = /^(?:[\d-]{1,32}@g\.us|-\d{1,15})$/

export function isGroup(address: string): boolean {
  return GROUP.test(address)
}

/**
 * How persons are named. Inside the network a person is a phone's digits and a group its id; a device sees digits on WhatsApp, or a
 * stable id that hides the number where it asked for that, and a user id on MAX and Telegram.
 */
export class Addresses {
  readonly #file: NetworkFile
  readonly #random: Random
  readonly #byPhone
  readonly #byLid
  readonly #byNo
  readonly #add

  constructor(file: NetworkFile, random: Random) {
    this.#file = file
    this.#random = random
    this.#byPhone = file.prepare<[string, string], Identity>(
      'SELECT no, phone, lid FROM identities WHERE messenger = ? AND phone = ?',
    )
    this.#byLid = file.prepare<[string, string], Identity>(
      'SELECT no, phone, lid FROM identities WHERE lid = ? AND messenger = ?',
    )
    this.#byNo = file.prepare<[number, string], Identity>(
      'SELECT no, phone, lid FROM identities WHERE no = ? AND messenger = ?',
    )
    this.#add = file.prepare<[string, string, string], Identity>(
      `INSERT INTO identities (messenger, phone, lid)
       VALUES (?, ?, ? || printf('%07d', (SELECT COALESCE(MAX(no), 0) + 1 FROM identities))) RETURNING no, phone, lid`,
    )
  }

  /** What a device calls a phone, a group or the chat of statuses; anything else stays as it is. */
  toDevice(viewer: Viewer, address: string): string {
    const phone = DIGITS.test(address) ? parsePhone(address) : null
    if (phone === null) return address
    if (viewer.messenger !== 'whatsapp') return String(FIRST_USER_ID + this.identify(viewer.messenger, phone).no)
    return viewer.hidesNumbers ? this.lidOf(viewer.messenger, phone) : phone
  }

  /** The phone's digits or the group's id that a device means; null when its messenger knows nobody by that name. */
  fromDevice(viewer: Viewer, address: string): string | null {
    if (address === STATUS_CHAT || isGroup(address)) return address
    const lid = LID.exec(address)?.[1]
    if (lid !== undefined) return this.#byLid.get(lid, viewer.messenger)?.phone ?? null
    if (viewer.messenger === 'whatsapp' || !DIGITS.test(address)) return parsePhone(address)
    return this.#byNo.get(Number(address) - FIRST_USER_ID, viewer.messenger)?.phone ?? null
  }

  /** `<digits>@lid` */
  lidOf(messenger: Messenger, phone: string): string {
    return `${this.identify(messenger, phone).lid}@lid`
  }

  /** The ids of a phone, made at its first mention; they never change. */
  identify(messenger: Messenger, phone: string): Identity {
    const known = this.#byPhone.get(messenger, phone)
    if (known !== undefined) return known
    // No digit of it tells the number; its end is the row's, so that no two are alike.
    const start = `1${String(this.#random.bytes(4).readUInt32BE() % 10 ** 7).padStart(7, '0')}`
    const made = this.#file.change(() => this.#add.get(messenger, phone, start))
    if (made === undefined) throw new Error('the database returned no row for a new identity')
    return made
  }
}
