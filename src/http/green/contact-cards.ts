import type { Instance } from '../../instances/instance.ts'
import type { ContactCard } from '../../model/content.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { validationText } from '../errors.ts'
import { group, integer, optional, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { readChat } from './chat-id.ts'
import { sendContent, sendingFields } from './send.ts'

const namePart = optional(text({ empty: 'absent', max: 256 }))

const contactFields = {
  phoneContact: optional(
    integer({ empty: 'absent', digits: true, minimum: 1_000_000, maximum: 9_999_999_999_999_999 }),
  ),
  firstName: namePart,
  middleName: namePart,
  lastName: namePart,
  company: namePart,
  // MAX sends cards of accounts, by their chat ids.
  chatId: optional(text({ empty: 'absent', max: 64 })),
}

interface ContactFields {
  readonly phoneContact?: number
  readonly firstName?: string
  readonly middleName?: string
  readonly lastName?: string
  readonly company?: string
  readonly chatId?: string
}

const sendContact = defineMethod({
  name: 'sendContact',
  summary: 'Sends a contact card.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: { ...sendingFields, contact: group(contactFields, { empty: 'error' }) },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const card = cardOf(instance, fields.contact)
    if (isFault(card)) return card
    const content = { kind: 'contacts', contacts: [card] } as const
    return sendContent(instance, fields, content, call, { method: 'sendContact', body: fields })
  },
})

function cardOf(instance: Instance, contact: ContactFields): ContactCard | Fault {
  if (contact.chatId !== undefined && contact.phoneContact === undefined) {
    const chat = readChat(instance, contact.chatId, 'person', 'contact.chatId')
    if (isFault(chat)) return chat
    // Whoever reads the journal must see whose card it was, also where the call gave no name.
    const named = nameOf(contact) === '' ? { ...contact, firstName: chat } : contact
    return { displayName: nameOf(named), vcard: vcardOf(named), chat }
  }
  if (contact.phoneContact === undefined) {
    return fault('invalid', validationText(["'contact.phoneContact' is required"]))
  }
  if (nameOf(contact) === '') {
    const text = "'contact' must contain at least one of [firstName, middleName, lastName, company]"
    return fault('invalid', validationText([text]))
  }
  return { displayName: nameOf(contact), vcard: vcardOf(contact) }
}

function nameOf({ firstName = '', middleName = '', lastName = '', company = '' }: ContactFields): string {
  const name = [firstName, middleName, lastName].filter((part) => part !== '').join(' ')
  return name === '' ? company : name
}

/** RFC 2426. */
function vcardOf(contact: ContactFields): string {
  const { firstName = '', middleName = '', lastName = '', company = '', phoneContact } = contact
  const phone = phoneContact === undefined ? undefined : String(phoneContact)
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:${[lastName, firstName, middleName].map(escaped).join(';')};;`,
    `FN:${escaped(nameOf(contact))}`,
    company === '' ? undefined : `ORG:${escaped(company)}`,
    phone === undefined ? undefined : `TEL;type=CELL;type=VOICE;waid=${phone}:+${phone}`,
    'END:VCARD',
  ]
  return lines.filter((line) => line !== undefined).join('\n')
}

function escaped(value: string): string {
  return value.replaceAll(/[\\;,]/g, (sign) => `\\${sign}`).replaceAll(/\r\n|\r|\n/g, '\\n')
}

/** Cards of persons and accounts. */
export const contactCardMethods: readonly Row<Instance>[] = [sendContact]
