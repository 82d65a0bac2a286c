import type { Clock } from '../lib/clock.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Addresses } from './addresses.ts'
import { nameFor } from './names.ts'
import type { NetworkFile } from './network-file.ts'
import { hasAccountByDefault } from './phone-number.ts'

/** An account of one messenger, known by its number. */
export interface Phone {
  readonly messenger: Messenger
  readonly phone: string
  readonly name: string
  /** False: the number has no account, and a message to it is refused. */
  readonly exists: boolean
  /** Reads whatever arrives at once. */
  readonly autoRead: boolean
  /** Receives now; what comes while it is false waits. */
  readonly online: boolean
}

export type PhoneChange = Partial<Pick<Phone, 'name' | 'exists' | 'autoRead' | 'online'>>

interface Row {
  readonly messenger: Messenger
  readonly phone: string
  readonly name: string
  readonly present: number
  readonly auto_read: number
  readonly online: number
}

const COLUMNS = 'messenger, phone, name, present, auto_read, online'

/** Every number has an account from its first mention on, but for those that end in 0000. */
export class Phones {
  readonly #file: NetworkFile
  readonly #clock: Clock
  readonly #addresses: Addresses
  readonly #find
  readonly #put
  readonly #all
  readonly #ordinal

  constructor(file: NetworkFile, clock: Clock, addresses: Addresses) {
    this.#file = file
    this.#clock = clock
    this.#addresses = addresses
    this.#find = file.prepare<[string, string], Row>(`SELECT ${COLUMNS} FROM phones WHERE messenger = ? AND phone = ?`)
    this.#put = file.prepare<[string, string, string, number, number, number, number]>(
      `INSERT INTO phones (${COLUMNS}, at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, present = excluded.present, auto_read = excluded.auto_read, online = excluded.online`,
    )
    this.#all = file.prepare<[string | null, string | null, number], Row>(
      `SELECT ${COLUMNS} FROM phones WHERE (? IS NULL OR messenger = ?) ORDER BY at DESC, phone LIMIT ?`,
    )
    this.#ordinal = file.prepare<[string, string], { devices: number }>(
      'UPDATE phones SET devices = devices + 1 WHERE messenger = ? AND phone = ? RETURNING devices',
    )
  }

  get(messenger: Messenger, phone: string): Phone {
    const row = this.#find.get(messenger, phone)
    if (row !== undefined) return fromRow(row)
    const made = {
      messenger,
      phone,
      name: nameFor(phone),
      exists: hasAccountByDefault(phone),
      autoRead: false,
      online: true,
    }
    this.#store(made)
    return made
  }

  /** What is stored of a number, without making it. */
  known(messenger: Messenger, phone: string): Phone | null {
    const row = this.#find.get(messenger, phone)
    return row === undefined ? null : fromRow(row)
  }

  set(messenger: Messenger, phone: string, change: PhoneChange): Phone {
    const changed = { ...this.get(messenger, phone), ...change }
    this.#store(changed)
    return changed
  }

  /** The newest first; of every messenger when none is given. */
  list(messenger: Messenger | null, limit: number): readonly Phone[] {
    return this.#all.all(messenger, messenger, limit).map(fromRow)
  }

  /** The number of the next device that this phone links; none is used twice. */
  nextDeviceNumber(messenger: Messenger, phone: string): number {
    return this.#file.change(() => this.#ordinal.get(messenger, phone)?.devices ?? 1)
  }

  #store(phone: Phone): void {
    this.#file.change(() => {
      // Its ids are stored before anybody can hear of them.
      this.#addresses.identify(phone.messenger, phone.phone)
      this.#put.run(
        phone.messenger,
        phone.phone,
        phone.name,
        Number(phone.exists),
        Number(phone.autoRead),
        Number(phone.online),
        this.#clock.now(),
      )
    })
  }
}

function fromRow(row: Row): Phone {
  return {
    messenger: row.messenger,
    phone: row.phone,
    name: row.name,
    exists: row.present === 1,
    autoRead: row.auto_read === 1,
    online: row.online === 1,
  }
}
