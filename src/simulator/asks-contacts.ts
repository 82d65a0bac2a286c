import { usernameOf, type Account } from './accounts.ts'
import { isGroup } from './addresses.ts'
import { chatOf, DONE, hasAccount, personOf, shownPhone, type Answers, type AskParts } from './asking.ts'
import type { AnswerOf, AskOf } from './asks.ts'
import type { Device } from './devices.ts'
import { parsePhone } from './phone-number.ts'
import { Trouble } from './trouble.ts'

type Contact = AnswerOf<'contacts.list'>[number]
/** Where MAX has accounts. */
const MAX_NUMBER = /^(?:7\d{10}|375\d{9})$/

/** Whether a messenger may be asked about this number at all. */
export function isLookupNumber(messenger: Device['messenger'], phone: string): boolean {
  return messenger !== 'v3' || MAX_NUMBER.test(phone)
}

function find(ask: AskOf<'contacts.find'>, device: Device, parts: AskParts): AnswerOf<'contacts.find'> | Trouble {
  const { messenger } = device
  const found = whomOf(ask, device, parts)
  if (found === null || found instanceof Trouble) return found
  if (!hasAccount(parts, device, found)) return null
  // From now on it has ids of its own.
  const { phone } = parts.phones.get(messenger, found)
  const isAskedByNumber = ask.phone !== undefined
  return {
    address: parts.addresses.toDevice(device, phone),
    phoneAddress: messenger === 'whatsapp' ? phone : null,
    phone: isAskedByNumber ? phone : shownPhone(parts, device, phone),
    username: parts.accounts.get(messenger, phone).username,
  }
}

/** Null where nobody is meant. */
function whomOf(ask: AskOf<'contacts.find'>, device: Device, parts: AskParts): string | Trouble | null {
  const { messenger } = device
  if (ask.username !== undefined) return parts.accounts.byUsername(messenger, usernameOf(ask.username))
  if (ask.chat !== undefined) return isGroup(ask.chat) ? null : personAt(ask.chat, device, parts)
  if (ask.phone === undefined) return new Trouble('invalid', 'nobody is asked for')
  const phone = parsePhone(ask.phone)
  if (phone === null || !isLookupNumber(messenger, phone)) return new Trouble('invalid', 'this is no phone number')
  return phone
}

function personAt(address: string, device: Device, { addresses }: AskParts): string | null {
  const phone = addresses.fromDevice(device, address)
  return phone !== null && /^\d+$/.test(phone) ? phone : null
}

/** Everybody in the address book, then whom the account has chats with, then its groups. */
function list(device: Device, parts: AskParts): Contact[] {
  const { messenger, phone: owner } = device
  const known = parts.contacts.list(messenger, owner).map(({ peer }) => peer)
  const talked = parts.messages.chats(messenger, owner).map(({ peer }) => peer)
  const persons = [...new Set([...known, ...talked])].filter((peer) => peer !== owner && /^\d+$/.test(peer))
  const groups = parts.groups.list(messenger, owner)
  return [
    ...persons.map((peer) => contactOf(peer, device, parts)),
    ...groups.map(({ id, subject, type }) => ({ address: id, name: subject, contactName: '', type, phone: '' })),
  ]
}

function contactOf(peer: string, device: Device, parts: AskParts): Contact {
  const { messenger, phone: owner } = device
  return {
    address: parts.addresses.toDevice(device, peer),
    name: parts.phones.known(messenger, peer)?.name ?? '',
    contactName: parts.contacts.nameOf(messenger, owner, peer),
    type: 'user',
    phone: shownPhone(parts, device, peer),
  }
}

function info(ask: AskOf<'contacts.info'>, device: Device, parts: AskParts): AnswerOf<'contacts.info'> | Trouble {
  const peer = personOf(parts, device, ask.chat)
  if (peer instanceof Trouble) return peer
  const { messenger, phone: owner } = device
  parts.phones.get(messenger, peer)
  const account = parts.accounts.get(messenger, peer)
  const { isArchived, mutedUntil, ephemeralS } = parts.chatSettings.get(messenger, owner, peer)
  const isMuted = mutedUntil > parts.clock.now()
  const { email, category, description, isBusiness, products } = account
  return {
    ...contactOf(peer, device, parts),
    picture: account.hidesPicture && peer !== owner ? null : account.picture,
    ...{ email, category, description, isBusiness, products: [...products] },
    lastSeen: lastSeenOf(account, peer, device, parts),
    ...{ isArchived, isMuted, mutedUntil: isMuted ? mutedUntil : null, ephemeralS },
  }
}

function lastSeenOf(account: Account, peer: string, { messenger }: Device, parts: AskParts): number | null {
  if (account.hidesLastSeen) return null
  return parts.presence.isOnline(messenger, peer) ? parts.clock.now() : account.lastSeen
}

function picture(
  ask: AskOf<'contacts.picture'>,
  device: Device,
  parts: AskParts,
): AnswerOf<'contacts.picture'> | Trouble {
  const { messenger, phone: owner } = device
  if (isGroup(ask.chat)) {
    const group = chatOf(parts, device, ask.chat)
    if (group instanceof Trouble) return group
    const file = parts.groups.find(messenger, group)?.picture ?? null
    return file === null ? { kind: 'none' } : { kind: 'shown', file }
  }
  const peer = personOf(parts, device, ask.chat)
  if (peer instanceof Trouble) return { kind: 'none' }
  const { picture: file, hidesPicture } = parts.accounts.get(messenger, peer)
  if (file === null) return { kind: 'none' }
  return hidesPicture && peer !== owner ? { kind: 'hidden' } : { kind: 'shown', file }
}

function keep(ask: AskOf<'contacts.add'>, device: Device, parts: AskParts, isNew: boolean): null | Trouble {
  const { messenger, phone: owner } = device
  const peer = personOf(parts, device, ask.chat)
  if (peer instanceof Trouble) return peer
  const isKnown = parts.contacts.find(messenger, owner, peer) !== null
  if (isNew && isKnown) return new Trouble('conflict', `${ask.chat} is a contact already`)
  if (!isNew && !isKnown) return new Trouble('notFound', `${ask.chat} is no contact`)
  parts.phones.get(messenger, peer)
  const { firstName, lastName, saveInAddressbook } = ask
  parts.contacts.put(messenger, owner, { peer, firstName, lastName, onPhone: saveInAddressbook })
  parts.feed.publish(messenger, owner, () => ({ kind: 'phone' }))
  return DONE
}

function remove(ask: AskOf<'contacts.remove'>, device: Device, parts: AskParts): null | Trouble {
  const { messenger, phone: owner } = device
  const peer = personAt(ask.chat, device, parts)
  if (peer === null || !parts.contacts.remove(messenger, owner, peer))
    return new Trouble('notFound', `${ask.chat} is no contact`)
  parts.feed.publish(messenger, owner, () => ({ kind: 'phone' }))
  return DONE
}

export const contactAnswers: Answers<
  | 'contacts.find'
  | 'contacts.list'
  | 'contacts.info'
  | 'contacts.picture'
  | 'contacts.add'
  | 'contacts.edit'
  | 'contacts.remove'
> = {
  'contacts.find': (ask, { device }, parts) => find(ask, device, parts),
  'contacts.list': (_ask, { device }, parts) => list(device, parts),
  'contacts.info': (ask, { device }, parts) => info(ask, device, parts),
  'contacts.picture': (ask, { device }, parts) => picture(ask, device, parts),
  'contacts.add': (ask, { device }, parts) => keep(ask, device, parts, true),
  'contacts.edit': (ask, { device }, parts) => keep(ask, device, parts, false),
  'contacts.remove': (ask, { device }, parts) => remove(ask, device, parts),
}
