import type { FileContent } from '../../../model/content.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import type { FileMessage, WaMessage } from '../engine/proto.ts'
import type { Life } from '../life.ts'

/** The members of a message that a file goes out in. */
export type FileField = Extract<
  keyof WaMessage,
  'imageMessage' | 'videoMessage' | 'ptvMessage' | 'audioMessage' | 'documentMessage' | 'stickerMessage'
>

/** A file that the media servers have. */
export interface UploadedFile {
  /** The message's member that it belongs in: what could be made of a file may be another sort than was asked for. */
  readonly field: FileField
  /** Everything but the caption and what the message refers to. */
  readonly message: FileMessage
}

/**
 * Brings a file to the media servers, made fit for the phone as far as this machine can. What was brought lately is not read again.
 * Never rejects: `fileGone` when its bytes are gone or not what they were, `refused` when the network doesn't take it, otherwise
 * trouble that may be over later. Nothing has been sent then.
 */
export function uploadFile(life: Life, content: FileContent, signal: AbortSignal): Promise<UploadedFile | Fault> {
  void life
  void content
  void signal
  return Promise.resolve(fault('unavailable', 'the file could not be brought to WhatsApp'))
}
