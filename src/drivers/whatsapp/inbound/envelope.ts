import type { EpochMs, MessageId } from '../../../model/ids.ts'
import { line } from '../../network/bounded.ts'
import type { BinaryNode, WaMessageInfo } from '../engine/engine.ts'
import { isGroup, isPerson, plainJid, STATUSES_JID } from '../jids.ts'
import type { People } from '../life.ts'
import { count, messageId } from './bounded.ts'
import type { Envelope } from './reading.ts'

const SECONDS = /^\d{1,11}$/
const NAME_LENGTH = 256

type Attributes = BinaryNode['attrs']

/** Reads the attributes of a message stanza; null for one of no chat that we have: channels, bots, or nothing sensible. */
export function envelopeOf({ attrs }: BinaryNode, people: People, now: EpochMs): Envelope | null {
  const id = messageId(attrs['id']) as MessageId
  const from = plainJid(attrs['from'])
  if (id === '' || from === '') return null
  const around = { id, at: momentOf(attrs['t'], now), authorName: nameIn(attrs['notify']) }
  if (isPerson(from)) return { ...around, ...directParties(attrs, from, people) }
  const author = plainJid(attrs['participant'])
  if (!isPerson(author)) return null
  const authorAlt = other(attrs, 'participant', 'sender')
  const fromMe = people.isOwn(author)
  const authored = { ...around, fromMe, author, authorAlt }
  if (isGroup(from) || from === STATUSES_JID) return { ...authored, chat: from, chatAlt: '' }
  // A list of receivers: to each of them it is a message of the chat with its author.
  return fromMe ? null : { ...authored, chat: author, chatAlt: authorAlt }
}

function directParties(attrs: Attributes, from: string, people: People) {
  const authorAlt = other(attrs, 'sender', 'peer_recipient')
  const fromMe = people.isOwn(from)
  const recipient = plainJid(attrs['recipient'])
  const author = { fromMe, author: from, authorAlt: fromMe ? '' : authorAlt }
  if (fromMe && isPerson(recipient))
    return { ...author, chat: recipient, chatAlt: other(attrs, 'recipient', 'peer_recipient') }
  return { ...author, chat: from, chatAlt: fromMe ? '' : authorAlt }
}

/** Of a message of the history. */
export function envelopeOfPast(info: WaMessageInfo, people: People, own: string): Envelope | null {
  const { key } = info
  const id = messageId(key.id) as MessageId
  const chat = plainJid(key.remoteJid)
  const at = count(info.messageTimestamp, 99_999_999_999) * 1000
  if (id === '' || chat === '' || at === 0) return null
  const around = { id, at, chat, authorName: nameIn(info.pushName) }
  const chatAlt = isPerson(chat) ? plainJid(key.remoteJidAlt) : ''
  if (key.fromMe === true) return { ...around, fromMe: true, chatAlt, author: own, authorAlt: '' }
  const author = isPerson(chat) ? chat : plainJid(key.participant ?? info.participant)
  const authorAlt = isPerson(chat) ? chatAlt : plainJid(key.participantAlt)
  return isPerson(author) && !people.isOwn(author) ? { ...around, fromMe: false, chatAlt, author, authorAlt } : null
}

/** The pairs of names that a stanza tells: the ids that hide numbers, and the numbers. */
export function pairsIn({ attrs }: BinaryNode): readonly { readonly lid: string; readonly pn: string }[] {
  const pairs: { lid: string; pn: string }[] = []
  const add = (jid: unknown, alt: string) => {
    const [one, two] = [plainJid(jid), plainJid(alt)]
    if (one.endsWith('@lid')) pairs.push({ lid: one, pn: two })
    else pairs.push({ lid: two, pn: one })
  }
  const sender = other(attrs, 'sender', 'participant')
  if (sender !== '') add(attrs['participant'] ?? attrs['from'], sender)
  const recipient = other(attrs, 'recipient', 'peer_recipient')
  if (recipient !== '' && attrs['recipient'] !== undefined) add(attrs['recipient'], recipient)
  return pairs
}

/** The other name of a party: attributes tell it by the form that the stanza does not use. */
function other(attrs: Attributes, ...of: readonly string[]): string {
  const mode = attrs['addressing_mode'] ?? ((attrs['participant'] ?? attrs['from'])?.endsWith('lid') ? 'lid' : 'pn')
  for (const name of of) {
    const alt = plainJid(attrs[`${name}_${mode === 'lid' ? 'pn' : 'lid'}`])
    if (alt !== '') return alt
  }
  return ''
}

/** The network tells seconds. What comes in the second in which it was said came just now, after what we did in it. */
function momentOf(seconds: string | undefined, now: EpochMs): EpochMs {
  const time = timeOf(seconds, now)
  return now - time > 0 && now - time < 1000 ? now : time
}

export function timeOf(seconds: string | undefined, now: EpochMs): EpochMs {
  return seconds !== undefined && SECONDS.test(seconds) ? Number(seconds) * 1000 : now
}

function nameIn(value: unknown): string {
  return line(value).slice(0, NAME_LENGTH)
}
