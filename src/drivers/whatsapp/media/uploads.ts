import { createHash } from 'node:crypto'
import { Recent } from '../../../lib/recent.ts'
import type { FileContent, KeptFile } from '../../../model/content.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { SessionHost } from '../../driver.ts'
import type { FileMessage } from '../engine/proto.ts'
import type { FileField } from './prepare.ts'

/** A file that the media servers have. */
export interface UploadedFile {
  /** The message's member that it belongs in: what could be made of a file may be another sort than was asked for. */
  readonly field: FileField
  /** Everything but the caption and what the message refers to. */
  readonly message: FileMessage
}

/** What one session brought to the media servers lately: the same file to many people is brought once. */

const KEPT = 64
/** The servers keep a file for weeks; whoever opens a message does so within days. */
const FRESH_MS = 6 * 3_600_000

class Uploads {
  readonly #known = new Recent<string, { readonly file: UploadedFile; readonly at: EpochMs }>(KEPT)

  get(name: string, now: EpochMs): UploadedFile | undefined {
    const known = this.#known.get(name)
    return known === undefined || now - known.at > FRESH_MS ? undefined : known.file
  }

  set(name: string, file: UploadedFile, now: EpochMs): void {
    this.#known.set(name, { file, at: now })
  }
}

const ofHosts = new WeakMap<SessionHost, Uploads>()

export function uploadsOf(host: SessionHost): Uploads {
  const uploads = ofHosts.get(host) ?? new Uploads()
  ofHosts.set(host, uploads)
  return uploads
}

/** The same for what would go out alike. */
export function uploadName(content: FileContent, { sha256, size }: KeptFile): string {
  const { type, name, mimeType, jpegThumbnail, isAnimated, isVideoNote, isVoice } = content
  const alike = JSON.stringify([sha256, size, type, name, mimeType, jpegThumbnail, isAnimated, isVideoNote, isVoice])
  // Thumbnails are large, and this is kept.
  return createHash('sha256').update(alike).digest('base64')
}
