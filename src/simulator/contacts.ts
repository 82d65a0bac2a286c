import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'

/** An entry of an account's address book. */
export interface ContactRow {
  /** Digits. */
  readonly peer: string
  readonly firstName: string
  readonly lastName: string
  /** Also in the phone's own book, as against this account's alone. */
  readonly onPhone: boolean
}

interface Row {
  readonly peer: string
  readonly first_name: string
  readonly last_name: string
  readonly on_phone: number
}

/** The address books of all accounts. */
export class Contacts {
  readonly #file: NetworkFile
  readonly #find
  readonly #list
  readonly #put
  readonly #remove

  constructor(file: NetworkFile) {
    this.#file = file
    this.#find = file.prepare<[string, string, string], Row>(
      'SELECT peer, first_name, last_name, on_phone FROM contacts WHERE messenger = ? AND owner = ? AND peer = ?',
    )
    this.#list = file.prepare<[string, string], Row>(
      `SELECT peer, first_name, last_name, on_phone FROM contacts WHERE messenger = ? AND owner = ?
       ORDER BY first_name, last_name, peer`,
    )
    this.#put = file.prepare<[string, string, string, string, string, number]>(
      `INSERT INTO contacts (messenger, owner, peer, first_name, last_name, on_phone) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name, on_phone = excluded.on_phone`,
    )
    this.#remove = file.prepare<[string, string, string]>(
      'DELETE FROM contacts WHERE messenger = ? AND owner = ? AND peer = ?',
    )
  }

  /** How the owner's address book calls a person; empty when it does not. */
  nameOf(messenger: Messenger, owner: string, peer: string): string {
    const contact = this.find(messenger, owner, peer)
    return contact === null ? '' : `${contact.firstName} ${contact.lastName}`.trim()
  }

  find(messenger: Messenger, owner: string, peer: string): ContactRow | null {
    const row = this.#find.get(messenger, owner, peer)
    return row === undefined ? null : fromRow(row)
  }

  /** By name. */
  list(messenger: Messenger, owner: string): readonly ContactRow[] {
    return this.#list.all(messenger, owner).map(fromRow)
  }

  /** Adds or replaces. */
  put(messenger: Messenger, owner: string, { peer, firstName, lastName, onPhone }: ContactRow): void {
    this.#file.change(() => this.#put.run(messenger, owner, peer, firstName, lastName, Number(onPhone)))
  }

  /** False when it wasn't there. */
  remove(messenger: Messenger, owner: string, peer: string): boolean {
    return this.#file.change(() => this.#remove.run(messenger, owner, peer).changes) > 0
  }
}

function fromRow(row: Row): ContactRow {
  return { peer: row.peer, firstName: row.first_name, lastName: row.last_name, onPhone: row.on_phone === 1 }
}
