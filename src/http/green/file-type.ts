import { extname } from 'node:path/posix'
import type { FileType } from '../../model/content.ts'

/** An MP3 is a document, as the contract has it: only what a messenger plays as a voice or sound of its own is audio. */
const TYPES: Readonly<Record<Exclude<FileType, 'document' | 'sticker'>, readonly string[]>> = {
  image: ['.jpg', '.jpeg', '.png', '.gif', '.bmp'],
  video: ['.mp4', '.mov', '.avi', '.3gp', '.mkv', '.webm'],
  audio: ['.ogg', '.oga', '.opus', '.m4a', '.aac', '.amr', '.wav'],
}

const BY_EXTENSION = new Map(
  Object.entries(TYPES).flatMap(([type, extensions]) => extensions.map((extension) => [extension, type as FileType])),
)

/** As what a file is sent: decided by the extension of its name alone, as the contract says. */
export function fileType(name: string): FileType {
  return BY_EXTENSION.get(extname(name).toLowerCase()) ?? 'document'
}

/** Sound in an Ogg container is a voice message, as messengers record it: they play it as nothing else. */
export function voiceOf(mimeType: string): { readonly isVoice?: true } {
  return /^audio\/(?:ogg|opus)\b/.test(mimeType) ? { isVoice: true } : {}
}
