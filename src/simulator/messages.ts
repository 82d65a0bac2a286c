import { STATUS_CHAT } from '../model/content.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import { isGroup } from './addresses.ts'
import type { Content } from './contents.ts'
import type { NetworkFile } from './network-file.ts'
import type { SendFault } from './protocol.ts'

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
  /** Digits of a phone, a group's id or the chat of statuses, or the address as given where it is none of these. */
  readonly recipient: string
  /** JSON of `Content`. */
  readonly content: string
  readonly verdict: 'sent' | SendFault
  readonly description: string
  /** How often this id was offered; it was delivered once at most. */
  readonly offered: number
  readonly at: EpochMs
  /** How far it came with all whom it is for. */
  readonly status: number
  /** The order number of the message that this one is about. */
  readonly target: number | null
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
  readonly target: number | null
  /** It changes its target and is not shown by itself. */
  readonly isAct: boolean
  readonly at: EpochMs
}

export interface ChatRow {
  readonly peer: string
  readonly last: number
  readonly unread: number
}

/** Whether a chat is between two phones, as against groups and statuses. */
export function isDirect(chat: string): boolean {
  return chat !== STATUS_CHAT && !isGroup(chat)
}

/** In which chat a phone has a message. */
export function chatOf(row: Pick<MessageRow, 'sender' | 'recipient'>, phone: string): string {
  return row.sender === phone || !isDirect(row.recipient) ? row.recipient : row.sender
}

const COLUMNS = 'seq, messenger, id, sender, recipient, content, verdict, description, offered, at, status, target'

export class Messages {
  readonly #file: NetworkFile
  readonly #statements

  constructor(file: NetworkFile) {
    this.#file = file
    this.#statements = prepare(file)
  }

  find(messenger: Messenger, sender: string, id: string): MessageRow | null {
    return this.#statements.find.get(id, sender, messenger) ?? null
  }

  /** What a phone sent or received under this id, and can still see. */
  findAnywhere(messenger: Messenger, phone: string, id: string): MessageRow | null {
    return this.#statements.findAnywhere.get(id, messenger, phone, phone, phone) ?? null
  }

  bySeq(seq: number): MessageRow | null {
    return this.#statements.bySeq.get(seq) ?? null
  }

  /** What was said about a message, oldest first. */
  about(row: MessageRow): readonly MessageRow[] {
    return this.#statements.about.all(row.seq)
  }

  add(message: NewMessage): MessageRow {
    const status = message.verdict === 'sent' ? STATUS.sent : STATUS.refused
    const { messenger, id, sender, recipient, verdict, description, device, target, at } = message
    const row = this.#file.change(() =>
      this.#statements.add.get(
        ...[messenger, id, sender, recipient, JSON.stringify(message.content)],
        ...[verdict, description, device, at, status, target, Number(message.isAct)],
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

  /** The phone does not show it any more. */
  hide(row: MessageRow, phone: string): void {
    this.#file.change(() => this.#statements.hide.run(row.seq, phone))
  }

  /** What a phone shows, without statuses: the newest `limit` behind `after`, oldest first. */
  view(messenger: Messenger, phone: string, chat: string | null, after: number, limit: number): readonly MessageRow[] {
    const rows =
      chat === null
        ? this.#statements.all.all(...[phone, messenger, phone, messenger, after, phone, limit])
        : this.#statements.chat.all(...[phone, messenger, chat, phone, messenger, chat, after, phone, limit])
    return rows.reverse()
  }

  /** The chats of a phone but for statuses, the latest first. */
  chats(messenger: Messenger, phone: string): readonly ChatRow[] {
    return this.#statements.chats.all(...[phone, messenger, phone, messenger])
  }

  /** Statuses that a phone posted or may see since then, the newest first. */
  statuses(messenger: Messenger, phone: string, since: EpochMs, limit: number): readonly MessageRow[] {
    const chat = STATUS_CHAT
    return this.#statements.statuses.all(...[phone, messenger, chat, phone, messenger, chat, since, phone, limit])
  }

  /** Everything that this account offered through its linked devices, in the order of acceptance; null: every account. */
  offers(messenger: Messenger | null, phone: string | null, after: number, limit: number): readonly MessageRow[] {
    return this.#statements.offers.all(...[phone, phone, messenger, messenger, after, limit])
  }
}

type Value = string | number | null

/** Sent by the phone in a chat, or received by it there. */
const OF_CHAT = `seq IN (
  SELECT seq FROM messages WHERE sender = ? AND messenger = ? AND recipient = ?
  UNION SELECT message FROM deliveries WHERE phone = ? AND messenger = ? AND chat = ?)`
const OF_PHONE = `seq IN (
  SELECT seq FROM messages WHERE sender = ? AND messenger = ? AND recipient <> '${STATUS_CHAT}'
  UNION SELECT message FROM deliveries WHERE phone = ? AND messenger = ? AND chat <> '${STATUS_CHAT}')`
const SHOWN = `verdict = 'sent' AND act = 0`
const NOT_HIDDEN = 'NOT EXISTS (SELECT 1 FROM hidden h WHERE h.message = seq AND h.phone = ?)'

function prepare(file: NetworkFile) {
  const rows = (where: string) => file.prepare<Value[], MessageRow>(`SELECT ${COLUMNS} FROM messages WHERE ${where}`)
  return {
    find: rows('id = ? AND sender = ? AND messenger = ?'),
    findAnywhere: rows(
      `id = ? AND messenger = ? AND ${SHOWN} AND ${NOT_HIDDEN} AND
       (sender = ? OR EXISTS (SELECT 1 FROM deliveries d WHERE d.message = seq AND d.phone = ?)) LIMIT 1`,
    ),
    bySeq: rows('seq = ?'),
    about: rows("target = ? AND verdict = 'sent' ORDER BY seq"),
    add: file.prepare<Value[], MessageRow>(
      `INSERT INTO messages (messenger, id, sender, recipient, content, verdict, description, device, at, status, target, act, offered, seen)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0) RETURNING ${COLUMNS}`,
    ),
    offered: file.prepare<[number]>('UPDATE messages SET offered = offered + 1 WHERE seq = ?'),
    raise: file.prepare<[number, number, number]>('UPDATE messages SET status = ? WHERE seq = ? AND status < ?'),
    hide: file.prepare<[number, string]>('INSERT INTO hidden (message, phone) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    all: rows(`${OF_PHONE} AND ${SHOWN} AND seq > ? AND ${NOT_HIDDEN} ORDER BY seq DESC LIMIT ?`),
    chat: rows(`${OF_CHAT} AND ${SHOWN} AND seq > ? AND ${NOT_HIDDEN} ORDER BY seq DESC LIMIT ?`),
    statuses: rows(`${OF_CHAT} AND ${SHOWN} AND at >= ? AND ${NOT_HIDDEN} ORDER BY seq DESC LIMIT ?`),
    chats: file.prepare<Value[], ChatRow>(
      `SELECT peer, MAX(seq) AS last, SUM(unread) AS unread FROM (
         SELECT recipient AS peer, seq, 0 AS unread FROM messages WHERE sender = ? AND messenger = ? AND ${SHOWN}
         UNION ALL
         SELECT chat, message, seen = 0 AND chat <> phone FROM deliveries WHERE phone = ? AND messenger = ?
       ) WHERE peer <> '${STATUS_CHAT}' GROUP BY peer ORDER BY last DESC`,
    ),
    offers: rows(
      `(? IS NULL OR sender = ?) AND (? IS NULL OR messenger = ?) AND device IS NOT NULL AND seq > ? ORDER BY seq LIMIT ?`,
    ),
  }
}
