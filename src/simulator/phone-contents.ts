import Type from 'typebox'
import { isContent, type Content } from './contents.ts'
import type { Files } from './files.ts'
import { parsePhone } from './phone-number.ts'

const Part = Type.Object({})
const Parts = Type.Optional(Type.Array(Part, { maxItems: 256 }))

/** What a person or test gives: a kind, what it needs, and what of the rest it cares for. `isContent` has the last word. */
export const PhoneContent = Type.Object({
  kind: Type.String({ maxLength: 32 }),
  /** The hash of what was uploaded before, with or without its size; null: lost. */
  file: Type.Optional(
    Type.Union([Type.String({ maxLength: 64 }), Type.Object({ sha256: Type.String({ maxLength: 64 }) }), Type.Null()]),
  ),
  contacts: Parts,
  buttons: Parts,
  sections: Type.Optional(Type.Array(Type.Object({ rows: Parts }), { maxItems: 64 })),
  /** Of a vote: the options that are chosen. */
  choices: Type.Optional(Type.Array(Type.String({ maxLength: 4096 }), { maxItems: 12 })),
})
export type PhoneContent = Type.Static<typeof PhoneContent>

const NO_PICTURE = { jpegThumbnail: '' }

/** What is taken where nothing is said. */
const DEFAULTS: Readonly<Record<Content['kind'], object>> = {
  text: {},
  file: { type: 'document', name: '', mimeType: 'application/octet-stream', caption: '', ...NO_PICTURE },
  location: { name: '', address: '', ...NO_PICTURE },
  contacts: {},
  poll: { multipleAnswers: false },
  vote: { question: '', multipleAnswers: false, options: [] },
  reaction: { participant: '', emoji: '' },
  edit: { isCaption: false },
  deletion: { forEveryone: true },
  buttons: { style: 'interactive', header: '', footer: '' },
  list: { title: '', footer: '', buttonText: '' },
  choice: { of: 'interactive', index: 0, text: '' },
  groupInvite: { groupName: '', code: '', expiresAt: 0, caption: '', ...NO_PICTURE },
  product: { description: '', currency: '', price: '', url: '', imageCount: 0 },
  order: { token: '', title: '', itemCount: 1, currency: '', total: '0' },
  statusText: { backgroundColor: '#228B22', font: 'SANS_SERIF' },
  unreadable: { why: 'undecrypted' },
}

/** The content that a phone says, with what was left out; why not in words when it is none. `from` is digits. */
export async function completeContent(given: PhoneContent, from: string, files: Files): Promise<Content | string> {
  const { kind } = given
  if (!isKind(kind)) return `'content.kind' must be one of ${Object.keys(DEFAULTS).join(', ')}`
  const { choices, ...rest } = given
  const whole: unknown = {
    ...DEFAULTS[kind],
    ...rest,
    ...(choices !== undefined && { options: choices.map((name) => ({ name, voters: [from] })) }),
    ...(given.contacts !== undefined && { contacts: given.contacts.map(cardOf) }),
    ...(given.buttons !== undefined && { buttons: given.buttons.map(buttonOf) }),
    ...(given.sections !== undefined && { sections: given.sections.map(sectionOf) }),
    ...(given.file !== undefined && { file: await fileOf(given.file, files) }),
  }
  return isContent(whole) ? whole : `'content' is no ${kind}: a field is missing or malformed`
}

function isKind(kind: string): kind is Content['kind'] {
  return Object.hasOwn(DEFAULTS, kind)
}

/** A card that says nothing but a name and perhaps a number (`phone`) gets the vCard that a messenger would make of it. */
function cardOf(given: object): object {
  const { phone: number, ...card } = { phone: '', displayName: '', ...given }
  const phone = typeof number === 'string' || typeof number === 'number' ? (parsePhone(number) ?? '') : ''
  const telephone = phone === '' ? [] : [`TEL;type=CELL;waid=${phone}:+${phone}`]
  const name = card.displayName
  const vcard = ['BEGIN:VCARD', 'VERSION:3.0', `N:;${name};;;`, `FN:${name}`, ...telephone, 'END:VCARD'].join('\n')
  return { vcard, ...(phone !== '' && { address: phone }), ...card }
}

function buttonOf(given: object, index: number): object {
  return { id: String(index + 1), action: 'reply', value: '', ...given }
}

function sectionOf({ rows, ...given }: { readonly rows?: readonly object[] }): object {
  const complete = (rows ?? []).map((row, index) => ({ id: String(index + 1), description: '', ...row }))
  return { title: '', ...given, rows: complete }
}

/** One that isn't here is refused when the message is judged. */
async function fileOf(given: NonNullable<PhoneContent['file']> | null, files: Files): Promise<unknown> {
  if (given === null) return null
  const sha256 = typeof given === 'string' ? given : given.sha256
  return { sha256, size: (await files.size(sha256)) ?? 0 }
}
