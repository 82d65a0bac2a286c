import mime from 'mime'
import { line, thumbnail } from '../../../network/bounded.ts'
import type { FileContent, FileSource, FileType } from '../../../../model/content.ts'
import { nameWithoutHash } from '../../../../model/hashless-files.ts'
import { remoteText, type RemoteFile } from '../../files/remote-file.ts'
import type { Attach } from '../../wire/shapes.ts'
import type { Reading } from '../reading.ts'

type Of<Kind extends Attach['_type']> = Extract<Attach, { readonly _type: Kind }>
type File = Of<'PHOTO' | 'VIDEO' | 'AUDIO' | 'FILE' | 'STICKER'>

interface Look {
  readonly type: FileType
  readonly mimeType: string
  readonly name: string
  readonly size?: number | undefined
  readonly jpegThumbnail?: string
  readonly isVideoNote?: true
  readonly isVoice?: true
}

const NAME_LENGTH = 255
const URL_LENGTH = 4_096
const UNKNOWN_TYPE = 'application/octet-stream'
/** Of a round video; those of the others are 0. */
const ROUND = 1
const JPEG = Buffer.of(0xff, 0xd8, 0xff)

export function isFile(attach: Attach): attach is File {
  return ['PHOTO', 'VIDEO', 'AUDIO', 'FILE', 'STICKER'].includes(attach._type)
}

/** What the network tells of a file is little: neither its hash nor, mostly, its size. */
export function fileOf(attach: File, caption: string, reading: Reading): FileContent {
  const remote = remoteOf(attach, reading)
  const { type, mimeType, name, size = 0, jpegThumbnail = '', ...look } = lookOf(attach, remote.id)
  const file = sourceOf(remote, size, reading.fileLimitBytes)
  return { kind: 'file', type, file, name, mimeType, caption, jpegThumbnail, ...look }
}

function remoteOf(attach: File, { chat, message }: Reading): RemoteFile {
  const of = { chat, message }
  switch (attach._type) {
    case 'PHOTO':
      return { kind: 'photo', id: attach.photoId ?? '', url: urlIn(attach.baseUrl), of }
    case 'VIDEO':
      return { kind: 'video', id: attach.videoId, url: '', of }
    case 'AUDIO':
      return { kind: 'audio', id: attach.audioId ?? '', url: urlIn(attach.url), of }
    case 'FILE':
      return { kind: 'file', id: attach.fileId, url: '', of }
    case 'STICKER':
      return { kind: 'sticker', id: attach.stickerId ?? '', url: urlIn(attach.url), of }
    default:
      return attach satisfies never
  }
}

function lookOf(attach: File, id: string): Look {
  switch (attach._type) {
    case 'PHOTO': {
      const jpegThumbnail = isJpeg(attach.previewData) ? thumbnail(attach.previewData) : ''
      return { type: 'image', mimeType: 'image/jpeg', name: `${named(id, 'photo')}.jpg`, jpegThumbnail }
    }
    case 'VIDEO': {
      const isRound = attach.videoType === ROUND && ({ isVideoNote: true } as const)
      return { type: 'video', mimeType: 'video/mp4', name: `${named(id, 'video')}.mp4`, ...isRound }
    }
    case 'AUDIO':
      return { type: 'audio', mimeType: 'audio/ogg; codecs=opus', name: `${named(id, 'voice')}.ogg`, isVoice: true }
    case 'FILE':
      return documentLook(attach, id)
    case 'STICKER':
      return { type: 'sticker', mimeType: 'image/webp', name: `${named(id, 'sticker')}.webp` }
    default:
      return attach satisfies never
  }
}

function documentLook({ name, size }: Of<'FILE'>, id: string): Look {
  const told = line(name).slice(0, NAME_LENGTH).toWellFormed()
  const mimeType = mime.getType(told) ?? UNKNOWN_TYPE
  return { type: 'document', mimeType, name: told === '' ? `${named(id, 'file')}.bin` : told, size }
}

function sourceOf(remote: RemoteFile, size: number, limitBytes: number): FileSource {
  const { kind, id, url } = remote
  const isAsked = kind === 'file' || kind === 'video'
  if (!isAsked && url === '') return { at: 'nowhere', why: 'lost' }
  if (size > limitBytes) return { at: 'nowhere', why: 'tooLarge' }
  const sha256 = nameWithoutHash(`MAX ${kind} ${id === '' ? url : id}`)
  return { at: 'here', sha256, size: Math.max(0, size), remote: remoteText(remote) }
}

function named(id: string, kind: string): string {
  return id === '' ? kind : id
}

function urlIn(url: string | undefined): string {
  return url === undefined || url.length > URL_LENGTH ? '' : url
}

function isJpeg(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && Buffer.compare(bytes.subarray(0, JPEG.length), JPEG) === 0
}
