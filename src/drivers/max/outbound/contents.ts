import {
  byKind,
  quoteOf,
  type ByKind,
  type ContactsContent,
  type Content,
  type ContentKind,
  type FileContent,
  type LocationContent,
  type PollContent,
} from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { Uploaded, Uploads } from '../files/upload.ts'
import type { Life } from '../life.ts'
import type { Outgoing, OutgoingAttach } from '../wire/contents.ts'
import { formatted } from './formatting.ts'
import { ownIdOf } from './recipients.ts'

/** What MAX has no form for, or what is not sent as a message of its own. */
export const CANNOT_SEND: ReadonlySet<ContentKind> = new Set<ContentKind>([
  'vote',
  'buttons',
  'list',
  'choice',
  'groupInvite',
  'product',
  'order',
  'statusText',
  'unreadable',
])

/** The longest text that MAX takes, UTF-16 code units, without the marks of its formatting. */
export const TEXT_LENGTH = 4_000

/** A message, but for the number by which it is recognised. */
export interface Composed extends Omit<Outgoing, 'cid'> {
  /** Its file, where it has one. */
  readonly uploaded?: Uploaded
}

interface Making {
  readonly life: Life
  readonly uploads: Uploads
  readonly signal: AbortSignal
}

type Made = Promise<Composed | Fault> | Composed | Fault

/** A content as the network takes it. Its file is brought there on the way; nothing else has been sent. */
export async function composed(content: Content, making: Making): Promise<Composed | Fault> {
  const made = await byKind(MESSAGES, content, making)
  if (isFault(made)) return made
  const trouble = textTrouble(made.text ?? '')
  if (trouble !== undefined) return trouble
  const quote = quoteOf(content)
  const messageId = quote === undefined ? null : await making.life.messageIds.networkIdOf(quote.id)
  // One of ours that never got there can't be shown; what is said about it can.
  return messageId === null ? made : { ...made, link: { kind: 'reply', messageId } }
}

export function textTrouble(text: string): Fault | undefined {
  return text.length > TEXT_LENGTH ? fault('refused', 'the text is too long for MAX') : undefined
}

const cannot = ({ kind }: Content): Fault => fault('refused', `MAX has no ${kind}`)

const MESSAGES: ByKind<[Making], Made> = {
  text: ({ text }) => formatted(text),
  file: fileMessage,
  location: locationMessage,
  contacts: contactsMessage,
  poll: pollMessage,
  vote: cannot,
  reaction: cannot,
  edit: cannot,
  deletion: cannot,
  buttons: cannot,
  list: cannot,
  choice: cannot,
  groupInvite: cannot,
  product: cannot,
  order: cannot,
  statusText: cannot,
  unreadable: cannot,
}

async function fileMessage(content: FileContent, { uploads, signal }: Making): Promise<Composed | Fault> {
  const said = formatted(content.caption)
  const trouble = textTrouble(said.text)
  if (trouble !== undefined) return trouble
  const uploaded = await uploads.bring(content, signal)
  if (isFault(uploaded)) return uploaded
  return { ...(said.text !== '' && said), attaches: [uploaded.attach], uploaded }
}

/** What the place is called is said in words: the network's own form has but the coordinates. */
function locationMessage({ latitude, longitude, name, address }: LocationContent): Composed {
  const words = [name, address].filter((part) => part !== '').join('\n')
  return { ...(words !== '' && { text: words }), attaches: [{ kind: 'location', latitude, longitude }] }
}

/** The network's own card is one account's. What names none, or several, goes as a file that every address book reads. */
async function contactsMessage({ contacts }: ContactsContent, making: Making): Promise<Composed | Fault> {
  const [card] = contacts
  if (card === undefined) return fault('refused', 'there is no card to be sent')
  if (contacts.length === 1 && card.chat !== undefined) {
    const person = await ownIdOf(making.life, card.chat)
    if (!isFault(person)) return { attaches: [{ kind: 'contact', contactId: person }] }
    // It is not the one who is written to.
    return person.fault === 'noAccount' ? fault('refused', 'the card names a number that is not on MAX') : person
  }
  const name = contacts.length === 1 ? `${card.displayName.replaceAll(/[/\\]/g, '_')}.vcf` : 'contacts.vcf'
  const text = contacts.map(({ vcard }) => `${vcard.trimEnd().replaceAll('\n', '\r\n')}\r\n`).join('')
  const file = { bytes: Buffer.from(text), name, mimeType: 'text/vcard' }
  return attached(await making.uploads.bringMade(file, making.signal))
}

function attached(attach: OutgoingAttach | Fault): Composed | Fault {
  return isFault(attach) ? attach : { attaches: [attach] }
}

function pollMessage({ question, options, multipleAnswers, isAnonymous = false }: PollContent): Composed {
  return { attaches: [{ kind: 'poll', title: question, answers: options, isAnonymous, multipleAnswers }] }
}
