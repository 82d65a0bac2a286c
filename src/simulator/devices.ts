import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'
import type { Phones } from './phones.ts'

/** A linked device of an account: what an instance is, seen from the network. */
export interface Device {
  /** Short number for the network's own tables. */
  readonly no: number
  readonly id: string
  readonly messenger: Messenger
  readonly phone: string
  /** How its phone calls it, `79001234567:1`. */
  readonly label: string
  /** False until the other side has said that it stored the credentials. */
  readonly confirmed: boolean
  /** Persons are named to it by ids that do not tell their numbers. */
  readonly hidesNumbers: boolean
  readonly at: EpochMs
}

interface Row {
  readonly no: number
  readonly id: string
  readonly key_hash: Buffer
  readonly messenger: Messenger
  readonly phone: string
  readonly label: string
  readonly confirmed: number
  readonly hides_numbers: number
  readonly at: number
}

const COLUMNS = 'no, id, key_hash, messenger, phone, label, confirmed, hides_numbers, at'
/** A device that never said that it keeps its credentials is dropped after so long. */
const UNCONFIRMED_MS = 10 * 60_000

export class Devices {
  readonly #file: NetworkFile
  readonly #clock: Clock
  readonly #random: Random
  readonly #phones: Phones
  readonly #byId
  readonly #ofPhone
  readonly #add
  readonly #confirm
  readonly #remove
  readonly #stale

  constructor(file: NetworkFile, clock: Clock, random: Random, phones: Phones) {
    this.#file = file
    this.#clock = clock
    this.#random = random
    this.#phones = phones
    this.#byId = file.prepare<[string], Row>(`SELECT ${COLUMNS} FROM devices WHERE id = ? AND removed_at IS NULL`)
    this.#ofPhone = file.prepare<[string, string], Row>(
      `SELECT ${COLUMNS} FROM devices WHERE phone = ? AND messenger = ? AND removed_at IS NULL ORDER BY no`,
    )
    this.#add = file.prepare<[string, Buffer, string, string, string, number, number], Row>(
      `INSERT INTO devices (id, key_hash, messenger, phone, label, confirmed, hides_numbers, at)
       VALUES (?, ?, ?, ?, ?, 0, ?, ?) RETURNING ${COLUMNS}`,
    )
    this.#confirm = file.prepare<[number]>('UPDATE devices SET confirmed = 1 WHERE no = ?')
    this.#remove = file.prepare<[number, number]>('UPDATE devices SET removed_at = ? WHERE no = ?')
    this.#stale = file.prepare<[number], Row>(
      `SELECT ${COLUMNS} FROM devices WHERE confirmed = 0 AND removed_at IS NULL AND at < ?`,
    )
  }

  /** The device that these credentials open; null when they are wrong or it was unlinked. */
  authenticate(id: string, key: string): Device | null {
    const row = this.#byId.get(id)
    return row !== undefined && timingSafeEqual(row.key_hash, hashOf(key)) ? fromRow(row) : null
  }

  ofPhone(messenger: Messenger, phone: string): readonly Device[] {
    return this.#ofPhone.all(phone, messenger).map(fromRow)
  }

  /** A new device, not confirmed yet, and the key that opens it, which is kept nowhere in clear. */
  add(messenger: Messenger, phone: string, hidesNumbers: boolean): { readonly device: Device; readonly key: string } {
    const id = this.#random.bytes(12).toString('hex')
    const key = this.#random.bytes(24).toString('base64url')
    const label = `${phone}:${String(this.#phones.nextDeviceNumber(messenger, phone))}`
    const row = this.#file.change(() =>
      this.#add.get(id, hashOf(key), messenger, phone, label, Number(hidesNumbers), this.#clock.now()),
    )
    if (row === undefined) throw new Error('the database returned no row for a new device')
    return { device: fromRow(row), key }
  }

  confirm(device: Device): void {
    this.#file.change(() => this.#confirm.run(device.no))
  }

  remove(device: Device): void {
    this.#file.change(() => this.#remove.run(this.#clock.now(), device.no))
  }

  dropUnconfirmed(): void {
    for (const row of this.#stale.all(this.#clock.now() - UNCONFIRMED_MS)) this.remove(fromRow(row))
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function fromRow(row: Row): Device {
  const { no, id, messenger, phone, label, at } = row
  return { no, id, messenger, phone, label, confirmed: row.confirmed === 1, hidesNumbers: row.hides_numbers === 1, at }
}
