import type { PartyType } from '../../model/message.ts'

/** On MAX and Telegram, by the forms of ids alone: groups are negative, supergroups of Telegram begin with -100. */
export function typeOfChat(chat: string): PartyType {
  if (!chat.startsWith('-')) return 'user'
  return /^-100\d{10}/.test(chat) ? 'supergroup' : 'group'
}
