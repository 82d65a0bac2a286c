import mime from 'mime'
import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { STATUS_CHAT, STATUS_FONTS, type Content, type FileType } from '../../model/content.ts'
import { fault, isFault } from '../../model/fault.ts'
import type { MessageId } from '../../model/ids.ts'
import { validationText } from '../errors.ts'
import { list, oneOf, optional, text } from '../fields.ts'
import { defineMethod, NO_BODY, type Call, type Outcome, type Row } from '../method.ts'
import { wireSeconds } from '../wire-time.ts'
import { ID_MESSAGE, TEXT } from './answers.ts'
import { readChats } from './chat-id.ts'
import { fileType } from './file-type.ts'
import { UNKNOWN_MESSAGE } from './editing.ts'
import { send } from './send.ts'

const participants = optional(list(text({ empty: 'error', max: 64 }), { empty: 'absent', max: 100_000 }))
const BLACK = '#000000'
const backgroundColor = optional(text({ empty: 'absent', max: 16 }))
const COLOR = /^#[0-9a-f]{6}$/i
const BAD_COLOR = fault('invalid', validationText(["'backgroundColor' must be a color like #228B22"]))

async function sendStatus(
  instance: Instance,
  fields: { readonly participants?: readonly string[] },
  content: Content,
  call: Call,
  method: string,
): Promise<Outcome> {
  const audience = readChats(instance, fields.participants ?? [], 'person', 'participants')
  if (isFault(audience)) return audience
  const asked = { method, body: fields }
  return send(instance, { chat: STATUS_CHAT, content, ...(audience.length > 0 && { audience }), asked }, call)
}

const sendTextStatus = defineMethod({
  name: 'sendTextStatus',
  summary: 'Shows a text as a status for a day.',
  verbs: ['POST'],
  group: 'statuses',
  perSecond: 5,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: {
    message: text({ empty: 'error', max: 500 }),
    backgroundColor,
    font: optional(oneOf(STATUS_FONTS, { empty: 'absent' })),
    participants,
  },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const { message, backgroundColor: color = BLACK, font = 'SANS_SERIF' } = fields
    if (!COLOR.test(color)) return BAD_COLOR
    const content = { kind: 'statusText', text: message, backgroundColor: color, font } as const
    return sendStatus(instance, fields, content, call, 'sendTextStatus')
  },
})

const fileFields = { urlFile: text({ empty: 'error', max: 4096 }), fileName: text({ empty: 'error', max: 256 }) }

function fileStatus(url: string, name: string, caption: string, type: FileType): Content {
  const mimeType = mime.getType(name) ?? 'application/octet-stream'
  const said = type === 'audio' ? { isVoice: true } : {}
  return { kind: 'file', type, file: { at: 'url', url }, name, mimeType, caption, jpegThumbnail: '', ...said }
}

const sendVoiceStatus = defineMethod({
  name: 'sendVoiceStatus',
  summary: 'Plays a sound file as a status for a day.',
  verbs: ['POST'],
  group: 'statuses',
  perSecond: 5,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: { ...fileFields, backgroundColor, participants },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const content = fileStatus(fields.urlFile, fields.fileName, '', 'audio')
    return sendStatus(instance, fields, content, call, 'sendVoiceStatus')
  },
})

const sendMediaStatus = defineMethod({
  name: 'sendMediaStatus',
  summary: 'Shows a picture or a video as a status for a day.',
  verbs: ['POST'],
  group: 'statuses',
  perSecond: 5,
  messengers: ['whatsapp'],
  idempotent: true,
  fields: { ...fileFields, caption: optional(text({ empty: 'absent', max: 1024 })), participants },
  answer: ID_MESSAGE,
  handle(instance: Instance, fields, call) {
    const type = fileType(fields.fileName) === 'video' ? 'video' : 'image'
    const content = fileStatus(fields.urlFile, fields.fileName, fields.caption ?? '', type)
    return sendStatus(instance, fields, content, call, 'sendMediaStatus')
  },
})

const deleteStatus = defineMethod({
  name: 'deleteStatus',
  summary: 'Takes a status back.',
  verbs: ['POST'],
  group: 'statuses',
  perSecond: 10,
  messengers: ['whatsapp'],
  fields: { idMessage: text({ empty: 'error', max: 128 }) },
  answer: null,
  async handle(instance: Instance, fields, call) {
    const target = fields.idMessage as MessageId
    const row = await instance.journal.message(STATUS_CHAT, target)
    if (row?.direction !== 'out') return UNKNOWN_MESSAGE
    const content = { kind: 'deletion', target, forEveryone: true } as const
    const sent = await send(
      instance,
      { chat: STATUS_CHAT, content, asked: { method: 'deleteStatus', body: fields } },
      call,
    )
    return isFault(sent) ? sent : NO_BODY
  },
})

const getStatusStatistic = defineMethod({
  name: 'getStatusStatistic',
  summary: 'Tells who has seen a status.',
  verbs: ['GET'],
  reads: true,
  group: 'statuses',
  perSecond: 1,
  messengers: ['whatsapp'],
  fields: { idMessage: text({ empty: 'error', max: 128 }) },
  answer: Type.Array(Type.Object({ timestamp: Type.Integer(), participant: TEXT, status: TEXT })),
  async handle(instance: Instance, fields) {
    const receipts = await instance.journal.receipts(fields.idMessage as MessageId)
    return receipts.map(({ at, participant, status }) => ({ timestamp: wireSeconds(at), participant, status }))
  },
})

/** Statuses (stories); their journals are with the other journals. */
export const statusMethods: readonly Row<Instance>[] = [
  sendTextStatus,
  sendVoiceStatus,
  sendMediaStatus,
  deleteStatus,
  getStatusStatistic,
]
