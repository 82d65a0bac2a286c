import { fault, type Fault } from '../../model/fault.ts'
import type { Messenger } from '../../model/messenger.ts'
import { validationText } from '../errors.ts'

const FORMATS: Readonly<Record<Messenger, string>> = {
  whatsapp: "must be one of the next formats: 'phone_number@c.us', 'chat_id@lid' or 'group_id@g.us'",
  v3: "must be one of the next formats: 'chat_id' or 'phone_number@c.us'",
  telegram: "must be one of the next formats: 'chat_id' or 'phone_number@c.us'",
}

/** The field `chatId` holds none of this messenger's chats. */
export function badChatId(messenger: Messenger): Fault {
  return fault('invalid', validationText([`'chatId' ${FORMATS[messenger]}`]))
}
