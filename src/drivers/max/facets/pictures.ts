import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Recent } from '../../../lib/recent.ts'
import type { Picture } from '../../../model/chats.ts'
import type { KeptFile } from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import { givenPicture } from '../../network/given-picture.ts'
import { fetchFile } from '../files/download.ts'
import { handOver } from '../files/hand-over.ts'
import { remoteText } from '../files/remote-file.ts'
import type { Life } from '../life.ts'
import { maskedTrouble } from '../masked-trouble.ts'

/** Larger ones are no pictures of profiles. */
const LIMIT_BYTES = 5 * 1024 * 1024
/** Pictures that a life remembers: one whose address is the same is the same. */
const REMEMBERED = 128
const NOT_FETCHED = fault('unavailable', 'the picture could not be fetched from MAX')
const NOT_BROUGHT = fault('unavailable', 'the picture could not be brought to MAX')

const seen = new WeakMap<Life, Recent<string, KeptFile>>()

/** The picture at an address that the network told; empty or absent: there is none, or it is hidden, which MAX does not tell apart. */
export async function pictureAt(life: Life, url: string | undefined): Promise<Picture | Fault> {
  if (url === undefined || url === '') return { kind: 'none' }
  const remembered = seen.get(life) ?? new Recent<string, KeptFile>(REMEMBERED)
  seen.set(life, remembered)
  const known = remembered.get(url)
  if (known !== undefined) return { kind: 'shown', file: known }
  const remote = { kind: 'picture', id: '', url } as const
  try {
    const bytes = await fetchFile(life, remote, life.ended)
    if (bytes === null) return { kind: 'none' }
    // No hash is told, and a file is known by it.
    const file: KeptFile = { at: 'here', ...(await measured(bytes)), remote: remoteText(remote) }
    remembered.set(url, file)
    return { kind: 'shown', file }
  } catch (error) {
    life.host.log.warn({ error: maskedTrouble(error) }, 'a picture could not be fetched from MAX')
    return NOT_FETCHED
  }
}

async function measured(bytes: Readable): Promise<Pick<KeptFile, 'sha256' | 'size'>> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving destroys the stream.
    if (size > LIMIT_BYTES) throw new Error('it is too large for a picture')
    hash.update(chunk)
  }
  return { sha256: hash.digest('hex'), size }
}

/** Hands a picture over; the token by which the network knows it then. */
export async function handOverPicture(life: Life, file: KeptFile): Promise<{ readonly token: string } | Fault> {
  const bytes = await givenPicture(life.host, file, maskedTrouble)
  if (isFault(bytes)) return bytes
  const outgoing = { form: 'photo', size: bytes.length, name: 'picture.jpg', mimeType: 'image/jpeg' } as const
  try {
    const attach = await handOver(life, { ...outgoing, bytes: Readable.from([bytes]) }, life.ended)
    if (isFault(attach)) return attach
    return attach.kind === 'photo' ? { token: attach.token } : NOT_BROUGHT
  } catch (error) {
    life.host.log.warn({ error: maskedTrouble(error) }, 'a picture could not be brought to MAX')
    return NOT_BROUGHT
  }
}
