import { isNumberAlias } from '../../../model/decimal-chats.ts'
import { STATUS_CHAT } from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import type { KnownChat } from '../../driver.ts'
import type { Life } from '../life.ts'

const NOBODY = fault('noAccount', 'the number is not on MAX')
const NO_STATUSES = fault('refused', 'MAX has no statuses')

/** The person or group that a chat id names: a number is looked up. */
export async function ownIdOf({ finder }: Pick<Life, 'finder'>, chat: ChatId): Promise<ChatId | Fault> {
  if (chat === STATUS_CHAT) return NO_STATUSES
  if (!isNumberAlias(chat)) return chat
  const person = await finder.personBehind(chat.slice(0, chat.indexOf('@')))
  if (person === null) return NOBODY
  return isFault(person) ? person : (person as ChatId)
}

/** What is known of a chat without asking. `asked`: as it was named to us. */
export async function knownChat(
  { directory }: Pick<Life, 'directory'>,
  chat: ChatId,
  asked: ChatId,
): Promise<KnownChat> {
  const aliases = chat === asked ? [] : [chat]
  if (chat.startsWith('-')) return { name: (await directory.chat(chat))?.title ?? '', contactName: '', aliases }
  const { name = '', contactName = '' } = (await directory.person(chat)) ?? {}
  return { name, contactName, aliases }
}
