import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import type { FileSource, FileType, KeptFile } from '../../../model/content.ts'
import type { FileMessage, MessageKey } from '../engine/proto.ts'
import { MEDIA_KEY_BYTES, MEDIA_KINDS } from './media-keys.ts'

/** What `KeptFile.remote` holds, as JSON: where the network has a file, and how it is opened. Bytes are base64. */
const RemoteMedia = Type.Object({
  kind: Type.Enum(MEDIA_KINDS),
  url: Type.String(),
  directPath: Type.String(),
  mediaKey: Type.String(),
  fileEncSha256: Type.String(),
  /** The message that brought it: its sender's phone may bring the file again. */
  of: Type.Object({
    remoteJid: Type.String(),
    fromMe: Type.Boolean(),
    id: Type.String(),
    participant: Type.Optional(Type.String()),
  }),
})
export type RemoteMedia = Static<typeof RemoteMedia>

/** Shown to everybody who knows the address: a profile's or group's. */
const RemotePicture = Type.Object({ kind: Type.Literal('picture'), url: Type.String() })

const RemoteFile = Type.Union([RemoteMedia, RemotePicture])
export type RemoteFile = Static<typeof RemoteFile>

const remoteFile = Compile(RemoteFile)

/** Null for what is none of ours. */
export function readRemote({ remote }: KeptFile): RemoteFile | null {
  return checkedJson(remoteFile, remote ?? null)
}

export function remoteText(remote: RemoteFile): string {
  return JSON.stringify(remote)
}

/** The file that a message brought. What is larger than the limit is not taken in, and what can't be opened is lost. */
export function fileSourceOf(file: FileMessage, type: FileType, of: MessageKey, limitBytes: number): FileSource {
  const size = Number(file.fileLength ?? 0)
  const { mediaKey, fileSha256 } = file
  const isWhole = mediaKey?.length === MEDIA_KEY_BYTES && fileSha256?.length === 32
  if (!isWhole || !Number.isSafeInteger(size) || size < 0) return { at: 'nowhere', why: 'lost' }
  if (size > limitBytes) return { at: 'nowhere', why: 'tooLarge' }
  const { url, directPath, fileEncSha256 } = file
  const remote: RemoteMedia = {
    ...{ kind: type, url: url ?? '', directPath: directPath ?? '', mediaKey: base64(mediaKey) },
    ...{ fileEncSha256: base64(fileEncSha256 ?? new Uint8Array(0)), of: broughtBy(of) },
  }
  return { at: 'here', sha256: Buffer.from(fileSha256).toString('hex'), size, remote: remoteText(remote) }
}

function broughtBy({ remoteJid, fromMe, id, participant }: MessageKey): RemoteMedia['of'] {
  const who = typeof participant === 'string' && participant !== '' && { participant }
  return { remoteJid: remoteJid ?? '', fromMe: fromMe === true, id: id ?? '', ...who }
}

/** A file as a quote shows it: what is known without bringing it anywhere. */
export function knownFile(file: FileSource): FileMessage {
  if (file.at !== 'here') return {}
  const remote = readRemote(file)
  return {
    ...{ fileSha256: Buffer.from(file.sha256, 'hex'), fileLength: file.size },
    ...(remote !== null &&
      remote.kind !== 'picture' && {
        ...{ url: remote.url, directPath: remote.directPath },
        ...{ mediaKey: bytes(remote.mediaKey), fileEncSha256: bytes(remote.fileEncSha256) },
      }),
  }
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64')
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}
