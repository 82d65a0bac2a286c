import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { CatalogProduct, ChatSummary, Contact, ContactInfo } from '../../model/chats.ts'
import { isFault } from '../../model/fault.ts'
import type { Messenger } from '../../model/messenger.ts'
import { integer, oneOfOrAbsent, optional } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { wireSeconds } from '../wire-time.ts'
import { TEXT } from './answers.ts'
import { readChat } from './chat-id.ts'
import { ask, pictureUrl } from './facets.ts'
import { chatId } from './send.ts'

const count = optional(integer({ empty: 'absent', digits: true, minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const MOST = 1_000_000

const CONTACT = Type.Object({
  id: Type.Optional(TEXT),
  chatId: Type.Optional(TEXT),
  name: TEXT,
  contactName: Type.Optional(TEXT),
  type: TEXT,
  phoneNumber: Type.Optional(Type.Integer()),
})

const getContacts = defineMethod({
  name: 'getContacts',
  summary: 'Lists the persons and groups that the account knows.',
  verbs: ['GET'],
  reads: true,
  group: 'service',
  perSecond: 1,
  hasQuota: true,
  fields: { group: optional(oneOfOrAbsent(['true', 'false'])), count },
  answer: Type.Array(CONTACT),
  async handle(instance: Instance, fields) {
    const contacts = await ask(instance, 'contacts', (facet) => facet.list())
    if (isFault(contacts)) return contacts
    const wanted =
      fields.group === undefined ? contacts : contacts.filter(({ type }) => isGroup(type) === (fields.group === 'true'))
    return wanted.slice(0, fields.count ?? MOST).map((contact) => contactItem(instance.messenger, contact))
  },
})

function isGroup(type: Contact['type']): boolean {
  return type === 'group' || type === 'supergroup' || type === 'channel'
}

function contactItem(messenger: Messenger, { id, name, contactName, type, phone }: Contact): object {
  if (messenger !== 'whatsapp') return { chatId: id, name, contactName, type, phoneNumber: Number(phone) }
  return isGroup(type) ? { id, name, type: 'group' } : { id, name, contactName, type: 'user' }
}

const CHAT = Type.Object({
  archive: Type.Optional(Type.Boolean()),
  id: Type.Optional(TEXT),
  chatId: Type.Optional(TEXT),
  ephemeralExpiration: Type.Optional(Type.Integer()),
  ephemeralSettingTimestamp: Type.Optional(Type.Integer()),
  name: TEXT,
  type: TEXT,
  phoneNumber: Type.Optional(Type.Integer()),
  username: Type.Optional(TEXT),
})

const getChats = defineMethod({
  name: 'getChats',
  summary: 'Lists the chats of the account, most recently active first.',
  verbs: ['GET'],
  reads: true,
  group: 'service',
  perSecond: 1,
  fields: { count },
  answer: Type.Array(CHAT),
  async handle(instance: Instance, fields) {
    const chats = await ask(instance, 'chats', (facet) => facet.list())
    if (isFault(chats)) return chats
    return chats.slice(0, fields.count ?? MOST).map((chat) => chatItem(instance.messenger, chat))
  },
})

function chatItem(messenger: Messenger, chat: ChatSummary): object {
  const { id, name, type, phone, username } = chat
  if (messenger === 'whatsapp') {
    return {
      archive: chat.isArchived,
      id,
      ephemeralExpiration: chat.ephemeralS,
      ephemeralSettingTimestamp: wireSeconds(chat.ephemeralSetAt),
      name,
      type: isGroup(type) ? 'group' : 'user',
    }
  }
  return { chatId: id, name, type, phoneNumber: Number(phone), ...(username !== '' && { username: `@${username}` }) }
}

const PRODUCT = Type.Object({
  id: TEXT,
  imageUrls: Type.Object({ requested: TEXT, original: TEXT }),
  reviewStatus: Type.Object({ whatsapp: TEXT }),
  availability: TEXT,
  name: TEXT,
  description: TEXT,
  price: Type.Union([TEXT, Type.Null()]),
  isHidden: Type.Boolean(),
})

const getContactInfo = defineMethod({
  name: 'getContactInfo',
  summary: 'Tells what a person shows of himself.',
  verbs: ['POST', 'GET'],
  reads: true,
  group: 'service',
  perSecond: 1,
  fields: { chatId },
  answer: Type.Object({
    avatar: TEXT,
    name: TEXT,
    contactName: TEXT,
    email: TEXT,
    category: TEXT,
    description: TEXT,
    products: Type.Array(PRODUCT),
    chatId: TEXT,
    lastSeen: Type.Union([Type.Integer(), Type.Null()]),
    isArchive: Type.Boolean(),
    isDisappearing: Type.Boolean(),
    isMute: Type.Boolean(),
    messageExpiration: Type.Integer(),
    muteExpiration: Type.Union([Type.Integer(), Type.Null()]),
    isBusiness: Type.Boolean(),
    phoneNumber: Type.Optional(Type.Integer()),
    chatType: Type.Optional(TEXT),
  }),
  async handle(instance: Instance, fields) {
    const chat = readChat(instance, fields.chatId, 'person')
    if (isFault(chat)) return chat
    const info = await ask(instance, 'contacts', (contacts) => contacts.info(chat))
    if (isFault(info)) return info
    const picture =
      info.picture === null ? ({ kind: 'none' } as const) : ({ kind: 'shown', file: info.picture } as const)
    const avatar = await pictureUrl(instance, picture)
    // A picture that can't be fetched now takes nothing from what else is known.
    return infoAnswer(instance.messenger, info, isFault(avatar) ? '' : avatar)
  },
})

function infoAnswer(messenger: Messenger, info: ContactInfo, avatar: string): object {
  return {
    avatar,
    name: info.name,
    contactName: info.contactName,
    email: info.email,
    category: info.category,
    description: info.description,
    products: info.products.map(productItem),
    chatId: info.id,
    lastSeen: info.lastSeen === null ? null : wireSeconds(info.lastSeen),
    isArchive: info.isArchived,
    isDisappearing: info.ephemeralS > 0,
    isMute: info.isMuted,
    messageExpiration: info.ephemeralS,
    muteExpiration: info.mutedUntil === null ? null : wireSeconds(info.mutedUntil),
    isBusiness: info.isBusiness,
    ...(messenger !== 'whatsapp' && { phoneNumber: Number(info.phone), chatType: info.type }),
  }
}

function productItem(product: CatalogProduct): object {
  return {
    id: product.id,
    imageUrls: { requested: product.imageUrl, original: product.imageUrl },
    reviewStatus: { whatsapp: 'APPROVED' },
    availability: product.isAvailable ? 'in stock' : 'out of stock',
    name: product.name,
    description: product.description,
    price: product.price,
    isHidden: product.isHidden,
  }
}

/** Lists of contacts and chats, and what a person shows. */
export const contactMethods: readonly Row<Instance>[] = [getContacts, getChats, getContactInfo]
