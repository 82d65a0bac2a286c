import type { ChatId } from '../../model/ids.ts'
import type { Messenger } from '../../model/messenger.ts'

const PERSON = /^(\d{7,16})@c\.us$/
const OTHER = /^(?:\d{5,20}@lid|\d{5,25}@g\.us|\d{7,16}-\d{5,15}@g\.us)$/

/** Reads a chat id from outside: a person by number, a hidden person, a group of either age; null for anything else. */
export function parseChatId(raw: string): ChatId | null {
  return PERSON.test(raw) || OTHER.test(raw) ? (raw as ChatId) : null
}

/** What the network calls a chat: the digits of a person, any other id as it is. */
export function addressOf(chat: ChatId): string {
  return PERSON.exec(chat)?.[1] ?? chat
}

/** The chat id of what the network calls by this address; empty where it says none. */
export function chatOf(address: string): ChatId {
  return (address === '' || address.includes('@') ? address : `${address}@c.us`) as ChatId
}

/** How `getWaSettings` shows a device. */
export function deviceIdOf(messenger: Messenger, label: string): string {
  return messenger === 'whatsapp' ? `${label}@s.whatsapp.net` : label
}
