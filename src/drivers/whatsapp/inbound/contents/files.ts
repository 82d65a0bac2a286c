import type { FileContent, FileType } from '../../../../model/content.ts'
import { line, text, thumbnail } from '../../../network/bounded.ts'
import type { FileMessage, MessageKey } from '../../engine/proto.ts'
import { fileSourceOf } from '../../media/remote-file.ts'
import type { Envelope, Reading } from '../reading.ts'

type Look = Pick<FileContent, 'isAnimated' | 'isVideoNote' | 'isVoice'>
type Row = (file: FileMessage, reading: Reading) => FileContent

/** What a sort of file is where its message does not say it. */
const MIME_TYPES: Readonly<Record<FileType, string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg; codecs=opus',
  document: 'application/octet-stream',
  sticker: 'image/webp',
}

/** Of types whose second half is no file name extension. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'text/plain': 'txt',
  'application/octet-stream': 'bin',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
}

export const image: Row = (file, reading) => read(file, 'image', reading)
export const video: Row = (file, reading) => read(file, 'video', reading, { isAnimated: file.gifPlayback === true })
export const videoNote: Row = (file, reading) => read(file, 'video', reading, { isVideoNote: true })
export const audio: Row = (file, reading) => read(file, 'audio', reading, { isVoice: file.ptt === true })
export const document: Row = (file, reading) => read(file, 'document', reading)
export const sticker: Row = (file, reading) => read(file, 'sticker', reading, { isAnimated: file.isAnimated === true })

function read(file: FileMessage, type: FileType, reading: Reading, look: Look = {}): FileContent {
  const { envelope, parts } = reading
  const mimeType = line(file.mimetype).slice(0, 256) || MIME_TYPES[type]
  return {
    ...{ kind: 'file', type, mimeType, caption: text(file.caption) },
    file: fileSourceOf(bounded(file), type, keyOf(envelope), parts.fileLimitBytes),
    name: line(file.fileName ?? '').slice(0, 255) || `${envelope.id}.${extensionOf(mimeType)}`,
    jpegThumbnail: thumbnail(type === 'sticker' ? (file.pngThumbnail ?? file.jpegThumbnail) : file.jpegThumbnail),
    ...(look.isAnimated === true && { isAnimated: true }),
    ...(look.isVideoNote === true && { isVideoNote: true }),
    ...(look.isVoice === true && { isVoice: true }),
  }
}

/** How its sender's phone is asked for a file again. */
function keyOf({ id, chat, author, fromMe }: Envelope): MessageKey {
  return { remoteJid: chat, id, fromMe, ...(author !== chat && !fromMe && { participant: author }) }
}

/** Addresses that are too long to be some are none. */
function bounded(file: FileMessage): FileMessage {
  const { url, directPath, fileEncSha256 } = file
  const isHash = fileEncSha256 instanceof Uint8Array && fileEncSha256.length <= 64
  return { ...file, url: line(url), directPath: line(directPath), fileEncSha256: isHash ? fileEncSha256 : null }
}

export function extensionOf(mimeType: string): string {
  const [plain = ''] = mimeType.toLowerCase().split(';')
  const known = EXTENSIONS[plain.trim()]
  if (known !== undefined) return known
  return /\/(?:x-)?([a-z0-9]{1,8})$/.exec(plain.trim())?.[1] ?? 'bin'
}
