import type { FileContent } from '../../../../model/content.ts'
import { isFault, type Fault } from '../../../../model/fault.ts'
import type { EpochMs } from '../../../../model/ids.ts'
import type { FileMessage, WaMessage } from '../../engine/proto.ts'
import type { Life } from '../../life.ts'
import { knownFile } from '../../media/remote-file.ts'
import { uploadFile, type FileField, type UploadedFile } from '../../media/upload.ts'
import { inContext, thumbnail, type Making } from './making.ts'

/** Those that WhatsApp shows a caption with. */
const CAPTIONED: ReadonlySet<FileField> = new Set(['imageMessage', 'videoMessage', 'documentMessage'])
/** A file that is about to go from the media servers is brought there anew. */
const MARGIN_MS = 3_600_000

export async function fileMessage(content: FileContent, making: Making): Promise<WaMessage | Fault> {
  const file = await making.file(content)
  if (isFault(file)) return file
  const caption = CAPTIONED.has(file.field) && content.caption !== '' && { caption: content.caption }
  return { [file.field]: { ...file.message, ...caption, ...inContext(making.context) } }
}

/** What the network brought is there still, and goes out by the same keys; anything else is brought there first. */
export async function fileForSending(
  life: Life,
  content: FileContent,
  signal: AbortSignal,
): Promise<UploadedFile | Fault> {
  const known = knownFile(content.file)
  if (isThere(known, life.host.clock.now())) return describe(content, known)
  return await uploadFile(life, content, signal)
}

/** A file as a quote shows it. */
export function fileForQuote(content: FileContent): UploadedFile {
  return describe(content, knownFile(content.file))
}

/** Addresses of the media servers say in `oe`, in hex seconds, how long they are good. */
function isThere({ mediaKey, fileEncSha256, directPath, url }: FileMessage, now: EpochMs): boolean {
  if (!(mediaKey instanceof Uint8Array) || !(fileEncSha256 instanceof Uint8Array)) return false
  if (mediaKey.length === 0 || fileEncSha256.length === 0 || typeof directPath !== 'string' || directPath === '')
    return false
  const until = /[?&]oe=([0-9a-f]{1,12})(?:&|$)/i.exec(directPath) ?? /[?&]oe=([0-9a-f]{1,12})(?:&|$)/i.exec(url ?? '')
  return until === null || Number.parseInt(until[1] ?? '', 16) * 1000 - MARGIN_MS > now
}

function describe(content: FileContent, keys: FileMessage): UploadedFile {
  const { mimeType, name, jpegThumbnail, isAnimated, isVideoNote, isVoice } = content
  const message: FileMessage = { ...keys, mimetype: mimeType, ...thumbnail(jpegThumbnail) }
  switch (content.type) {
    case 'image':
      return { field: 'imageMessage', message }
    case 'video':
      if (isVideoNote === true) return { field: 'ptvMessage', message }
      return { field: 'videoMessage', message: { ...message, ...(isAnimated === true && { gifPlayback: true }) } }
    case 'audio':
      return { field: 'audioMessage', message: { ...message, ptt: isVoice === true } }
    case 'document':
      return { field: 'documentMessage', message: { ...message, fileName: name, title: name } }
    case 'sticker':
      return { field: 'stickerMessage', message: { ...message, isAnimated: isAnimated === true } }
    default:
      return content.type satisfies never
  }
}
