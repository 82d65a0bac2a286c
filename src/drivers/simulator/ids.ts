import { isNumberAlias, kindOfDecimalChat, parseDecimalChat } from '../../model/decimal-chats.ts'
import type { ChatId } from '../../model/ids.ts'
import type { Messenger } from '../../model/messenger.ts'
import { kindOfWhatsAppChat, NUMBER_CHAT, parseWhatsAppChat } from '../../model/whatsapp-chats.ts'

/** How a messenger names chats, outside and on its network. */
export interface ChatIds {
  /** Reads a chat id from outside and gives its one form; null for anything else. */
  parse(raw: string): ChatId | null
  kindOf(chat: ChatId): 'person' | 'group' | 'statuses'
  /** Another name of a person. */
  isAlias(chat: ChatId): boolean
  /** What the network calls a chat. */
  addressOf(chat: ChatId): string
  /** The chat id of what the network calls by this address; empty where it says none. */
  chatOf(address: string): ChatId
  /** How `getWaSettings` shows a device. */
  deviceIdOf(label: string): string
}

const whatsapp: ChatIds = {
  parse: parseWhatsAppChat,
  kindOf: kindOfWhatsAppChat,
  isAlias: () => false,
  addressOf: (chat) => NUMBER_CHAT.exec(chat)?.[1] ?? chat,
  chatOf: (address) => (address === '' || address.includes('@') ? address : `${address}@c.us`) as ChatId,
  deviceIdOf: (label) => `${label}@s.whatsapp.net`,
}

const decimal: ChatIds = {
  parse: parseDecimalChat,
  kindOf: kindOfDecimalChat,
  isAlias: isNumberAlias,
  addressOf: (chat) => (chat.endsWith('@c.us') ? `+${chat.slice(0, -'@c.us'.length)}` : chat),
  chatOf: (address) => address as ChatId,
  deviceIdOf: (label) => label,
}

export const CHAT_IDS: Readonly<Record<Messenger, ChatIds>> = { whatsapp, v3: decimal, telegram: decimal }
