import type { Instance } from '../../instances/instance.ts'
import type { Content } from '../../model/content.ts'
import { fault, isFault } from '../../model/fault.ts'
import type { MessageId } from '../../model/ids.ts'
import type { Asked, OutgoingMessage } from '../../model/message.ts'
import { bool, integer, optional, text } from '../fields.ts'
import type { Call, Outcome } from '../method.ts'
import { findChat } from './chat-id.ts'

/** Milliseconds of "typing" before a message, a number or digits. */
export const typingTime = optional(integer({ empty: 'absent', digits: true, minimum: 1000, maximum: 20_000 }))
export const typingType = optional(text({ empty: 'absent', max: 64 }))
const quotedMessageId = optional(
  text({ empty: 'absent', label: 'message id', min: 16, max: 128, tooShort: 'must be at least 16 symbols' }),
)
export const chatId = text({ empty: 'error', max: 64 })

/** What every send takes besides its content. */
export const sendingFields = {
  chatId,
  quotedMessageId,
  typingTime,
  typingType,
  archiveChat: optional(bool({ empty: 'absent' })),
}

export interface SendingFields {
  readonly chatId: string
  readonly quotedMessageId?: string
  readonly typingTime?: number
  readonly typingType?: string
  readonly archiveChat?: boolean
}

/** Queues a content for the chat of the request, as a reply where one is asked for; answers `{idMessage}`. */
export async function sendContent(
  instance: Instance,
  fields: SendingFields,
  content: Content,
  call: Call,
  asked: Asked,
): Promise<Outcome> {
  const chat = await findChat(instance, fields.chatId)
  if (isFault(chat)) return chat
  const replying =
    fields.quotedMessageId === undefined
      ? content
      : { ...content, quote: await instance.journal.quote(fields.quotedMessageId as MessageId, chat) }
  return send(instance, { chat, content: replying, ...typingOf(fields), ...archivingOf(fields), asked }, call)
}

export function typingOf({
  typingTime: typingTimeMs,
  typingType: type,
}: Pick<SendingFields, 'typingTime' | 'typingType'>) {
  return {
    ...(typingTimeMs !== undefined && { typingTimeMs }),
    ...(type !== undefined && { typingType: type }),
  }
}

export function archivingOf({ archiveChat }: Pick<SendingFields, 'archiveChat'>) {
  return archiveChat === true ? ({ archiveChat } as const) : {}
}

/** Queues a message; answers `{idMessage}`. */
export async function send(instance: Instance, message: OutgoingMessage, call: Call): Promise<Outcome> {
  if (isSuspended(instance)) return SUSPENDED
  const sent = await instance.send(message, call.once(queued))
  return typeof sent === 'string' ? queued(sent) : sent
}

/** MAX refuses while it is restricted; the other messengers queue until that is over. */
export function isSuspended(instance: Instance): boolean {
  return instance.messenger === 'v3' && instance.state === 'suspended'
}

export const SUSPENDED = fault('suspended', 'Your account is suspended')

function queued(idMessage: MessageId): object {
  return { idMessage }
}
