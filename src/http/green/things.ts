import type { Instance } from '../../instances/instance.ts'
import type { ContactCard } from '../../model/content.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { validationText } from '../errors.ts'
import { bool, group, integer, list, number, optional, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { readChat } from './chat-id.ts'
import { sendContent, sendingFields } from './send.ts'

const QUESTION_LENGTH = 255
const OPTION_LENGTH = 100

const sendPoll = defineMethod({
  name: 'sendPoll',
  summary: 'Sends a poll of 2 to 12 options.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  messengers: ['whatsapp', 'telegram'],
  idempotent: true,
  fields: {
    ...sendingFields,
    message: text({ empty: 'error', max: QUESTION_LENGTH }),
    options: list(group({ optionName: text({ empty: 'error', max: OPTION_LENGTH }) }, { empty: 'error' }), {
      empty: 'error',
      min: 2,
      max: 12,
    }),
    multipleAnswers: optional(bool({ empty: 'absent' })),
    isAnonymous: optional(bool({ empty: 'absent' })),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const options = fields.options.map(({ optionName }) => optionName)
    if (new Set(options).size < options.length) {
      return fault('invalid', validationText(["'options' contains a duplicate value"]))
    }
    const { message, multipleAnswers = false, isAnonymous } = fields
    const content = {
      kind: 'poll',
      question: message,
      options,
      multipleAnswers,
      ...(isAnonymous !== undefined && { isAnonymous }),
    } as const
    return sendContent(instance, fields, content, call, { method: 'sendPoll', body: fields })
  },
})

const NAME_LENGTH = 1000

const sendLocation = defineMethod({
  name: 'sendLocation',
  summary: 'Sends a place on the map.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: {
    ...sendingFields,
    latitude: number({ empty: 'error', minimum: -90, maximum: 90 }),
    longitude: number({ empty: 'error', minimum: -180, maximum: 180 }),
    nameLocation: optional(text({ empty: 'absent', max: NAME_LENGTH })),
    address: optional(text({ empty: 'absent', max: NAME_LENGTH })),
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const { latitude, longitude, nameLocation = '', address = '' } = fields
    const content = { kind: 'location', latitude, longitude, name: nameLocation, address, jpegThumbnail: '' } as const
    return sendContent(instance, fields, content, call, { method: 'sendLocation', body: fields })
  },
})

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
    return isFault(chat) ? chat : { displayName: nameOf(contact), vcard: vcardOf(contact), chat }
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

/** Polls, places and cards. */
export const thingMethods: readonly Row<Instance>[] = [sendPoll, sendLocation, sendContact]
