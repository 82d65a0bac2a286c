import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'
import type { Content, SendFault } from './protocol.ts'

/** How far a message came, as its sender knows it. */
export const STATUS = { refused: 0, sent: 1, delivered: 2, read: 3 } as const

/** Whatever was ever offered to the network, refused ones too. */
export interface MessageRow {
  /** The order in which the network accepted. */
  readonly seq: number
  readonly messenger: Messenger
  readonly id: string
  /** Digits of a phone. */
  readonly sender: string
  /** Digits of a phone, or the address as given where it is none. */
  readonly recipient: string
  /** JSON of `Content`. */
  readonly content: string
  readonly verdict: 'sent' | SendFault
  readonly description: string
  /** How often this id was offered; it was delivered once at most. */
  readonly offered: number
  readonly at: EpochMs
  readonly status: number
  /** 1 once the recipient has seen it. */
  readonly seen: number
}

export interface NewMessage {
  readonly messenger: Messenger
  readonly id: string
  readonly sender: string
  readonly recipient: string
  readonly content: Content
  readonly verdict: 'sent' | SendFault
  readonly description: string
  /** The number of the linked device that sent it; null for the phone itself. */
  readonly device: number | null
  readonly at: EpochMs
}

export interface ChatRow {
  readonly peer: string
  readonly last: number
  readonly unread: number
}

const COLUMNS =
  'seq, messenger, id, sender, recipient, content, verdict, description, offered, at, status, seen' as const

export class Messages {
  readonly #file: NetworkFile
  readonly #statements

  constructor(file: NetworkFile) {
    this.#file = file
    this.#statements = prepare(file)
  }

  find(messenger: Messenger, sender: string, id: string): MessageRow | null {
    return this.#statements.find.get(sender, id, messenger) ?? null
  }

  /** A message of either side of a chat, or of any chat of the phone. */
  findAnywhere(messenger: Messenger, phone: string, id: string): MessageRow | null {
    return this.#statements.findAnywhere.get(id, messenger, phone, phone) ?? null
  }

  bySeq(seq: number): MessageRow | null {
    return this.#statements.bySeq.get(seq) ?? null
  }

  add(message: NewMessage): MessageRow {
    const status = message.verdict === 'sent' ? STATUS.sent : STATUS.refused
    const { messenger, id, sender, recipient, verdict, description, device, at } = message
    const row = this.#file.change(() =>
      this.#statements.add.get(
        ...[messenger, id, sender, recipient, JSON.stringify(message.content)],
        ...[verdict, description, device, at, status],
      ),
    )
    if (row === undefined) throw new Error('the database returned no row for a new message')
    return row
  }

  offeredAgain(row: MessageRow): void {
    this.#file.change(() => this.#statements.offered.run(row.seq))
  }

  /** False when it had come so far already. */
  raiseStatus(row: MessageRow, status: number): boolean {
    return this.#file.change(() => this.#statements.raise.run(status, row.seq, status).changes) > 0
  }

  markSeen(row: MessageRow): void {
    this.#file.change(() => this.#statements.seen.run(row.seq))
  }

  /** Sent to this phone and not delivered yet, oldest first. */
  undelivered(messenger: Messenger, phone: string): readonly MessageRow[] {
    return this.#statements.undelivered.all(phone, messenger)
  }

  /** Numbers for which something waits. */
  recipientsWaiting(): readonly { readonly messenger: Messenger; readonly recipient: string }[] {
    return this.#statements.recipientsWaiting.all()
  }

  /** What a phone received from a peer and either has not seen or has not told the sender so, oldest first. */
  unread(messenger: Messenger, phone: string, peer: string): readonly MessageRow[] {
    return this.#statements.unread.all(phone, messenger, peer)
  }

  /** What a phone sees, the newest `limit` behind `after`, oldest first. */
  view(messenger: Messenger, phone: string, peer: string | null, after: number, limit: number): readonly MessageRow[] {
    const rows =
      peer === null
        ? this.#statements.all.all(phone, phone, messenger, after, limit)
        : this.#statements.chat.all(...[phone, peer, peer, phone, messenger, after, limit])
    return rows.reverse()
  }

  /** The chats of a phone, the latest first. */
  chats(messenger: Messenger, phone: string): readonly ChatRow[] {
    return this.#statements.chats.all(...[phone, messenger, phone, messenger])
  }

  /** Everything that this account offered through its linked devices, in the order of acceptance; null: every account. */
  offers(messenger: Messenger | null, phone: string | null, after: number, limit: number): readonly MessageRow[] {
    return this.#statements.offers.all(...[phone, phone, messenger, messenger, after, limit])
  }
}

type Value = string | number | null

function prepare(file: NetworkFile) {
  const rows = (where: string) => file.prepare<Value[], MessageRow>(`SELECT ${COLUMNS} FROM messages WHERE ${where}`)
  return {
    find: rows('sender = ? AND id = ? AND messenger = ?'),
    findAnywhere: rows("id = ? AND messenger = ? AND (sender = ? OR recipient = ?) AND verdict = 'sent' LIMIT 1"),
    bySeq: rows('seq = ?'),
    add: file.prepare<Value[], MessageRow>(
      `INSERT INTO messages (messenger, id, sender, recipient, content, verdict, description, device, at, status, offered, seen)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0) RETURNING ${COLUMNS}`,
    ),
    offered: file.prepare<[number]>('UPDATE messages SET offered = offered + 1 WHERE seq = ?'),
    raise: file.prepare<[number, number, number]>('UPDATE messages SET status = ? WHERE seq = ? AND status < ?'),
    seen: file.prepare<[number]>('UPDATE messages SET seen = 1 WHERE seq = ?'),
    undelivered: rows("recipient = ? AND messenger = ? AND status = 1 AND verdict = 'sent' ORDER BY seq"),
    recipientsWaiting: file.prepare<[], { messenger: Messenger; recipient: string }>(
      "SELECT DISTINCT messenger, recipient FROM messages INDEXED BY messages_waiting WHERE status = 1 AND verdict = 'sent'",
    ),
    unread: rows(
      "recipient = ? AND messenger = ? AND sender = ? AND verdict = 'sent' AND (seen = 0 OR status < 3) ORDER BY seq",
    ),
    all: rows(
      "(sender = ? OR recipient = ?) AND messenger = ? AND verdict = 'sent' AND seq > ? ORDER BY seq DESC LIMIT ?",
    ),
    chat: rows(
      `((sender = ? AND recipient = ?) OR (sender = ? AND recipient = ?)) AND messenger = ? AND verdict = 'sent' AND seq > ?
       ORDER BY seq DESC LIMIT ?`,
    ),
    chats: file.prepare<Value[], ChatRow>(
      `SELECT peer, MAX(seq) AS last, SUM(unread) AS unread FROM (
         SELECT recipient AS peer, seq, 0 AS unread FROM messages WHERE sender = ? AND messenger = ? AND verdict = 'sent'
         UNION ALL
         SELECT sender, seq, 1 - seen FROM messages WHERE recipient = ? AND messenger = ? AND verdict = 'sent'
       ) GROUP BY peer ORDER BY last DESC`,
    ),
    offers: rows(
      `(? IS NULL OR sender = ?) AND (? IS NULL OR messenger = ?) AND device IS NOT NULL AND seq > ? ORDER BY seq LIMIT ?`,
    ),
  }
}
