import { createHash } from 'node:crypto'
import type { Picture } from '../../../model/chats.ts'
import type { KeptFile } from '../../../model/content.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { BinaryNode } from '../engine/engine.ts'
import { maskedTrouble } from '../engine/log.ts'
import type { Life } from '../life.ts'
import { bytesWithin, fetchMedia } from '../media/media-servers.ts'
import { profilePicture } from '../media/pictures.ts'
import { remoteText } from '../media/remote-file.ts'
import { givenPicture } from '../../network/given-picture.ts'
import { codeIn } from './trouble.ts'

/** Larger ones are no pictures of profiles. */
const LIMIT_BYTES = 5 * 1024 * 1024
const HIDDEN: ReadonlySet<number | null> = new Set([401, 403])

/** The picture of a person or group. Its bytes are fetched, since a file is known by their hash. */
export async function pictureOf(life: Life, jid: string): Promise<Picture> {
  let url: string | undefined
  try {
    url = await life.socket.profilePictureUrl(jid, 'image')
  } catch (error) {
    const code = codeIn(error)
    if (code === 404) return { kind: 'none' }
    if (HIDDEN.has(code)) return { kind: 'hidden' }
    throw error
  }
  if (url === undefined) return { kind: 'none' }
  const stream = await fetchMedia(life.transport, url, life.ended)
  if (stream === null) return { kind: 'none' }
  const bytes = await bytesWithin(stream, LIMIT_BYTES)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    kind: 'shown',
    file: { at: 'here', sha256, size: bytes.length, remote: remoteText({ kind: 'picture', url }) },
  }
}

/** Sets the picture of a group, or the account's own where no group is named. */
export async function setPictureOf(life: Life, group: string | null, file: KeptFile): Promise<Fault | undefined> {
  const bytes = await givenPicture(life.host, file, maskedTrouble)
  if (isFault(bytes)) return bytes
  const target = group === null ? {} : { target: group }
  const question: BinaryNode = {
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'w:profile:picture', ...target },
    content: [{ tag: 'picture', attrs: { type: 'image' }, content: await profilePicture(bytes) }],
  }
  const answer = await life.socket.query(question)
  return answer === undefined ? fault('unavailable', 'WhatsApp did not answer in time') : undefined
}
