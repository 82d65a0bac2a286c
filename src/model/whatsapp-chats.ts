import { STATUS_CHAT } from './content.ts'
import type { ChatId } from './ids.ts'

/** How WhatsApp's chats are named in the API: persons by their numbers or, hidden, by `…@lid`; groups of either age; the chat of statuses. */

/** Its first group is the number. */
export const NUMBER_CHAT = /^(\d{7,16})@c\.us$/
const OTHER_CHAT = /^(?:\d{5,20}@lid|\d{5,25}@g\.us|\d{7,16}-\d{5,15}@g\.us|status@broadcast)$/

/** Null for anything else. */
export function parseWhatsAppChat(raw: string): ChatId | null {
  return NUMBER_CHAT.test(raw) || OTHER_CHAT.test(raw) ? (raw as ChatId) : null
}

export function kindOfWhatsAppChat(chat: ChatId): 'person' | 'group' | 'statuses' {
  if (chat === STATUS_CHAT) return 'statuses'
  return chat.endsWith('@g.us') ? 'group' : 'person'
}
