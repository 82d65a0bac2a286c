import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import { contentLine } from './content-line.ts'
import type { Content } from './contents.ts'
import { contentOf, currentContent, marksOf, type Marks } from './marks.ts'
import { chatOf, STATUS, type MessageRow, type Messages } from './messages.ts'

/** A message as the API and the page show it to one phone. */
export interface MessageView {
  readonly id: string
  readonly messenger: Messenger
  /** Digits. */
  readonly from: string
  /** Digits, or the group's id. */
  readonly to: string
  /** The other side or the group, seen from this phone. */
  readonly chat: string
  readonly direction: 'in' | 'out'
  readonly kind: Content['kind']
  /** What a text says now, a readable line for any other kind; empty once it is deleted. */
  readonly text: string
  /** As it reads now, persons as digits; null once it is deleted. */
  readonly content: Content | null
  readonly time: EpochMs
  readonly status: string
  readonly isEdited: boolean
  readonly isDeleted: boolean
  readonly forwardingScore: number
  readonly reactions: readonly { readonly from: string; readonly emoji: string }[]
  /** Of a poll: who chose what. */
  readonly votes: readonly { readonly option: string; readonly voters: readonly string[] }[] | null
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

/** What this phone shows of a message now. */
export function viewOf(messages: Messages, row: MessageRow, phone: string): MessageView {
  const marks = marksOf(messages.about(row))
  const content = currentContent(contentOf(row), marks)
  const { quote } = content
  return {
    ...{ id: row.id, messenger: row.messenger, from: row.sender, to: row.recipient, chat: chatOf(row, phone) },
    direction: row.sender === phone ? 'out' : 'in',
    kind: content.kind,
    text: marks.isDeleted ? '' : contentLine(content),
    content: marks.isDeleted ? null : content,
    time: row.at,
    status: statusName(row.status),
    isEdited: marks.editedText !== null,
    isDeleted: marks.isDeleted,
    forwardingScore: content.forwardingScore ?? 0,
    reactions: [...marks.reactions].map(([from, emoji]) => ({ from, emoji })),
    votes: resultsOf(content, marks),
    quote: quote === undefined ? null : { id: quote.id, from: quote.participant, text: quotedText(quote.content) },
  }
}

function quotedText(content: Content | null): string | null {
  return content === null ? null : contentLine(content)
}

function resultsOf(content: Content, marks: Marks): MessageView['votes'] {
  if (content.kind !== 'poll') return null
  return content.options.map((option) => ({
    option,
    voters: [...marks.votes].filter(([, chosen]) => chosen.includes(option)).map(([voter]) => voter),
  }))
}
