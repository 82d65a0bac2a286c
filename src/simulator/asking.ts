import type { Clock } from '../lib/clock.ts'
import type { Accounts } from './accounts.ts'
import { isGroup, type Addresses } from './addresses.ts'
import type { AnswerOf, AskName, AskOf } from './asks.ts'
import type { ChatSettings } from './chat-settings.ts'
import type { Contacts } from './contacts.ts'
import type { OpenDevice } from './device-channels.ts'
import type { Device } from './devices.ts'
import type { Exchange } from './exchange.ts'
import type { Feed } from './feed.ts'
import type { Files } from './files.ts'
import type { GroupActs } from './group-acts.ts'
import type { Groups } from './groups.ts'
import type { Messages } from './messages.ts'
import { hasAccountByDefault } from './phone-number.ts'
import type { Phones } from './phones.ts'
import type { Presence } from './presence.ts'
import { Trouble } from './trouble.ts'

/** What the network needs to answer the questions of `asks.ts`. */
export interface AskParts {
  readonly clock: Clock
  readonly phones: Phones
  readonly accounts: Accounts
  readonly addresses: Addresses
  readonly contacts: Contacts
  readonly groups: Groups
  readonly groupActs: GroupActs
  readonly chatSettings: ChatSettings
  readonly messages: Messages
  readonly exchange: Exchange
  readonly feed: Feed
  readonly files: Files
  readonly presence: Presence
}

type Answerer<Name extends AskName> = (ask: AskOf<Name>, open: OpenDevice, parts: AskParts) => AnswerOf<Name> | Trouble

/** The answers to some of the questions. */
export type Answers<Names extends AskName> = { readonly [Name in Names]: Answerer<Name> }

/** The answer to a question that only has something done. */
export const DONE = null

export function doneOr(trouble: Trouble | undefined): Trouble | null {
  return trouble ?? DONE
}

/** Whether a number has an account; asking makes none. */
export function hasAccount({ phones }: Pick<AskParts, 'phones'>, { messenger }: Device, phone: string): boolean {
  return phones.known(messenger, phone)?.exists ?? hasAccountByDefault(phone)
}

/** The digits of the person whom a device means. */
export function personOf(parts: AskParts, device: Device, address: string): string | Trouble {
  if (isGroup(address)) return new Trouble('invalid', 'this is a group')
  const phone = parts.addresses.fromDevice(device, address)
  if (phone !== null && /^\d+$/.test(phone) && hasAccount(parts, device, phone)) return phone
  return new Trouble('noAccount', `${address} has no account`)
}

/** The digits of a person or the id of a group that the device's account is in. */
export function chatOf(parts: AskParts, device: Device, address: string): string | Trouble {
  if (!isGroup(address)) return personOf(parts, device, address)
  const { messenger, phone } = device
  if (parts.groups.member(messenger, address, phone) !== null) return address
  return new Trouble('notFound', 'the account is in no such group')
}

/** The number that a person shows to an account: everybody to those in the address book of whom it is, and others as it likes. */
export function shownPhone(
  { accounts, contacts }: Pick<AskParts, 'accounts' | 'contacts'>,
  { messenger, phone: viewer }: Pick<Device, 'messenger' | 'phone'>,
  phone: string,
): string {
  const isShown = phone === viewer || !accounts.get(messenger, phone).hidesNumber
  return isShown || contacts.find(messenger, viewer, phone)?.onPhone === true ? phone : ''
}
