import mime from 'mime'
import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { readRecord } from '../../journal/record.ts'
import { isWebUrl } from '../../lib/web-url.ts'
import { fileOf } from '../../model/content-file.ts'
import type { FileContent, FileSource } from '../../model/content.ts'
import { fault, isFault, retryOf, type Fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import { ANSWER_MS } from '../answer-times.ts'
import { validationText } from '../errors.ts'
import { integer, oneOfOrAbsent, optional, text } from '../fields.ts'
import { defineMethod, type Call, type Outcome, type Row, type Upload } from '../method.ts'
import { plainName } from '../uploaded.ts'
import { ID_MESSAGE, TEXT } from './answers.ts'
import { findChat } from './chat-id.ts'
import { fileType, voiceOf } from './file-type.ts'
import {
  archivingOf,
  chatId,
  isSuspended,
  send,
  sendingFields,
  SUSPENDED,
  typingOf,
  type SendingFields,
} from './send.ts'

const NAME_LENGTH = 255
const UNKNOWN_TYPE = 'application/octet-stream'
const caption = optional(text({ empty: 'absent', max: 20_000 }))

const NO_FILE = fault('invalid', validationText(["'file' is required"]))
const EMPTY_FILE = fault('invalid', 'File is empty')

const sendFileByUpload = defineMethod({
  name: 'sendFileByUpload',
  summary: 'Sends a file that comes with the call, as what the extension of its name says.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  input: 'form',
  idempotent: true,
  fields: {
    ...sendingFields,
    fileName: optional(text({ empty: 'absent', max: NAME_LENGTH })),
    caption,
    // Every value of a form is a text.
    archiveChat: optional(oneOfOrAbsent(['true'])),
  },
  answer: Type.Object({ idMessage: TEXT, urlFile: TEXT }),
  async handle(instance: Instance, { archiveChat, ...fields }, call) {
    const chat = await findChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    if (isSuspended(instance)) return SUSPENDED
    const { upload } = call
    if (upload === undefined) return NO_FILE
    if (upload.draft.size === 0) return EMPTY_FILE
    const name = nameOf(upload, fields.fileName)
    const file = await instance.keepFile(upload.draft)
    if (isFault(file)) return file
    const urlFile = instance.linkOf(file, name)
    const archiving = { ...fields, ...(archiveChat === 'true' && { archiveChat: true }) }
    const message = await fileMessage(
      instance,
      chat,
      archiving,
      { file, name, mimeType: typeOf(name, upload) },
      urlFile,
    )
    const answerOf = (idMessage: MessageId) => ({ idMessage, urlFile })
    const sent = await instance.send(message, call.once(answerOf))
    return typeof sent === 'string' ? answerOf(sent) : sent
  },
})

const sendFileByUrl = defineMethod({
  name: 'sendFileByUrl',
  summary: 'Sends a file that is fetched from a URL when its turn comes, as what the extension of its name says.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  idempotent: true,
  fields: {
    ...sendingFields,
    chatId: optional(chatId),
    // One of the vendor's clients names the person so.
    phoneNumber: optional(
      integer({ empty: 'absent', digits: true, minimum: 1_000_000, maximum: 9_999_999_999_999_999 }),
    ),
    urlFile: text({ empty: 'error', max: 4096 }),
    fileName: text({ empty: 'error', max: NAME_LENGTH }),
    caption,
  },
  answer: ID_MESSAGE,
  async handle(instance: Instance, { phoneNumber, ...fields }, call): Promise<Outcome> {
    const raw = fields.chatId ?? (phoneNumber === undefined ? undefined : `${String(phoneNumber)}@c.us`)
    if (raw === undefined) return fault('invalid', validationText(["'chatId' is required"]))
    const chat = await findChat(instance, raw)
    if (isFault(chat)) return chat
    const { urlFile } = fields
    if (!isWebUrl(urlFile)) return NO_URL
    const name = plainName(fields.fileName)
    const about = { file: { at: 'url', url: urlFile }, name, mimeType: typeOf(name) } as const
    return send(instance, await fileMessage(instance, chat, { ...fields, chatId: raw }, about, urlFile), call)
  },
})

const NO_URL = fault('invalid', validationText(["'urlFile' must be a valid http or https URL"]))

interface FileFields extends SendingFields {
  readonly caption?: string
}

interface AboutFile {
  readonly file: FileSource
  readonly name: string
  readonly mimeType: string
}

async function fileMessage(
  instance: Instance,
  chat: ChatId,
  fields: FileFields,
  { file, name, mimeType }: AboutFile,
  urlFile: string,
): Promise<OutgoingMessage> {
  const { quotedMessageId, caption: said = '', archiveChat = false } = fields
  const content: FileContent = {
    kind: 'file',
    type: fileType(name),
    file,
    name,
    mimeType,
    caption: said,
    jpegThumbnail: '',
    ...voiceOf(mimeType),
    ...(quotedMessageId !== undefined && { quote: await instance.journal.quote(quotedMessageId as MessageId, chat) }),
  }
  // The queue lists every file as one that is sent by its URL, whichever way it came.
  const body = {
    fileName: name,
    chatId: chat,
    quotedMessageId: quotedMessageId ?? null,
    caption: said,
    archive: archiveChat,
    urlFile,
    typingTime: fields.typingTime ?? null,
  }
  return { chat, content, ...typingOf(fields), ...archivingOf(fields), asked: { method: 'sendFileByUrl', body } }
}

const uploadFile = defineMethod({
  name: 'uploadFile',
  summary: 'Stores a file and tells the link by which it can be sent.',
  verbs: ['POST'],
  group: 'sending',
  perSecond: 50,
  input: 'bytes',
  fields: {},
  answer: Type.Object({ urlFile: TEXT }),
  async handle(instance: Instance, _fields, { upload }: Call) {
    if (upload === undefined || upload.draft.size === 0) return EMPTY_FILE
    const name = nameOf(upload, undefined)
    const file = await instance.keepFile(upload.draft)
    return isFault(file) ? file : { urlFile: instance.linkOf(file, name) }
  },
})

const downloadFile = defineMethod({
  name: 'downloadFile',
  summary: 'Brings the file of a message and tells the link by which it can be fetched.',
  verbs: ['POST'],
  reads: true,
  group: 'receiving',
  perSecond: 5,
  answerMs: ANSWER_MS.long,
  hasQuota: true,
  atLeast: 2,
  fields: { chatId, idMessage: text({ empty: 'error', max: 128 }) },
  answer: Type.Object({ downloadUrl: TEXT }),
  async handle(instance: Instance, fields) {
    const chat = await findChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    const named = `by chatId ${fields.chatId} and idMessage ${fields.idMessage}`
    const row = await instance.journal.message(chat, fields.idMessage as MessageId)
    const content = row === null || row.shelf === 'call' ? undefined : fileOf(readRecord(row).content)
    if (content?.file.at !== 'here') return fault('invalid', `File message encrypted url not found ${named}`)
    const trouble = await instance.bringFile(content.file)
    if (trouble !== undefined) return undeliverable(trouble, named)
    return { downloadUrl: instance.linkOf(content.file, withExtension(content.name, content.mimeType)) }
  },
})

/** What may pass is told as it is, since asking again helps. */
function undeliverable(trouble: Fault, named: string): Fault {
  if (retryOf(trouble) === 'later' || trouble.fault === 'notLinked' || trouble.fault === 'deleted') return trouble
  return fault('fileGone', `Internal error when downloading file ${named}`)
}

/** The name that the caller gives, else that of the part; one without an extension gets that of its type. */
function nameOf(upload: Upload, given: string | undefined): string {
  const name = (given === undefined ? '' : plainName(given)) || upload.fileName
  return withExtension(name.slice(-NAME_LENGTH), upload.mimeType)
}

const EXTENSION = /[^.]\.[^.\s]{1,16}$/

function withExtension(name: string, mimeType: string): string {
  if (EXTENSION.test(name)) return name
  const type = mimeType.split(';')[0]?.trim() ?? ''
  const known = type === UNKNOWN_TYPE ? null : mime.getExtension(type)
  return `${name === '' ? 'file' : name}.${known ?? 'bin'}`
}

/** Its name decides, and what the client said where that is unknown. */
function typeOf(name: string, upload?: Upload): string {
  const said = upload?.mimeType ?? ''
  return mime.getType(name) ?? (/^[\w.+-]+\/[\w.+-]+$/.test(said) ? said : UNKNOWN_TYPE)
}

/** Files in and out. */
export const fileMethods: readonly Row<Instance>[] = [sendFileByUpload, sendFileByUrl, uploadFile, downloadFile]
