import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { fault, isFault } from '../../model/fault.ts'
import type { MessageId } from '../../model/ids.ts'
import { validationText } from '../errors.ts'
import { integer, optional, text } from '../fields.ts'
import { defineMethod, NO_BODY, type Row } from '../method.ts'
import { said, TEXT } from './answers.ts'
import { findChat } from './chat-id.ts'
import { ask, isNo } from './facets.ts'
import { chatId } from './send.ts'

const readChatMethod = defineMethod({
  name: 'readChat',
  summary: 'Marks what came in a chat as read, all of it or up to a message.',
  verbs: ['POST'],
  group: 'marks',
  perSecond: 10,
  fields: { chatId, idMessage: optional(text({ empty: 'absent', max: 128 })) },
  answer: said('setRead'),
  async handle(instance: Instance, fields) {
    const chat = await findChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    const upTo = fields.idMessage as MessageId | undefined
    const marked = await ask(instance, 'chats', (chats) => chats.read(chat, upTo))
    if (isFault(marked)) return isNo(marked) ? { setRead: false } : marked
    return { setRead: marked }
  },
})

const NO_LAST_MESSAGE = fault('invalid', 'ArchiveChatError: cannot archive chat cause last message not found in chat')

function archiving(name: 'archiveChat' | 'unarchiveChat', summary: string, isArchived: boolean): Row<Instance> {
  return defineMethod({
    name,
    summary,
    verbs: ['POST'],
    group: 'marks',
    perSecond: 10,
    messengers: ['whatsapp', 'telegram'],
    fields: { chatId },
    answer: null,
    async handle(instance: Instance, fields) {
      const chat = await findChat(instance, fields.chatId)
      if (isFault(chat)) return chat
      const trouble = await ask(instance, 'chats', (chats) => chats.archive(chat, isArchived))
      if (trouble === undefined) return NO_BODY
      return trouble.fault === 'notFound' ? NO_LAST_MESSAGE : trouble
    },
  })
}

/** Off, a day, a week, 90 days. */
const EPHEMERAL_S: readonly number[] = [0, 86_400, 604_800, 7_776_000]

const setDisappearingChat = defineMethod({
  name: 'setDisappearingChat',
  summary: 'Sets after how long new messages of a chat vanish.',
  verbs: ['POST'],
  group: 'marks',
  perSecond: 1,
  messengers: ['whatsapp'],
  atLeast: 2,
  fields: {
    chatId,
    ephemeralExpiration: integer({ empty: 'error', digits: true, minimum: 0, maximum: 7_776_000 }),
  },
  answer: Type.Object({
    chatId: TEXT,
    disappearingMessagesInChat: Type.Boolean(),
    ephemeralExpiration: Type.Integer(),
  }),
  async handle(instance: Instance, { chatId: raw, ephemeralExpiration }) {
    const chat = await findChat(instance, raw)
    if (isFault(chat)) return chat
    if (!EPHEMERAL_S.includes(ephemeralExpiration)) {
      return fault('invalid', validationText([`'ephemeralExpiration' must be one of [${EPHEMERAL_S.join(', ')}]`]))
    }
    const trouble = await ask(instance, 'chats', (chats) => chats.setEphemeral(chat, ephemeralExpiration))
    return trouble ?? { chatId: chat, disappearingMessagesInChat: ephemeralExpiration > 0, ephemeralExpiration }
  },
})

/** The methods that mark chats. */
export const chatMarkMethods: readonly Row<Instance>[] = [
  readChatMethod,
  archiving('archiveChat', 'Puts a chat into the archive.', true),
  archiving('unarchiveChat', 'Takes a chat out of the archive.', false),
  setDisappearingChat,
]
