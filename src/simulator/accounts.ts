import { createHash } from 'node:crypto'
import type { CatalogProduct } from '../model/chats.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { StoredFile } from './contents.ts'
import type { NetworkFile } from './network-file.ts'

/** What an account is beside its phone: how it is entered, what it tells of itself, and what it hides. */
export interface Account {
  /** Hex; null: linking asks for no password. */
  readonly passwordHash: string | null
  /** A scan alone links nothing: the phone must confirm it. */
  readonly wantsPasskey: boolean
  readonly hidesNumber: boolean
  readonly hidesPicture: boolean
  readonly hidesLastSeen: boolean
  readonly isBusiness: boolean
  /** Lower case, without `@`; empty when there is none. */
  readonly username: string
  readonly email: string
  readonly category: string
  readonly description: string
  readonly products: readonly CatalogProduct[]
  readonly picture: StoredFile | null
  /** When a device last changed the picture; 0: never. */
  readonly pictureSetAt: EpochMs
  /** Null: nobody has seen it yet. */
  readonly lastSeen: EpochMs | null
}
export type AccountChange = Partial<Account>

const NEW: Account = {
  ...{ passwordHash: null, wantsPasskey: false, hidesNumber: false, hidesPicture: false, hidesLastSeen: false },
  ...{ isBusiness: false, username: '', email: '', category: '', description: '', products: [] },
  ...{ picture: null, pictureSetAt: 0, lastSeen: null },
}

/** The accounts of all phones. One of which nothing was said tells nothing and hides nothing. */
export class Accounts {
  readonly #file: NetworkFile
  readonly #find
  readonly #byUsername
  readonly #put
  readonly #pictures

  constructor(file: NetworkFile) {
    this.#file = file
    this.#find = file.prepare<[string, string], { profile: string }>(
      'SELECT profile FROM profiles WHERE messenger = ? AND phone = ?',
    )
    this.#byUsername = file.prepare<[string, string], { phone: string }>(
      'SELECT phone FROM profiles WHERE messenger = ? AND username = ?',
    )
    this.#pictures = file.prepare<[], { sha256: string }>(
      "SELECT json_extract(profile, '$.picture.sha256') AS sha256 FROM profiles WHERE sha256 IS NOT NULL",
    )
    this.#put = file.prepare<[string, string, string | null, string]>(
      `INSERT INTO profiles (messenger, phone, username, profile) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET username = excluded.username, profile = excluded.profile`,
    )
  }

  get(messenger: Messenger, phone: string): Account {
    const row = this.#find.get(messenger, phone)
    // The network wrote it itself; what it did not know then is as in a new account.
    return row === undefined ? NEW : { ...NEW, ...(JSON.parse(row.profile) as Partial<Account>) }
  }

  /** The phone of a username, with or without `@`; null when nobody has it. */
  byUsername(messenger: Messenger, username: string): string | null {
    return this.#byUsername.get(messenger, usernameOf(username))?.phone ?? null
  }

  /** The hashes of all profile pictures, which are kept as long as they are shown. */
  pictures(): readonly string[] {
    return this.#pictures.all().map(({ sha256 }) => sha256)
  }

  /** A username must be nobody else's. */
  set(messenger: Messenger, phone: string, change: AccountChange): Account {
    const changed = { ...this.get(messenger, phone), ...change }
    const username = changed.username === '' ? null : changed.username
    this.#file.change(() => this.#put.run(messenger, phone, username, JSON.stringify(changed)))
    return changed
  }
}

export function usernameOf(given: string): string {
  return given.replace(/^@/, '').toLowerCase()
}

/** The network keeps no password in clear. */
export function passwordHashOf(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}
