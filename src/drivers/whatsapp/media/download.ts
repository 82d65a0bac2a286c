import { pipeline, type Readable } from 'node:stream'
import { Recent } from '../../../lib/recent.ts'
import type { KeptFile } from '../../../model/content.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import { maskedTrouble } from '../engine/log.ts'
import type { WaMessage } from '../engine/proto.ts'
import type { Life } from '../life.ts'
import { within } from '../../network/within.ts'
import { fetchMedia, mediaUrl } from './media-servers.ts'
import { readRemote, type RemoteMedia } from './remote-file.ts'
import { Checked } from '../../network/checked.ts'
import { Unsealing } from './unseal.ts'
import type { FileField } from './upload.ts'

/** How long the sender's phone may take to bring a file again. */
const RENEWAL_MS = 20_000
const LOST = fault('notFound', 'WhatsApp has this file no more')
const STOPPED = fault('notConnected', 'the download was given up')
const TROUBLE = fault('unavailable', 'the file could not be fetched from WhatsApp')

const FIELDS: Readonly<Record<RemoteMedia['kind'], FileField>> = {
  image: 'imageMessage',
  video: 'videoMessage',
  audio: 'audioMessage',
  document: 'documentMessage',
  sticker: 'stickerMessage',
}

/** Whom each life has asked for which file again, lately: a phone that is off would only be asked ever more. */
const renewed = new WeakMap<Life, Recent<string, boolean>>()
const RENEWED_KEPT = 512

/**
 * The bytes of a file that a message brought, or of a picture. The stream ends with an error where they are not those that were told.
 * `notFound` when the network has it no more and the phone that sent it doesn't bring it again.
 */
export async function downloadFile(
  life: Life,
  file: KeptFile,
  signal: AbortSignal,
  limitBytes: number,
): Promise<Readable | Fault> {
  const remote = readRemote(file)
  if (remote === null) return LOST
  if (file.size > limitBytes) return fault('tooLarge', 'the file is larger than is taken in')
  try {
    signal.throwIfAborted()
    if (remote.kind === 'picture') return opened(await fetchMedia(life.transport, remote.url, signal), file)
    return opened(await sealedBytes(life, remote, signal), file, remote)
  } catch (error) {
    if (signal.aborted) return STOPPED
    life.host.log.warn({ error: maskedTrouble(error) }, 'a file could not be fetched from WhatsApp')
    return TROUBLE
  }
}

/** Asks the phone that sent it where the servers have it no more. */
async function sealedBytes(life: Life, remote: RemoteMedia, signal: AbortSignal): Promise<Readable | null> {
  const url = mediaUrl(remote.url, remote.directPath)
  if (url === null) return null
  const bytes = await fetchMedia(life.transport, url, signal)
  if (bytes !== null) return bytes
  const directPath = await askAgain(life, remote)
  const next = directPath === null ? null : mediaUrl(remote.url, directPath)
  return next === null ? null : fetchMedia(life.transport, next, signal)
}

function opened(bytes: Readable | null, file: KeptFile, sealed?: RemoteMedia): Readable | Fault {
  if (bytes === null) return LOST
  const checked = new Checked(file)
  // Whoever reads hears of an error by the last stream, which is destroyed with it.
  const heard = () => undefined
  if (sealed === undefined) return pipeline(bytes, checked, heard)
  return pipeline(bytes, new Unsealing(Buffer.from(sealed.mediaKey, 'base64'), sealed.kind), checked, heard)
}

/** Where the file is then; null when nobody brought it. */
async function askAgain(life: Life, remote: RemoteMedia): Promise<string | null> {
  const asked = renewed.get(life) ?? new Recent<string, boolean>(RENEWED_KEPT)
  renewed.set(life, asked)
  const name = `${remote.of.remoteJid}|${remote.of.id}`
  if (remote.of.id === '' || asked.get(name) === true) return null
  asked.set(name, true)
  const file = { mediaKey: Buffer.from(remote.mediaKey, 'base64'), directPath: remote.directPath, url: remote.url }
  const message: WaMessage = { [FIELDS[remote.kind]]: file }
  const brought = life.socket.updateMediaMessage({ key: { ...remote.of }, message }).then(
    (answer) => {
      asked.set(name, false)
      return answer.message?.[FIELDS[remote.kind]]?.directPath ?? null
    },
    () => null,
  )
  return (await within(life, RENEWAL_MS, brought)) ?? null
}
