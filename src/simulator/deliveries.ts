import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import { STATUS, type MessageRow } from './messages.ts'
import type { NetworkFile } from './network-file.ts'

/** How far a message came with one of the phones that it is for. */
export interface Delivery {
  /** The message's order number. */
  readonly message: number
  /** Digits. */
  readonly phone: string
  readonly messenger: Messenger
  /** The chat in which that phone has it. */
  readonly chat: string
  readonly status: number
  /** 1 once the phone has shown it to its owner. */
  readonly seen: number
  /** When this status began. */
  readonly at: EpochMs
}

const COLUMNS = 'message, phone, messenger, chat, status, seen, at'
type Value = string | number

/** Who received what. Edits, deletions, reactions and votes have no rows here: nobody reads them. */
export class Deliveries {
  readonly #file: NetworkFile
  readonly #statements

  constructor(file: NetworkFile) {
    this.#file = file
    this.#statements = prepare(file)
  }

  add(row: MessageRow, phone: string, chat: string): void {
    this.#file.change(() => this.#statements.add.run(row.seq, phone, row.messenger, chat, STATUS.sent, row.at))
  }

  find(message: number, phone: string): Delivery | null {
    return this.#statements.find.get(message, phone) ?? null
  }

  /** Of all whom a message is for. */
  ofMessage(message: number): readonly Delivery[] {
    return this.#statements.ofMessage.all(message)
  }

  /** The status that all of them have reached. */
  lowest(message: number): number {
    return this.#statements.lowest.get(message)?.status ?? STATUS.sent
  }

  /** For this phone and not delivered yet, oldest first. */
  waiting(messenger: Messenger, phone: string): readonly Delivery[] {
    return this.#statements.waiting.all(phone, messenger)
  }

  /** The phones for which something waits. */
  phonesWaiting(): readonly { readonly messenger: Messenger; readonly phone: string }[] {
    return this.#statements.phonesWaiting.all()
  }

  /** What a phone has in a chat and either has not seen or has not told the sender so, oldest first; `upTo` is an order number. */
  unread(messenger: Messenger, phone: string, chat: string, upTo: number): readonly Delivery[] {
    return this.#statements.unread.all(phone, messenger, chat, upTo)
  }

  /** False when it had come so far already. */
  raise({ message, phone }: Delivery, status: number, at: EpochMs): boolean {
    return this.#file.change(() => this.#statements.raise.run(status, at, message, phone, status).changes) > 0
  }

  markSeen({ message, phone }: Delivery): void {
    this.#file.change(() => this.#statements.seen.run(message, phone))
  }
}

function prepare(file: NetworkFile) {
  const rows = (where: string) => file.prepare<Value[], Delivery>(`SELECT ${COLUMNS} FROM deliveries WHERE ${where}`)
  return {
    add: file.prepare<Value[]>(
      'INSERT INTO deliveries (message, phone, messenger, chat, status, at, seen) VALUES (?, ?, ?, ?, ?, ?, 0)',
    ),
    find: rows('message = ? AND phone = ?'),
    ofMessage: rows('message = ? ORDER BY phone'),
    lowest: file.prepare<[number], { status: number | null }>(
      'SELECT MIN(status) AS status FROM deliveries WHERE message = ?',
    ),
    waiting: rows('phone = ? AND messenger = ? AND status = 1 ORDER BY message'),
    phonesWaiting: file.prepare<[], { messenger: Messenger; phone: string }>(
      'SELECT DISTINCT messenger, phone FROM deliveries INDEXED BY deliveries_waiting WHERE status = 1',
    ),
    unread: rows(
      'phone = ? AND messenger = ? AND chat = ? AND message <= ? AND (seen = 0 OR status < 3) ORDER BY message',
    ),
    raise: file.prepare<Value[]>(
      'UPDATE deliveries SET status = ?, at = ? WHERE message = ? AND phone = ? AND status < ?',
    ),
    seen: file.prepare<Value[]>('UPDATE deliveries SET seen = 1 WHERE message = ? AND phone = ?'),
  }
}
