import { list, object, type Reader } from '../../../api/read.ts'
import { contentOf, type Content } from './content.ts'
import { fieldsOf, flagIn, numberIn, textIn, within, type Fields } from './fields.ts'

export interface Quote {
  readonly id: string
  /** Whose message it was. */
  readonly author: string
  readonly content: Content
}

/** A message of a chat as the contract's journals show it. */
export interface Message {
  readonly id: string
  readonly chat: string
  /** Milliseconds. */
  readonly at: number
  readonly isOutgoing: boolean
  readonly author: { readonly id: string; readonly name: string }
  readonly content: Content
  readonly quote: Quote | null
  /** Of an outgoing one, in the wire's words. */
  readonly status: string
  readonly isEdited: boolean
  readonly isDeleted: boolean
  readonly isForwarded: boolean
}

const readMessage: Reader<Message> = (value) => messageOf(fieldsOf(value))

export const readMessages = object({ items: list(readMessage) })

function messageOf(item: Fields): Message {
  const type = textIn(item, 'typeMessage')
  return {
    id: textIn(item, 'idMessage'),
    chat: textIn(item, 'chatId'),
    at: numberIn(item, 'timestamp') * 1000,
    isOutgoing: textIn(item, 'type') === 'outgoing',
    author: { id: textIn(item, 'senderId'), name: textIn(item, 'senderContactName', 'senderName') },
    content: contentOf(type, item),
    quote: type === 'reactionMessage' ? null : quoteOf(within(item, 'quotedMessage')),
    status: textIn(item, 'statusMessage'),
    isEdited: flagIn(item, 'isEdited'),
    isDeleted: flagIn(item, 'isDeleted'),
    isForwarded: isForwarded(item),
  }
}

function quoteOf(quote: Fields): Quote | null {
  const id = textIn(quote, 'stanzaId')
  if (id === '') return null
  return { id, author: textIn(quote, 'participant'), content: contentOf(textIn(quote, 'typeMessage'), quote) }
}

/** It stands at the top for files, and inside of what was said for all others. */
function isForwarded(item: Fields): boolean {
  const inside = ['extendedTextMessage', 'location', 'contact', 'messageData'].some((key) =>
    flagIn(within(item, key), 'isForwarded'),
  )
  return flagIn(item, 'isForwarded') || inside
}
