import { createReadStream } from 'node:fs'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { fault, type Fault } from '../../../model/fault.ts'
import { maskedTrouble } from '../engine/log.ts'
import type { FileMessage } from '../engine/proto.ts'
import type { Life } from '../life.ts'
import { mediaConnection, type MediaConnection } from './media-connection.ts'
import { UPLOAD_PATHS, type MediaKind } from './media-keys.ts'
import { postMedia } from './media-servers.ts'
import type { SealedFile } from './seal.ts'

const Stored = Compile(Type.Object({ url: Type.String(), direct_path: Type.String() }))
const TOO_LARGE = fault('refused', 'WhatsApp takes no file of this size (413)')
/** The right to bring files has run out. */
const STALE: ReadonlySet<number> = new Set([401, 403])

/** Where a file is then. */
type Place = Required<Pick<FileMessage, 'url' | 'directPath'>>

/** Posts a sealed file to the first media server that takes it. Rejects when none does, or when the session ends. */
export async function deliver(
  life: Life,
  kind: MediaKind,
  sealed: SealedFile & { readonly path: string },
  signal: AbortSignal,
): Promise<Place | Fault> {
  let connection = await mediaConnection(life, false)
  let said = 0
  for (let attempt = 0; attempt < 2; attempt += 1) {
    for (const hostname of connection.hosts) {
      const answer = await post(life, uploadUrl(connection, hostname, kind, sealed), sealed, signal)
      const { status, body } = answer ?? { status: 0, body: null }
      if (status === 200 && Stored.Check(body)) return { url: body.url, directPath: body.direct_path }
      if (status === 413) return TOO_LARGE
      if (status !== 0) said = status
      if (STALE.has(status)) break
    }
    if (!STALE.has(said)) break
    connection = await mediaConnection(life, true)
  }
  throw new Error(said === 0 ? 'no media server was reached' : `the media servers answered ${String(said)}`)
}

/** Null when this server can't be reached: the next may be. */
async function post(
  life: Life,
  url: string,
  { path, sealedSize }: { path: string; sealedSize: number },
  signal: AbortSignal,
) {
  try {
    const bytes = createReadStream(path)
    return await postMedia(life.transport, url, { bytes, size: sealedSize }, signal)
  } catch (error) {
    if (signal.aborted) throw error
    life.host.log.debug({ error: maskedTrouble(error) }, 'a media server did not take a file')
    return null
  }
}

function uploadUrl(
  { auth }: MediaConnection,
  hostname: string,
  kind: MediaKind,
  { fileEncSha256 }: SealedFile,
): string {
  const token = Buffer.from(fileEncSha256).toString('base64url')
  return `https://${hostname}${UPLOAD_PATHS[kind]}/${token}?${new URLSearchParams({ auth, token }).toString()}`
}
