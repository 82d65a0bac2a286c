import type { ChatId } from './ids.ts'

/** Chat ids of messengers that name chats by decimal digits: persons by theirs, groups by negative ones. */

/** Some clients put a WhatsApp ending behind an id that has none. */
const USER = /^([1-9]\d{0,19})(?:@c\.us)?$/
const GROUP = /^(-[1-9]\d{0,19})(?:@g\.us)?$/
/** Numbers have 11 digits at least and user ids fewer, so that what stands before `@c.us` tells which it is. */
const NUMBER_ALIAS = /^[1-9]\d{10,15}@c\.us$/

/** Reads a chat id from outside and gives its one form; null for anything else. */
export function parseDecimalChat(raw: string): ChatId | null {
  const parsed = NUMBER_ALIAS.test(raw) ? raw : (USER.exec(raw)?.[1] ?? GROUP.exec(raw)?.[1])
  return parsed === undefined ? null : (parsed as ChatId)
}

export function kindOfDecimalChat(chat: ChatId): 'person' | 'group' {
  return chat.startsWith('-') ? 'group' : 'person'
}

/** A number as `…@c.us` is another name of its person, whom the network finds. */
export function isNumberAlias(chat: ChatId): boolean {
  return NUMBER_ALIAS.test(chat)
}
