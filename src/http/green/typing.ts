import type { Instance } from '../../instances/instance.ts'
import { isFault } from '../../model/fault.ts'
import { defineMethod, NO_BODY, type Row } from '../method.ts'
import { readChat } from './chat-id.ts'
import { chatId, typingTime, typingType } from './send.ts'

const SHORT_TYPING_MS = 1000

const sendTyping = defineMethod({
  name: 'sendTyping',
  summary: 'Shows "typing" or "recording" in a chat for a while, at once.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  fields: { chatId, typingTime, typingType },
  answer: null,
  handle(instance: Instance, fields) {
    const chat = readChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    return instance.typing(chat, fields.typingTime ?? SHORT_TYPING_MS, fields.typingType) ?? NO_BODY
  },
})

/** What is shown while somebody types. */
export const typingMethods: readonly Row<Instance>[] = [sendTyping]
