import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Messages } from './messages.ts'
import type { NetworkFile } from './network-file.ts'
import { contentOf, statusName } from './views.ts'

/** A message that a linked device offered. */
export interface JournalSend {
  /** Rises in the order of acceptance. */
  readonly order: number
  readonly messenger: Messenger
  readonly id: string
  readonly from: string
  readonly to: string
  readonly text: string
  readonly verdict: string
  /** How often the id was offered; a message was delivered once at most. */
  readonly offered: number
  readonly status: string
  readonly time: EpochMs
}

/** Something that a linked device had to hear. */
export interface JournalEvent {
  /** The push id; rises in the order of what happened. */
  readonly order: number
  readonly messenger: Messenger
  readonly phone: string
  readonly deviceId: string
  readonly kind: string
  /** `in` or `out` of a message, the status, or the restriction. */
  readonly detail: string
  readonly idMessage: string | null
  readonly acknowledged: boolean
  readonly time: EpochMs
}

export interface JournalQuery {
  readonly messenger: Messenger | null
  readonly phone: string | null
  /** Only what has a higher order number. */
  readonly afterSend: number
  readonly afterEvent: number
  readonly limit: number
}

type EventRow = Omit<JournalEvent, 'acknowledged'> & { readonly acked: number }
type Value = string | number | null

/** What the network saw, for those who must prove that nothing was lost or done twice. */
export class Journal {
  readonly #messages: Messages
  readonly #ofPhone
  readonly #all
  readonly #sweeps
  readonly #sweepDevices
  readonly #file: NetworkFile

  constructor(file: NetworkFile, messages: Messages) {
    this.#file = file
    this.#messages = messages
    const columns = `e.seq AS "order", d.messenger, d.phone, d.label AS deviceId, e.kind, e.detail, m.id AS idMessage, e.acked, e.at AS time`
    const rest = 'LEFT JOIN messages m ON m.seq = e.message'
    this.#ofPhone = file.prepare<Value[], EventRow>(
      `SELECT ${columns} FROM devices d JOIN events e ON e.device = d.no ${rest}
       WHERE d.phone = ? AND (? IS NULL OR d.messenger = ?) AND e.seq > ? ORDER BY e.seq LIMIT ?`,
    )
    this.#all = file.prepare<Value[], EventRow>(
      `SELECT ${columns} FROM events e JOIN devices d ON d.no = e.device ${rest}
       WHERE (? IS NULL OR d.messenger = ?) AND e.seq > ? ORDER BY e.seq LIMIT ?`,
    )
    const oldest = (table: string) =>
      `DELETE FROM ${table} WHERE seq IN (SELECT seq FROM (SELECT seq, at FROM ${table} ORDER BY seq LIMIT ?) WHERE at < ?)`
    this.#sweeps = [
      file.prepare<[number, number]>(oldest('events')),
      file.prepare<[number, number]>(oldest('messages')),
    ]
    this.#sweepDevices = file.prepare<[number]>('DELETE FROM devices WHERE removed_at < ?')
  }

  sends({ messenger, phone, afterSend, limit }: JournalQuery): readonly JournalSend[] {
    return this.#messages.offers(messenger, phone, afterSend, limit).map((row) => ({
      order: row.seq,
      messenger: row.messenger,
      id: row.id,
      from: row.sender,
      to: row.recipient,
      text: contentOf(row.content).text,
      verdict: row.verdict,
      offered: row.offered,
      status: statusName(row.status),
      time: row.at,
    }))
  }

  events({ messenger, phone, afterEvent, limit }: JournalQuery): readonly JournalEvent[] {
    const rows =
      phone === null
        ? this.#all.all(...[messenger, messenger, afterEvent, limit])
        : this.#ofPhone.all(...[phone, messenger, messenger, afterEvent, limit])
    return rows.map(({ acked, ...row }) => ({ ...row, acknowledged: acked === 1 }))
  }

  /** Forgets what is older, at most `limit` rows of a kind; a device that stayed away for so long has missed it. */
  sweep(before: EpochMs, limit: number): void {
    this.#file.change(() => {
      for (const sweep of this.#sweeps) sweep.run(limit, before)
      this.#sweepDevices.run(before)
    })
  }
}
