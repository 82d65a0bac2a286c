import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { isFault } from '../../model/fault.ts'
import type { MessageId } from '../../model/ids.ts'
import { isRepeated } from '../../model/once.ts'
import { list, text } from '../fields.ts'
import { defineMethod, type Row } from '../method.ts'
import { findChat } from './chat-id.ts'
import { chatId, isSuspended, SUSPENDED, typingTime } from './send.ts'

const idMessage = text({ empty: 'error', max: 128 })
const MOST_FORWARDED = 100

const forwardMessages = defineMethod({
  name: 'forwardMessages',
  summary: 'Sends messages of one chat on to another.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: {
    chatId,
    chatIdFrom: text({ empty: 'error', max: 64 }),
    messages: list(idMessage, { empty: 'error', min: 1, max: MOST_FORWARDED }),
    typingTime,
  },
  answer: Type.Object({ messages: Type.Array(Type.String()) }),
  async handle(instance: Instance, fields, call) {
    const to = await findChat(instance, fields.chatId)
    const from = await findChat(instance, fields.chatIdFrom, 'any', 'chatIdFrom')
    if (isFault(to)) return to
    if (isFault(from)) return from
    if (isSuspended(instance)) return SUSPENDED
    const ids = fields.messages as readonly string[] as readonly MessageId[]
    const asked = { method: 'ForwardMessages', body: fields }
    const typing = fields.typingTime === undefined ? {} : { typingTimeMs: fields.typingTime }
    const sent = await instance.forward({ to, from, ids, asked, ...typing }, call.once(forwarded))
    return isFault(sent) || isRepeated(sent) ? sent : forwarded(sent)
  },
})

function forwarded(messages: readonly MessageId[]): object {
  return { messages }
}

/** Messages of one chat sent on to another. */
export const forwardingMethods: readonly Row<Instance>[] = [forwardMessages]
