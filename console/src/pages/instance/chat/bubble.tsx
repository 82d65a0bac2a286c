import { ActionIcon, Tooltip } from '@mantine/core'
import { memo, type ReactNode } from 'react'
import { Icon, type IconName } from '../../../parts/icon.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import classes from './bubble.module.css'
import { chatTitle } from './chat-name.ts'
import { ContentView, saidShortly } from './contents.tsx'
import type { Message, Quote } from './message.ts'
import type { Line } from './thread.ts'

interface BubbleProps {
  readonly line: Line
  /** In a group: who said it. */
  readonly showsAuthor: boolean
  readonly onReply: (message: Message) => void
}

/** One message of a chat. */
export const Bubble = memo(function Bubble({ line, showsAuthor, onReply }: BubbleProps): ReactNode {
  const words = useWords('chat')
  const { message, reactions } = line
  const { isOutgoing, isDeleted, isForwarded, author, quote } = message
  return (
    <li className={classes['line']} data-own={isOutgoing} data-id={message.id}>
      <div className={classes['bubble']}>
        {showsAuthor && !isOutgoing && (
          <strong className={classes['author']} dir="auto">
            {author.name || chatTitle(author.id)}
          </strong>
        )}
        <span className="visually-hidden">{isOutgoing ? words.sentBy : ''}</span>
        {isForwarded && <small className={classes['note']}>{words.forwarded}</small>}
        {quote !== null && <QuoteView quote={quote} />}
        {isDeleted ? <em>{words.deleted}</em> : <ContentView line={line} />}
        <Foot message={message} />
        {reactions.length > 0 && (
          <span className={classes['reactions']} aria-label={words.reactions}>
            {reactions.join(' ')}
          </span>
        )}
      </div>
      {!isDeleted && (
        <Tooltip label={words.reply}>
          <ActionIcon
            className={classes['reply'] ?? ''}
            variant="subtle"
            color="gray"
            aria-label={words.reply}
            onClick={() => onReply(message)}
          >
            <Icon name="reply" />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  )
})

export function QuoteView({ quote }: { readonly quote: Pick<Quote, 'author' | 'content'> }): ReactNode {
  const words = useWords('chat')
  return (
    <span className={classes['quote']}>
      {quote.author !== '' && <strong dir="auto">{chatTitle(quote.author)}</strong>}
      <span dir="auto">{saidShortly(quote.content, words) || words.quoteUnknown}</span>
    </span>
  )
}

const STATUS_ICONS: Readonly<Record<string, IconName>> = {
  pending: 'clock',
  sent: 'tick',
  delivered: 'ticks',
  read: 'ticks',
}

function Foot({ message: { at, isEdited, isDeleted, isOutgoing, status } }: { readonly message: Message }): ReactNode {
  const words = useWords('chat')
  const format = useFormat()
  const known = Object.entries(words.statuses).find(([name]) => name === status)?.[1] ?? status
  const icon = STATUS_ICONS[status]
  return (
    <span className={classes['foot']}>
      {isEdited && !isDeleted && <span>{words.edited}</span>}
      <time dateTime={new Date(at).toISOString()}>{format.clock(at)}</time>
      {isOutgoing && (
        <span className={classes['status']} data-status={status} title={known}>
          {icon === undefined ? known : <Icon name={icon} size={16} />}
          {icon !== undefined && <span className="visually-hidden">{known}</span>}
        </span>
      )}
    </span>
  )
}
