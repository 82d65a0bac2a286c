import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream'
import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import type { Engine, WaHistory } from '../engine/engine.ts'
import { MEDIA_KEY_BYTES } from '../media/media-keys.ts'
import { bytesWithin, fetchMedia, mediaUrl } from '../media/media-servers.ts'
import { Unsealing } from '../media/unseal.ts'
import type { Transport } from '../../network/transport.ts'
import type { PastNotice } from './past-notices.ts'

/** Unpacked. Phones cut their past in pieces of some megabytes. */
const LARGEST_BYTES = 256 * 1024 * 1024

const unpack = promisify(inflate)

export interface PastFileParts {
  readonly engine: Engine
  readonly transport: Transport
  /** Larger files are not fetched. */
  readonly fileLimitBytes: number
  readonly ended: AbortSignal
}

/** The piece of the past that a notice names. Rejects when it can't be had, or is not what was told. */
export async function fetchPast(parts: PastFileParts, notice: PastNotice): Promise<WaHistory> {
  const { engine } = parts
  const packed = notice.inline === undefined ? await downloaded(parts, notice) : Buffer.from(notice.inline, 'base64')
  const bytes = await unpack(packed, { maxOutputLength: LARGEST_BYTES })
  return engine.sortHistory(engine.proto.HistorySync.decode(bytes))
}

async function downloaded({ transport, fileLimitBytes, ended }: PastFileParts, notice: PastNotice): Promise<Buffer> {
  const { directPath = '', mediaKey = '', sha256, size } = notice
  const url = mediaUrl('', directPath)
  const key = Buffer.from(mediaKey, 'base64')
  if (url === null || key.length !== MEDIA_KEY_BYTES) throw new Error('it was not told where it lies')
  const sealed = await fetchMedia(transport, url, ended)
  if (sealed === null) throw new Error('the media servers have it no more')
  // Whoever reads hears of an error by the last stream, which is destroyed with it.
  const opened = pipeline(sealed, new Unsealing(key, 'history'), () => undefined)
  const bytes = await bytesWithin(opened, fileLimitBytes)
  const isWhole = size === undefined || size === 0 || bytes.length === size
  if (!isWhole || (sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== sha256))
    throw new Error('it is not what was told')
  return bytes
}
