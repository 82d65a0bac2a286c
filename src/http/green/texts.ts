import type { Static, TObject } from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { LinkPreview, TextContent } from '../../model/content.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import { validationText } from '../errors.ts'
import { bool, group, oneOf, optional, text } from '../fields.ts'
import { defineMethod, type Call, type Outcome, type Row } from '../method.ts'
import { ID_MESSAGE } from './answers.ts'
import { sendButtonsBody, sendTemplateButtonsBody } from './buttons.ts'
import { findChat } from './chat-id.ts'
import { findLink } from './find-link.ts'
import { archivingOf, send, sendingFields, typingOf } from './send.ts'

/** Longest base64 text of a picture of 100 KB. */
const THUMBNAIL_LENGTH = 140_000

const sendMessageFields = {
  ...sendingFields,
  // Its longest is the messenger's own, see `tooLong`.
  message: text({ empty: 'error', allowsNul: true }),
  linkPreview: optional(bool({ empty: 'absent' })),
  typePreview: optional(oneOf(['large', 'small'], { empty: 'absent' })),
  customPreview: optional(
    group(
      {
        title: text({ empty: 'error', max: 300 }),
        description: optional(text({ empty: 'absent', max: 300 })),
        link: optional(text({ empty: 'absent', max: 300 })),
        urlFile: optional(text({ empty: 'absent', max: 4096 })),
        jpegThumbnail: optional(text({ empty: 'absent', max: THUMBNAIL_LENGTH })),
      },
      { empty: 'absent' },
    ),
  ),
}

const sendMessage = defineMethod({
  name: 'sendMessage',
  summary: 'Sends a text, with a link preview or as a reply where wanted.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: sendMessageFields,
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    // Two old documents print this method's URL for bodies with buttons, and clients do what they print.
    const buttons = sendButtonsBody(call.json) ?? sendTemplateButtonsBody(call.json)
    if (buttons !== undefined) return buttons(instance, call)
    const chat = findChat(instance, fields.chatId)
    if (chat instanceof Promise) return chat.then((found) => sendText(instance, found, fields, call))
    return isFault(chat) ? chat : sendText(instance, chat, fields, call)
  },
})

type Fields = Static<TObject<typeof sendMessageFields>>

function sendText(instance: Instance, chat: ChatId, fields: Fields, call: Call): Outcome | Promise<Outcome> {
  const trouble = tooLong(fields.message, instance.driver.capabilities.textLength)
  if (trouble !== undefined) return trouble
  const preview = previewOf(fields, instance.settings.linkPreview === 'yes')
  const content: TextContent = { kind: 'text', text: fields.message, ...(preview && { preview }) }
  const message: OutgoingMessage = {
    chat,
    content,
    ...typingOf(fields),
    ...archivingOf(fields),
    ...(fields.linkPreview !== undefined && { linkPreview: fields.linkPreview }),
  }
  if (fields.quotedMessageId === undefined) return send(instance, message, call)
  return sendReply(instance, message, content, fields.quotedMessageId, call)
}

async function sendReply(
  instance: Instance,
  message: OutgoingMessage,
  content: TextContent,
  quoted: string,
  call: Call,
): Promise<Outcome> {
  const quote = await instance.journal.quote(quoted as MessageId, message.chat)
  return send(instance, { ...message, content: { ...content, quote } }, call)
}

export function tooLong(message: string, longest: number): Fault | undefined {
  if (message.length <= longest) return undefined
  return fault(
    'invalid',
    validationText([`'message' length must be less than or equal to ${String(longest)} characters long`]),
  )
}

interface PreviewFields {
  readonly message: string
  readonly linkPreview?: boolean
  readonly typePreview?: 'large' | 'small'
  readonly customPreview?: {
    readonly title: string
    readonly description?: string
    readonly link?: string
    readonly urlFile?: string
    readonly jpegThumbnail?: string
  }
}

/** A text goes with a preview when one is given, or when it holds a link and neither the call nor the settings say no. */
function previewOf(fields: PreviewFields, isDefault: boolean): LinkPreview | undefined {
  const link = findLink(fields.message)
  const size = fields.typePreview ?? 'small'
  if (fields.customPreview !== undefined) return { ...NO_PREVIEW, link: link ?? '', ...fields.customPreview, size }
  const isWanted = fields.linkPreview ?? isDefault
  return link !== undefined && isWanted ? { ...NO_PREVIEW, link, size } : undefined
}

export const NO_PREVIEW = { title: '', description: '', link: '', jpegThumbnail: '', urlFile: '' } as const

/** The text itself; everything else that is sent has a file of its own. */
export const textMethods: readonly Row<Instance>[] = [sendMessage]
