import type { Instance } from '../../instances/instance.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { MessageId } from '../../model/ids.ts'
import type { LinkPreview, TextContent } from '../../model/content.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import { validationText } from '../errors.ts'
import { bool, group, integer, oneOf, optional, text } from '../fields.ts'
import { defineMethod, type Call, type Outcome, type Row } from '../method.ts'
import { badChatId } from './chat-id.ts'

/** Longest base64 text of a picture of 100 KB. */
const THUMBNAIL_LENGTH = 140_000

const sendMessageFields = {
  chatId: text({ empty: 'error' }),
  // Its longest is the messenger's own, see `tooLong`.
  message: text({ empty: 'error', allowsNul: true }),
  quotedMessageId: optional(
    text({ empty: 'absent', label: 'message id', min: 16, max: 128, tooShort: 'must be at least 16 symbols' }),
  ),
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
  typingTime: optional(integer({ empty: 'absent', minimum: 1000, maximum: 20_000 })),
  archiveChat: optional(bool({ empty: 'absent' })),
}

const sendMessage = defineMethod({
  name: 'sendMessage',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: sendMessageFields,
  handle(instance: Instance, fields, call) {
    const chat = instance.driver.parseChatId(fields.chatId)
    if (chat === null) return badChatId(instance.messenger)
    const trouble = tooLong(fields.message, instance.driver.capabilities.textLength)
    if (trouble !== undefined) return trouble
    const preview = previewOf(fields, instance.settings.linkPreview === 'yes')
    const content: TextContent = { kind: 'text', text: fields.message, ...(preview && { preview }) }
    const message: OutgoingMessage = {
      chat,
      content,
      ...(fields.typingTime !== undefined && { typingTimeMs: fields.typingTime }),
      ...(fields.archiveChat === true && { archiveChat: true }),
      ...(fields.linkPreview !== undefined && { linkPreview: fields.linkPreview }),
    }
    if (fields.quotedMessageId === undefined) return send(instance, message, call)
    return sendReply(instance, message, fields.quotedMessageId, call)
  },
})

async function sendReply(instance: Instance, message: OutgoingMessage, quoted: string, call: Call): Promise<Outcome> {
  const quote = await instance.quote(quoted as MessageId, message.chat)
  return send(instance, { ...message, content: { ...message.content, quote } }, call)
}

async function send(instance: Instance, message: OutgoingMessage, call: Call): Promise<Outcome> {
  if (instance.messenger === 'v3' && instance.state === 'suspended') return SUSPENDED
  const sent = await instance.send(message, call.once(queued))
  return typeof sent === 'string' ? queued(sent) : sent
}

/** DECISIONS E: MAX refuses; the other messengers queue until the restriction is over. */
const SUSPENDED = fault('suspended', 'Your account is suspended')

function queued(idMessage: MessageId): object {
  return { idMessage }
}

function tooLong(message: string, longest: number): Fault | undefined {
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

const NO_PREVIEW = { title: '', description: '', link: '', jpegThumbnail: '', urlFile: '' } as const

const LINK = /\bhttps?:\/\/[^\s<>"]+|\bwww\.[^\s<>"]+\.[^\s<>"]+/i

/** The first link in a text; undefined when there is none. */
function findLink(message: string): string | undefined {
  if (!message.includes('://') && !message.includes('www.')) return undefined
  return LINK.exec(message)?.[0]
}

/** The methods that send. */
export const sendingMethods: readonly Row<Instance>[] = [sendMessage]
