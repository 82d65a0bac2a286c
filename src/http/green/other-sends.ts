import type { Instance } from '../../instances/instance.ts'
import { readRecord } from '../../journal/record.ts'
import { fault, isFault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import { isRepeated } from '../../model/once.ts'
import { bool, list, optional, text } from '../fields.ts'
import Type from 'typebox'
import { defineMethod, NO_BODY, type Call, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { findChat, readChat } from './chat-id.ts'
import { chatId, isSuspended, sendContent, sendingFields, SUSPENDED, typingTime, typingType } from './send.ts'
import { NO_PREVIEW, tooLong } from './sending.ts'

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

const sendLink = defineMethod({
  name: 'sendLink',
  summary: 'Retired by the vendor: sends a link with its preview.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: { ...sendingFields, urlLink: text({ empty: 'error', max: 4096 }) },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const preview = { ...NO_PREVIEW, link: fields.urlLink, size: 'small' } as const
    const content = { kind: 'text', text: fields.urlLink, preview } as const
    return sendContent(instance, fields, content, call, { method: 'sendLink', body: fields })
  },
})

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

/** Forwarding, links, typing, and what is done to messages that were sent. */
export const otherSendMethods: readonly Row<Instance>[] = [
  forwardMessages,
  sendLink,
  sendTyping,
  editMessage,
  deleteMessage,
]
