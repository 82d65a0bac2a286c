import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'

/** Whom the phones let through to them no more: messages, statuses and calls of such a peer never arrive, and nobody tells it so. */
export class Blocks {
  readonly #file: NetworkFile
  readonly #find
  readonly #list
  readonly #add
  readonly #remove

  constructor(file: NetworkFile) {
    this.#file = file
    this.#find = file.prepare<[string, string, string]>(
      'SELECT 1 FROM blocks WHERE messenger = ? AND phone = ? AND peer = ?',
    )
    this.#list = file.prepare<[string, string], { peer: string }>(
      'SELECT peer FROM blocks WHERE messenger = ? AND phone = ? ORDER BY peer',
    )
    this.#add = file.prepare<[string, string, string]>(
      'INSERT INTO blocks (messenger, phone, peer) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    )
    this.#remove = file.prepare<[string, string, string]>(
      'DELETE FROM blocks WHERE messenger = ? AND phone = ? AND peer = ?',
    )
  }

  has(messenger: Messenger, phone: string, peer: string): boolean {
    return this.#find.get(messenger, phone, peer) !== undefined
  }

  /** Digits of everybody whom a phone has blocked. */
  of(messenger: Messenger, phone: string): readonly string[] {
    return this.#list.all(messenger, phone).map(({ peer }) => peer)
  }

  set(messenger: Messenger, phone: string, peer: string, isBlocked: boolean): void {
    this.#file.change(() => (isBlocked ? this.#add : this.#remove).run(messenger, phone, peer))
  }
}
