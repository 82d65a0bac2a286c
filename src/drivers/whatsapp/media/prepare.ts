import { join } from 'node:path'
import type { FileContent, FileType } from '../../../model/content.ts'
import type { FileMessage, WaMessage } from '../engine/proto.ts'
import { headOf, type FileSign, type Head } from './file-signs.ts'
import type { MediaKind } from './media-keys.ts'
import { thumbnailOf } from './pictures.ts'
import { aboutWebp, makeSticker } from './stickers.ts'
import { aboutVideo, makeFilm } from './video.ts'
import { isOpus, listenTo, makeVoice, opusSeconds } from './voice.ts'

/** The members of a message that a file goes out in. */
export type FileField = Extract<
  keyof WaMessage,
  'imageMessage' | 'videoMessage' | 'ptvMessage' | 'audioMessage' | 'documentMessage' | 'stickerMessage'
>

/** A file as it goes out: perhaps another one than was given, and another sort. */
export interface Prepared {
  readonly field: FileField
  readonly kind: MediaKind
  readonly path: string
  readonly about: FileMessage
}

/** A file that is given to be sent. */
interface Given {
  readonly content: FileContent
  readonly path: string
  /** For what is made of it. */
  readonly folder: string
  readonly head: Head
  readonly signal: AbortSignal
}

const VOICE_TYPE = 'audio/ogg; codecs=opus'
const PICTURES: ReadonlySet<FileSign | null> = new Set(['jpeg', 'png', 'gif'])
const FILMS: ReadonlySet<FileSign | null> = new Set(['mov', 'matroska', 'avi'])
const SOUNDS: ReadonlySet<FileSign | null> = new Set(['ogg', 'mp3', 'wav', 'flac', 'aac', 'amr', 'mov', 'matroska'])

/**
 * Makes a file fit for the phone as far as this machine can: without ffmpeg and sharp it goes out as it is. What has no sign that is
 * known is taken for what its sender says. Rejects only when the file itself can't be read.
 */
export async function prepare(
  content: FileContent,
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<Prepared> {
  return await BY_TYPE[content.type]({ content, path, folder, head: await headOf(path), signal })
}

/** As it is, and all that is told of it. */
export function preparedDocument(content: FileContent, path: string): Prepared {
  const about = { mimetype: content.mimeType, fileName: content.name, title: content.name, ...thumbnailGiven(content) }
  return { field: 'documentMessage', kind: 'document', path, about }
}

const BY_TYPE: Readonly<Record<FileType, (given: Given) => Promise<Prepared> | Prepared>> = {
  image,
  video,
  audio: (given) => (given.content.isVoice === true ? voice(given) : sound(given)),
  document: ({ content, path }) => preparedDocument(content, path),
  sticker,
}

async function image(given: Given): Promise<Prepared> {
  const { content, path, folder, head, signal } = given
  if (head.sign === 'gif') {
    const film = join(folder, 'film.mp4')
    if (await makeFilm(path, film, signal))
      return await asFilm({ ...given, path: film, head: { ...head, sign: 'mov' } }, 'video/mp4', true)
  }
  const small = await thumbnailOf(path)
  const measured = small === null ? {} : { width: small.width, height: small.height, jpegThumbnail: small.jpeg }
  const about = { mimetype: content.mimeType, ...measured, ...thumbnailGiven(content) }
  return { field: 'imageMessage', kind: 'image', path, about }
}

function video(given: Given): Promise<Prepared> {
  return asFilm(given, given.content.mimeType, given.content.isAnimated === true)
}

async function asFilm(
  { content, path, folder, head, signal }: Given,
  mimetype: string,
  isGif: boolean,
): Promise<Prepared> {
  const { sign } = head
  const frame = join(folder, 'frame.jpg')
  const seen = sign !== null && FILMS.has(sign) ? await aboutVideo(path, sign, frame, signal) : {}
  const about = { mimetype, ...seen, ...thumbnailGiven(content), ...(isGif && { gifPlayback: true }) }
  return { field: content.isVideoNote === true ? 'ptvMessage' : 'videoMessage', kind: 'video', path, about }
}

/** A voice message is Opus in Ogg or none: what is something else and can't be made into it goes out as a sound. */
async function voice(given: Given): Promise<Prepared> {
  const { path, folder, head, signal } = given
  const asVoice = async (file: string): Promise<Prepared> => {
    const seconds = await opusSeconds(file)
    const heard = head.sign === null ? {} : await listenTo(file, 'ogg', signal)
    const about = { ptt: true, mimetype: VOICE_TYPE, ...heard, ...(seconds !== undefined && { seconds }) }
    return { field: 'audioMessage', kind: 'audio', path: file, about }
  }
  if (head.sign === null || (await isOpus(path))) return await asVoice(path)
  const made = join(folder, 'voice.ogg')
  const canMake = SOUNDS.has(head.sign) && (await makeVoice(path, head.sign, made, signal))
  return canMake ? await asVoice(made) : await sound(given)
}

async function sound({ content, path, head, signal }: Given): Promise<Prepared> {
  const { sign } = head
  const opus = sign === 'ogg' ? await opusSeconds(path) : undefined
  const { seconds = opus } = sign !== null && SOUNDS.has(sign) ? await listenTo(path, sign, signal) : {}
  const about = { mimetype: content.mimeType, ...(seconds !== undefined && { seconds }) }
  return { field: 'audioMessage', kind: 'audio', path, about }
}

/** A picture that can't be made into a sticker here goes out as a picture. */
async function sticker(given: Given): Promise<Prepared> {
  const { content, path, folder, head } = given
  if (!PICTURES.has(head.sign)) {
    const isAnimated = content.isAnimated === true
    const about = { mimetype: 'image/webp', isAnimated, ...(head.sign === 'webp' && aboutWebp(head)) }
    return { field: 'stickerMessage', kind: 'sticker', path, about: { ...about, ...pngGiven(content) } }
  }
  const made = join(folder, 'sticker.webp')
  const isMoving = head.sign === 'gif'
  if (!(await makeSticker(path, isMoving, made))) return await image(given)
  const about = { mimetype: 'image/webp', isAnimated: isMoving, ...aboutWebp(await headOf(made)) }
  return { field: 'stickerMessage', kind: 'sticker', path: made, about }
}

function thumbnailGiven({ jpegThumbnail }: FileContent): FileMessage {
  return jpegThumbnail === '' ? {} : { jpegThumbnail: Buffer.from(jpegThumbnail, 'base64') }
}

/** Stickers have theirs as PNG, which alone is sent on. */
function pngGiven({ jpegThumbnail }: FileContent): FileMessage {
  return jpegThumbnail === '' ? {} : { pngThumbnail: Buffer.from(jpegThumbnail, 'base64') }
}
