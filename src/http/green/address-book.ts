import type { ContactName } from '../../drivers/facets.ts'
import type { Instance } from '../../instances/instance.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { validationText } from '../errors.ts'
import { bool, optional, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { said } from './answers.ts'
import { readChat } from './chat-id.ts'
import { ask } from './facets.ts'
import { chatId } from './send.ts'

const name = optional(text({ empty: 'absent', max: 256 }))

const contactNameFields = {
  firstName: name,
  lastName: name,
  saveInAddressbook: optional(bool({ empty: 'absent' })),
}
interface NameFields {
  readonly firstName?: string
  readonly lastName?: string
  readonly saveInAddressbook?: boolean
}

function nameOf({ firstName = '', lastName = '', saveInAddressbook = true }: NameFields): ContactName {
  return { firstName, lastName, saveInAddressbook }
}

const FIRST_NAME_MISSING = fault('invalid', validationText(["'firstName' is required"]))

const addContact = defineMethod({
  name: 'addContact',
  summary: 'Puts a person into the address book.',
  verbs: ['POST'],
  group: 'service',
  perSecond: 1,
  messengers: ['whatsapp', 'v3'],
  fields: { chatId, ...contactNameFields },
  answer: said('addContact'),
  async handle(instance: Instance, fields) {
    const chat = readChat(instance, fields.chatId, 'person')
    if (isFault(chat)) return chat
    if (fields.firstName === undefined) return FIRST_NAME_MISSING
    const trouble = await ask(instance, 'contacts', (contacts) => contacts.add(chat, nameOf(fields)))
    if (trouble === undefined) return { addContact: true }
    if (trouble.fault === 'conflict') return fault('invalid', `Contact ${chat} already exists`)
    return trouble.fault === 'noAccount' ? fault('notFound', `${chat} is not on WhatsApp`) : trouble
  },
})

const editContact = defineMethod({
  name: 'editContact',
  summary: 'Changes the name of a person in the address book.',
  verbs: ['POST'],
  group: 'service',
  perSecond: 1,
  messengers: ['whatsapp', 'v3'],
  fields: { chatId, ...contactNameFields },
  answer: said('editContact'),
  async handle(instance: Instance, fields) {
    const chat = readChat(instance, fields.chatId, 'person')
    if (isFault(chat)) return chat
    // One of the vendor's clients calls this, with nothing but the chat, where it means to delete.
    const isDeletion = fields.firstName === undefined && fields.lastName === undefined
    if (!isDeletion && fields.firstName === undefined) return FIRST_NAME_MISSING
    const trouble = await ask(instance, 'contacts', (contacts) =>
      isDeletion ? contacts.remove(chat) : contacts.edit(chat, nameOf(fields)),
    )
    return trouble === undefined ? { editContact: true } : noContact(trouble, chat)
  },
})

const deleteContact = defineMethod({
  name: 'deleteContact',
  summary: 'Takes a person out of the address book.',
  verbs: ['POST'],
  group: 'service',
  perSecond: 1,
  messengers: ['whatsapp', 'v3'],
  fields: { chatId },
  answer: said('deleteContact'),
  async handle(instance: Instance, fields) {
    const chat = readChat(instance, fields.chatId, 'person')
    if (isFault(chat)) return chat
    const trouble = await ask(instance, 'contacts', (contacts) => contacts.remove(chat))
    return trouble === undefined ? { deleteContact: true } : noContact(trouble, chat)
  },
})

function noContact(trouble: Fault, chat: string): Fault {
  return trouble.fault === 'notFound' ? fault('notFound', `Contact ${chat} not found`) : trouble
}

/** The phone's address book. */
export const addressBookMethods: readonly Row<Instance>[] = [addContact, editContact, deleteContact]
