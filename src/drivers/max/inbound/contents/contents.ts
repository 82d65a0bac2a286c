import { few, line, text } from '../../../network/bounded.ts'
import type { ContactCard, Content, PollContent } from '../../../../model/content.ts'
import type { ChatId } from '../../../../model/ids.ts'
import { wholeName } from '../../names.ts'
import { readAttach, type Attach, type PlainMessage } from '../../wire/shapes.ts'
import type { Reading } from '../reading.ts'
import { fileOf, isFile } from './files.ts'
import { markedText } from './marked-text.ts'

type Of<Kind extends Attach['_type']> = Extract<Attach, { readonly _type: Kind }>

const MOST_ATTACHED = 64
const MOST_OPTIONS = 12
const LEAST_OPTIONS = 2
/** What the settings of a poll count in their sum. */
const POLL = { isAnonymous: 1, multipleAnswers: 2 } as const
/** What goes along with a message, or tells of a chat or a call, and says nothing. */
const SILENT: ReadonlySet<string> = new Set(['INLINE_KEYBOARD', 'REPLY_KEYBOARD', 'CONTROL', 'SHARE', 'CALL'])

/** What an account's message says, one content for each thing in it; empty for one that is about its chat alone. */
export function contentsOf(message: PlainMessage, reading: Reading): readonly Content[] {
  const attaches = few(message.attaches, MOST_ATTACHED).map(readAttach)
  const said = markedText(message.text, message.elements)
  const files = attaches.filter(isFile)
  if (files.length > 0) return files.map((file, index) => fileOf(file, index === 0 ? said : '', reading))
  const shown = placeIn(attaches, said) ?? cardsIn(attaches) ?? pollIn(attaches)
  if (shown?.kind === 'location') return [shown]
  const words = textIn(attaches, said)
  if (shown !== undefined) return words === undefined ? [shown] : [shown, words]
  if (words !== undefined) return [words]
  // It came, and this driver does not know what it is: a kind that the network has got since, or one in which nothing is where it was.
  return attaches.length === 0 ||
    attaches.some((attach) => !SILENT.has(attach._type === 'UNKNOWN' ? attach.named : attach._type))
    ? [UNREAD]
    : []
}

const UNREAD: Content = { kind: 'unreadable', why: 'undecrypted' }

/** The network has no name of a place; ours goes as the words with it. */
function placeIn(attaches: readonly Attach[], said: string): Content | undefined {
  const place = first(attaches, 'LOCATION')
  if (place === undefined || Math.abs(place.latitude) > 90 || Math.abs(place.longitude) > 180) return undefined
  const [name = '', ...address] = said.split('\n')
  const { latitude, longitude } = place
  return { kind: 'location', latitude, longitude, name, address: address.join('\n'), jpegThumbnail: '' }
}

function cardsIn(attaches: readonly Attach[]): Content | undefined {
  const contacts = attaches.flatMap((attach) => (attach._type === 'CONTACT' ? [cardOf(attach)] : []))
  return contacts.length === 0 ? undefined : { kind: 'contacts', contacts }
}

function cardOf({ contactId, phone = '', vcfBody, ...name }: Of<'CONTACT'>): ContactCard {
  const displayName = line(wholeName(name))
  const told = text(vcfBody).replaceAll('\r\n', '\n')
  const vcard = told === '' ? vcardOf(displayName, /^\d{5,16}$/.test(phone) ? phone : '') : told
  const isAccount = contactId !== undefined && contactId !== '0'
  return { displayName, vcard, ...(isAccount && { chat: contactId as ChatId }) }
}

function vcardOf(name: string, phone: string): string {
  const shown = name.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\,;]/g, String.raw`\$&`)
  const call = phone === '' ? [] : [`TEL;TYPE=CELL:+${phone}`]
  return ['BEGIN:VCARD', 'VERSION:3.0', `FN:${shown}`, ...call, 'END:VCARD'].join('\n')
}

function pollIn(attaches: readonly Attach[]): PollContent | undefined {
  const poll = first(attaches, 'POLL')
  if (poll === undefined) return undefined
  const options = [...new Set(few(poll.answers, MOST_OPTIONS).map((answer) => line(answer.text)))]
  if (options.length < LEAST_OPTIONS) return undefined
  const settings = poll.settings ?? 0
  return {
    ...{ kind: 'poll', question: line(poll.title), options },
    multipleAnswers: (settings & POLL.multipleAnswers) !== 0,
    ...((settings & POLL.isAnonymous) !== 0 && { isAnonymous: true }),
  }
}

/** A link that is shared has a preview; undefined where nothing was said. */
function textIn(attaches: readonly Attach[], said: string): Content | undefined {
  const share = first(attaches, 'SHARE')
  const link = line(share?.url)
  const words = said === '' ? link : said
  if (words === '') return undefined
  if (link === '') return { kind: 'text', text: words }
  const about = { title: line(share?.title), description: line(share?.description), link }
  return { kind: 'text', text: words, preview: { ...about, jpegThumbnail: '', urlFile: '', size: 'small' } }
}

function first<Kind extends Attach['_type']>(attaches: readonly Attach[], kind: Kind): Of<Kind> | undefined {
  return attaches.find((attach): attach is Of<Kind> => attach._type === kind)
}
