import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import { STATUS, type MessageRow } from './messages.ts'
import type { Content } from './protocol.ts'

/** A message as the API and the page show it to one phone. */
export interface MessageView {
  readonly id: string
  readonly messenger: Messenger
  /** Digits. */
  readonly from: string
  readonly to: string
  /** The other side, seen from this phone. */
  readonly chat: string
  readonly direction: 'in' | 'out'
  readonly text: string
  readonly time: EpochMs
  readonly status: string
  readonly quote: { readonly id: string; readonly from: string; readonly text: string | null } | null
}

export function statusName(status: number): string {
  switch (status) {
    case STATUS.read:
      return 'read'
    case STATUS.delivered:
      return 'delivered'
    case STATUS.sent:
      return 'sent'
    default:
      return 'refused'
  }
}

/** The network wrote it itself, checked by the protocol's schema. */
export function contentOf(stored: string): Content {
  return JSON.parse(stored) as Content
}

export function viewOf(row: MessageRow, phone: string): MessageView {
  const content = contentOf(row.content)
  const out = row.sender === phone
  const { quote } = content
  return {
    id: row.id,
    messenger: row.messenger,
    from: row.sender,
    to: row.recipient,
    chat: out ? row.recipient : row.sender,
    direction: out ? 'out' : 'in',
    text: content.text,
    time: row.at,
    status: statusName(row.status),
    quote: quote === undefined ? null : { id: quote.id, from: quote.participant, text: quote.text },
  }
}
