import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { MessageRow, Messages } from './messages.ts'
import type { NetworkFile } from './network-file.ts'
import { contentLine } from './content-line.ts'
import { contentOf } from './marks.ts'
import { statusName } from './views.ts'

/** A message that a linked device offered. */
export interface JournalSend {
  /** Rises in the order of acceptance. */
  readonly order: number
  readonly messenger: Messenger
  readonly id: string
  readonly from: string
  readonly to: string
  readonly kind: string
  /** A text, or a readable line for any other kind. */
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
  /** `in` or `out` of a message, how far a message or call came, or the restriction. */
  readonly detail: string
  /** Of the message or call that it is about. */
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
    const columns = `e.seq AS "order", d.messenger, d.phone, d.label AS deviceId, e.kind, e.detail, COALESCE(m.id, c.id) AS idMessage, e.acked, e.at AS time`
    const rest = 'LEFT JOIN messages m ON m.seq = e.message LEFT JOIN calls c ON c.seq = e.call'
    this.#ofPhone = file.prepare<Value[], EventRow>(
      `SELECT ${columns} FROM devices d JOIN events e ON e.device = d.no ${rest}
       WHERE d.phone = ? AND (? IS NULL OR d.messenger = ?) AND e.seq > ? ORDER BY e.seq LIMIT ?`,
    )
    this.#all = file.prepare<Value[], EventRow>(
      `SELECT ${columns} FROM events e JOIN devices d ON d.no = e.device ${rest}
       WHERE (? IS NULL OR d.messenger = ?) AND e.seq > ? ORDER BY e.seq LIMIT ?`,
    )
    const oldest = (table: string) => `SELECT seq FROM (SELECT seq, at FROM ${table} ORDER BY seq LIMIT ?) WHERE at < ?`
    const ofMessages = ['deliveries', 'hidden'].map((table) => `${table} WHERE message IN (${oldest('messages')})`)
    const rows = ['events', 'messages', 'calls'].map((table) => `${table} WHERE seq IN (${oldest(table)})`)
    this.#sweeps = [...ofMessages, ...rows].map((what) => file.prepare<[number, number]>(`DELETE FROM ${what}`))
    this.#sweepDevices = file.prepare<[number]>('DELETE FROM devices WHERE removed_at < ?')
  }

  sends({ messenger, phone, afterSend, limit }: JournalQuery): readonly JournalSend[] {
    return this.#messages.offers(messenger, phone, afterSend, limit).map((row) => ({
      order: row.seq,
      messenger: row.messenger,
      id: row.id,
      from: row.sender,
      to: row.recipient,
      ...said(row),
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

  /** Forgets what is older, at most `limit` rows of a kind, and tells whether there may be more; a device that stayed away for so long has missed it. */
  sweep(before: EpochMs, limit: number): boolean {
    return this.#file.change(() => {
      const counts = this.#sweeps.map((sweep) => sweep.run(limit, before).changes)
      this.#sweepDevices.run(before)
      return counts.some((count) => count >= limit)
    })
  }
}

function said(row: MessageRow): { readonly kind: string; readonly text: string } {
  const content = contentOf(row)
  return { kind: content.kind, text: contentLine(content) }
}
