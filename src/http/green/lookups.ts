import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { FoundAccount } from '../../model/chats.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { validationText } from '../errors.ts'
import { bool, optional, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { NOT_READY, TEXT } from './answers.ts'
import { readChat } from './chat-id.ts'
import { ask, pictureUrl } from './facets.ts'

/** A number, or its digits; what else it may be is told in the contract's own words. `0` is an empty one. */
const phoneNumber = optional(Type.Union([Type.Integer(), TEXT], { empty: 'absent', minimum: 1 }))
const DIGITS = /^\d+$/
const NO_DIGITS = fault('invalid', "Wrong format. 'phoneNumber' must contain only digits")
const BARE_PHONE = /^\+?(\d{7,16})$/
const XOR = fault('invalid', 'XOR Validation failed')
const NOTHING = fault('invalid', validationText(["'value' must have at least 1 key"]))

function badPhone(text: string): Fault {
  return fault('invalid', text)
}

const checkWhatsapp = defineMethod({
  name: 'checkWhatsapp',
  summary: 'Tells whether a number has a WhatsApp account.',
  verbs: ['POST'],
  reads: true,
  group: 'service',
  perSecond: 10,
  messengers: ['whatsapp'],
  hasQuota: true,
  atLeast: 1,
  fields: {
    chatId: optional(text({ empty: 'absent', max: 64 })),
    phoneNumber,
    force: optional(bool({ empty: 'absent' })),
  },
  answer: Type.Object({
    existsWhatsapp: Type.Boolean(),
    chatId: TEXT,
    username: TEXT,
    phoneNumber: TEXT,
    fromCache: Type.Boolean(),
  }),
  async handle(instance: Instance, fields) {
    const who = whoOf(instance, fields)
    if ('fault' in who) return who
    const found = await ask(instance, 'contacts', (contacts) => contacts.find(who, fields.force === true))
    return isFault(found) ? found : { ...checked(found.account), fromCache: found.isRemembered }
  },
})

interface Who {
  readonly chatId?: string
  readonly phoneNumber?: number | string
}

function whoOf(instance: Instance, fields: Who) {
  if (fields.chatId !== undefined && fields.phoneNumber !== undefined) return XOR
  if (fields.phoneNumber !== undefined) {
    const phone = String(fields.phoneNumber)
    if (!DIGITS.test(phone)) return NO_DIGITS
    const isPhone = phone.length >= 11 && phone.length <= 16
    return isPhone ? { phone } : badPhone('bad phone number, valid from 11 to 16 digits')
  }
  if (fields.chatId === undefined) return NOTHING
  const bare = BARE_PHONE.exec(fields.chatId)?.[1]
  if (bare !== undefined) return { phone: bare }
  const chat = readChat(instance, fields.chatId, 'person')
  return isFault(chat) ? chat : { chat }
}

function checked(found: FoundAccount | null) {
  if (found === null) return { existsWhatsapp: false, chatId: '', username: '', phoneNumber: '' }
  const { chat, phoneChat, username } = found
  return { existsWhatsapp: true, chatId: chat, username, phoneNumber: phoneChat ?? '' }
}

/** Where numbers of two countries alone can have an account. */
const MAX_PHONE = /^(?:7\d{10}|375\d{9})$/

const checkAccount = defineMethod({
  name: 'checkAccount',
  summary: 'Tells whether a number or a user name has an account, and by which id it is written to.',
  verbs: ['POST'],
  reads: true,
  group: 'service',
  perSecond: 10,
  messengers: ['v3', 'telegram'],
  hasQuota: true,
  atLeast: 1,
  fields: {
    phoneNumber,
    username: optional(text({ empty: 'absent', max: 64 })),
    force: optional(bool({ empty: 'absent' })),
  },
  answer: Type.Union([Type.Object({ exist: Type.Boolean(), chatId: TEXT, fromCache: Type.Boolean() }), NOT_READY]),
  async handle(instance: Instance, fields) {
    const who = accountOf(instance, fields)
    if ('fault' in who) return who
    const found = await ask(instance, 'contacts', (contacts) => contacts.find(who, fields.force === true))
    if (!isFault(found)) {
      const { account, isRemembered } = found
      return { exist: account !== null, chatId: account?.chat ?? '', fromCache: isRemembered }
    }
    const isAway = found.fault === 'notLinked' || found.fault === 'starting' || found.fault === 'notConnected'
    return isAway ? { status: false, reason: 'instance is starting or not authorized' } : found
  },
})

function accountOf(instance: Instance, fields: { readonly phoneNumber?: number | string; readonly username?: string }) {
  if (fields.phoneNumber !== undefined) {
    const phone = String(fields.phoneNumber)
    if (!DIGITS.test(phone)) return NO_DIGITS
    const fits = instance.messenger === 'v3' ? MAX_PHONE.test(phone) : phone.length >= 7 && phone.length <= 16
    return fits ? { phone } : badPhone('bad phone number, valid 11 or 12 digits')
  }
  return fields.username === undefined ? NOTHING : { username: fields.username.replace(/^@/, '') }
}

const getAvatar = defineMethod({
  name: 'getAvatar',
  summary: 'Gives the picture of a person or group.',
  verbs: ['POST'],
  reads: true,
  group: 'service',
  perSecond: 10,
  fields: { chatId: optional(text({ empty: 'absent', max: 64 })), phoneNumber },
  answer: Type.Object({ urlAvatar: TEXT, available: Type.Boolean() }),
  async handle(instance: Instance, fields) {
    const raw = fields.chatId ?? (fields.phoneNumber === undefined ? undefined : `${String(fields.phoneNumber)}@c.us`)
    if (raw === undefined) return fault('invalid', validationText(["'chatId' is required"]))
    const chat = readChat(instance, raw)
    if (isFault(chat)) return chat
    const picture = await ask(instance, 'contacts', (contacts) => contacts.picture(chat))
    if (isFault(picture)) {
      return picture.fault === 'noAccount' || picture.fault === 'notFound' ? NO_AVATAR : picture
    }
    const url = await pictureUrl(instance, picture)
    return isFault(url) ? url : { urlAvatar: url, available: picture.kind !== 'hidden' }
  },
})

const NO_AVATAR = { urlAvatar: '', available: true }

/** Looks up single persons, and their pictures. */
export const lookupMethods: readonly Row<Instance>[] = [checkWhatsapp, checkAccount, getAvatar]
