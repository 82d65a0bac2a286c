import type { Instance } from '../../instances/instance.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { ChatId } from '../../model/ids.ts'
import type { Messenger } from '../../model/messenger.ts'
import { validationText } from '../errors.ts'
import { optional, text } from '../fields.ts'
import { ask } from './facets.ts'

/** Which chats a field may name. */
export type ChatKind = 'any' | 'person' | 'group'

const ON_WHATSAPP: Readonly<Record<ChatKind, string>> = {
  any: "must be one of the next formats: 'phone_number@c.us', 'chat_id@lid' or 'group_id@g.us'",
  person: "must be one of the next formats: 'phone_number@c.us' or 'chat_id@lid'",
  group: "must be one of the next formats: 'group_id@g.us'",
}
const ELSEWHERE: Readonly<Record<ChatKind, string>> = {
  any: "must be one of the next formats: 'chat_id' or 'phone_number@c.us'",
  person: "must be one of the next formats: 'chat_id' or 'phone_number@c.us'",
  group: "must be one of the next formats: 'group_id'",
}

/** A field that holds none of this messenger's chats of the kind. */
function badChatId(messenger: Messenger, kind: ChatKind = 'any', field = 'chatId'): Fault {
  return fault('invalid', validationText([`'${field}' ${(messenger === 'whatsapp' ? ON_WHATSAPP : ELSEWHERE)[kind]}`]))
}

/** Reads a chat from outside. The chat of statuses is none that a method may name. */
export function readChat(instance: Instance, raw: string, kind: ChatKind = 'any', field = 'chatId'): ChatId | Fault {
  const { driver, messenger } = instance
  const chat = driver.parseChatId(raw)
  const found = chat === null ? 'none' : driver.kindOf(chat)
  if (chat === null || found === 'statuses' || (kind !== 'any' && kind !== found)) {
    return badChatId(messenger, kind, field)
  }
  return chat
}

/**
 * As `readChat`, with a person's own id where the request names the number instead (on MAX and Telegram, and on WhatsApp where numbers are
 * hidden): at once where it doesn't. While the messenger can't be
 * asked the number stands for the person, and the network finds him when the message is sent.
 */
export function findChat(
  instance: Instance,
  raw: string,
  kind: ChatKind = 'any',
  field = 'chatId',
): ChatId | Fault | Promise<ChatId> {
  const chat = readChat(instance, raw, kind, field)
  return isFault(chat) || !isAlias(instance, chat) ? chat : ownIdOf(instance, chat)
}

function isAlias({ driver, linked }: Instance, chat: ChatId): boolean {
  return driver.isAlias(chat) || (linked?.hidesNumbers === true && chat.endsWith('@c.us'))
}

async function ownIdOf(instance: Instance, alias: ChatId): Promise<ChatId> {
  const found = await ask(instance, 'contacts', (contacts) => contacts.find({ chat: alias }))
  return isFault(found) ? alias : (found.account?.chat ?? alias)
}

/** Reads several, or says what is wrong with the first that isn't one. */
export function readChats(
  instance: Instance,
  raw: readonly string[],
  kind: ChatKind,
  field: string,
): readonly ChatId[] | Fault {
  const chats: ChatId[] = []
  for (const each of raw) {
    const chat = readChat(instance, each, kind, field)
    if (isFault(chat)) return chat
    chats.push(chat)
  }
  return chats
}

/** A group is named by either key, the newer messengers' documents use the first. */
export const groupFields = {
  groupId: optional(text({ empty: 'absent', max: 64 })),
  chatId: optional(text({ empty: 'absent', max: 64 })),
}

export function readGroup(
  instance: Instance,
  fields: { readonly groupId?: string; readonly chatId?: string },
): ChatId | Fault {
  const raw = fields.groupId ?? fields.chatId
  const field = instance.messenger === 'whatsapp' ? 'groupId' : 'chatId'
  return raw === undefined
    ? fault('invalid', validationText([`'${field}' is required`]))
    : readChat(instance, raw, 'group', field)
}
