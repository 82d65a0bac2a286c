import type { Instance } from '../../instances/instance.ts'
import { readRecord } from '../../journal/record.ts'
import { fault, isFault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import { bool, optional, text } from '../fields.ts'
import { defineMethod, NO_BODY, type Call, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { findChat } from './chat-id.ts'
import { chatId, isSuspended, SUSPENDED } from './send.ts'
import { tooLong } from './texts.ts'

const idMessage = text({ empty: 'error', max: 128 })

const editMessage = defineMethod({
  name: 'editMessage',
  summary: 'Changes the text of a message that this account sent.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 1,
  idempotent: true,
  fields: { chatId, idMessage, message: text({ empty: 'error', allowsNul: true }) },
  answer: ID_MESSAGE,
  async handle(instance: Instance, fields, call) {
    const chat = await findChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    const trouble = tooLong(fields.message, instance.driver.capabilities.textLength)
    if (trouble !== undefined) return trouble
    const target = fields.idMessage as MessageId
    const row = await instance.journal.message(chat, target)
    if (row?.shelf !== 'message') return UNKNOWN_MESSAGE
    if (row.direction !== 'out') return fault('invalid', 'Message can be edited by its sender only')
    const isCaption = readRecord(row).content.kind === 'file'
    const content = { kind: 'edit', target, text: fields.message, isCaption } as const
    return act(instance, chat, content, call, { method: 'editMessage', body: fields }, { idMessage: target })
  },
})

const deleteMessage = defineMethod({
  name: 'deleteMessage',
  summary: 'Takes a message back, for everyone or from the own devices alone.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 10,
  idempotent: true,
  fields: { chatId, idMessage, onlySenderDelete: optional(bool({ empty: 'absent' })) },
  answer: null,
  async handle(instance: Instance, fields, call) {
    const chat = await findChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    const target = fields.idMessage as MessageId
    const row = await instance.journal.message(chat, target)
    if (row?.shelf !== 'message') return UNKNOWN_MESSAGE
    const content = { kind: 'deletion', target, forEveryone: fields.onlySenderDelete !== true } as const
    return act(instance, chat, content, call, { method: 'deleteMessage', body: fields }, NO_BODY)
  },
})

export const UNKNOWN_MESSAGE = fault('invalid', 'Message by id not found')

/** Queues what is done to a message; the answer tells nothing of the id under which that itself travels. */
async function act(
  instance: Instance,
  chat: ChatId,
  content: Parameters<Instance['send']>[0]['content'],
  call: Call,
  asked: { readonly method: string; readonly body: object },
  answer: object,
) {
  if (isSuspended(instance)) return SUSPENDED
  const sent = await instance.send(
    { chat, content, asked },
    call.once(() => answer),
  )
  return typeof sent === 'string' ? answer : sent
}

/** What is done to messages that were sent. */
export const editingMethods: readonly Row<Instance>[] = [editMessage, deleteMessage]
