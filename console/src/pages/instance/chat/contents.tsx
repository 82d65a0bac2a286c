import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '../../../parts/icon.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import classes from './contents.module.css'
import type { Content } from './content.ts'
import { FileView } from './file-view.tsx'
import type { Line } from './thread.ts'
import { SaidText } from './text.tsx'

type Of<K extends Content['kind']> = Extract<Content, { readonly kind: K }>

/** What a message says, each kind in its own way. All of it was chosen by somebody else and is shown as text. */
export function ContentView({ line }: { readonly line: Line }): ReactNode {
  const words = useWords('chat')
  const { content, message } = line
  switch (content.kind) {
    case 'text':
      return <TextView content={content} />
    case 'file':
      return <FileView content={content} chat={message.chat} id={message.id} />
    case 'location':
      return <LocationView content={content} />
    case 'contacts':
      return <ContactsView content={content} />
    case 'poll':
      return <PollView content={content} votes={line.votes} />
    case 'buttons':
      return <ButtonsView content={content} />
    case 'goods':
      return <GoodsView content={content} />
    default:
      return <Aside text={saidShortly(content, words)} />
  }
}

type ChatWords = ReturnType<typeof useWords<'chat'>>

const MARKERS: Readonly<Record<string, 'unreadable'>> = { '{{SWE001}}': 'unreadable', '{{SWE003}}': 'unreadable' }

function TextView({ content: { text, preview } }: { readonly content: Of<'text'> }): ReactNode {
  const words = useWords('chat')
  if (MARKERS[text] !== undefined) return <Aside text={words.unreadable} />
  return (
    <>
      {preview.title !== '' && (
        <span className={classes['preview']}>
          <strong dir="auto">{preview.title}</strong>
          {preview.about !== '' && <span dir="auto">{preview.about}</span>}
        </span>
      )}
      <SaidText text={text} />
    </>
  )
}

function LocationView({ content }: { readonly content: Of<'location'> }): ReactNode {
  const words = useWords('chat')
  const { latitude, longitude, name, address } = content
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  return (
    <span className={classes['card']}>
      <Icon name="place" />
      <span>
        {name !== '' && <strong dir="auto">{name}</strong>}
        {address !== '' && <span dir="auto">{address}</span>}
        <a
          href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={`${words.map}: ${at}`}
        >
          {at}
        </a>
      </span>
    </span>
  )
}

function ContactsView({ content: { cards } }: { readonly content: Of<'contacts'> }): ReactNode {
  return cards.map((card, index) => (
    <span key={index} className={classes['card']}>
      <Icon name="person" />
      <span>
        <strong dir="auto">{card.name}</strong>
        {card.phones.map((phone, no) => (
          <span key={no} dir="ltr">
            {phone}
          </span>
        ))}
      </span>
    </span>
  ))
}

function PollView({ content, votes }: { readonly content: Of<'poll'>; readonly votes: Line['votes'] }): ReactNode {
  const words = useWords('chat')
  const format = useFormat()
  return (
    <span className={classes['poll']}>
      <strong dir="auto">{content.question}</strong>
      <small>{content.isMultiple ? words.manyAnswers : words.oneAnswer}</small>
      <span role="list" className={classes['options']}>
        {content.options.map((option, index) => (
          <span role="listitem" key={index}>
            <span dir="auto">{option}</span>
            <span className={classes['count']}>{format.number(votes.get(option) ?? 0)}</span>
          </span>
        ))}
      </span>
    </span>
  )
}

function ButtonsView({ content: { title, body, footer, buttons } }: { readonly content: Of<'buttons'> }): ReactNode {
  return (
    <span className={classes['buttons']}>
      {title !== '' && <strong dir="auto">{title}</strong>}
      <SaidText text={body} />
      {footer !== '' && <small dir="auto">{footer}</small>}
      {buttons.map((button, index) => (
        <span key={index} className={classes['button']} dir="auto">
          {button}
        </span>
      ))}
    </span>
  )
}

function GoodsView({ content: { title, about, price } }: { readonly content: Of<'goods'> }): ReactNode {
  return (
    <span className={classes['card']}>
      <Icon name="tag" />
      <span>
        <strong dir="auto">{title}</strong>
        {about !== '' && about !== title && <span dir="auto">{about}</span>}
        {price !== '' && <span>{price}</span>}
      </span>
    </span>
  )
}

function Aside({ text }: { readonly text: string }): ReactNode {
  return (
    <Text component="span" size="sm" fs="italic" dir="auto" style={{ overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  )
}

/** A message in one line: for lists, quotes, and what has no form of its own. */
export function saidShortly(content: Content, words: ChatWords): string {
  switch (content.kind) {
    case 'text':
      return MARKERS[content.text] === undefined ? content.text : words.unreadable
    case 'file':
      return fileShortly(content, words)
    case 'location':
      return joined(words.location, content.name)
    case 'contacts':
      return joined(words.contact, content.cards.map(({ name }) => name).join(', '))
    case 'poll':
      return joined(words.poll, content.question)
    case 'buttons':
      return content.body
    case 'goods':
      return content.title
    case 'unknown':
      return words.unknown(content.type)
    default:
      return actShortly(content, words)
  }
}

type Act = Of<'vote' | 'reaction' | 'edit' | 'deletion' | 'choice' | 'invite'>

/** What somebody did rather than said. */
function actShortly(content: Act, words: ChatWords): string {
  switch (content.kind) {
    case 'vote':
      return content.chosen.length === 0 ? words.votedNothing : words.voted(content.chosen.join(', '))
    case 'reaction':
      return content.emoji === '' ? words.reactedNothing : words.reacted(content.emoji)
    case 'edit':
      return words.editedTo(content.text)
    case 'deletion':
      return words.deleted
    case 'choice':
      return words.chose(content.text)
    case 'invite':
      return joined(words.invite(content.group), content.caption)
    default:
      return content satisfies never
  }
}

function fileShortly({ type, name, caption }: Of<'file'>, words: ChatWords): string {
  return joined(words.files[type], caption || (type === 'document' ? name : ''))
}

function joined(what: string, more: string): string {
  return more === '' ? what : `${what}: ${more}`
}
