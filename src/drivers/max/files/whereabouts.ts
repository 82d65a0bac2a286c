import type { Life } from '../life.ts'
import type { Answered } from '../questions.ts'
import { isNotThere } from '../wire/network-error.ts'
import { FILE_LINK, GET_MESSAGES, VIDEO_LINKS } from '../wire/opcodes.ts'
import { readAttach, type Attach } from '../wire/shapes.ts'
import type { RemoteFile } from './remote-file.ts'

/** Whole videos; what else the network names are lists of pieces. */
const FORM = /^MP4_(\d{2,4})$/

type Asking = Pick<Life, 'connection'>

/** Where the network says that a file is; null where it has it no more. */
export async function placeOf(life: Asking, remote: RemoteFile): Promise<Answered<string | null>> {
  const { kind, of, id } = remote
  if (kind === 'file' && of !== undefined)
    return told(await life.connection.ask(FILE_LINK, of.chat, of.message, id), ({ url }) => url)
  if (kind === 'video' && of !== undefined)
    return told(await life.connection.ask(VIDEO_LINKS, of.chat, of.message, id), largestOf)
  return { ok: true, answer: remote.url === '' ? null : remote.url }
}

/** Where it is by now, of one whose address came with its message; null where the network has it no more. */
export async function renewedPlaceOf(life: Asking, remote: RemoteFile): Promise<Answered<string | null>> {
  const { kind, of } = remote
  if (of === undefined || kind === 'file' || kind === 'video') return { ok: true, answer: null }
  return told(await life.connection.ask(GET_MESSAGES, of.chat, [of.message]), ({ messages }) => {
    const message = messages.find((each) => each.id === of.message)
    const attaches = [...(message?.attaches ?? []), ...(message?.link?.message?.attaches ?? [])].map(readAttach)
    return attaches.map((attach) => urlIn(attach, remote)).find((url) => url !== '') ?? null
  })
}

function told<T>(answered: Answered<T>, read: (answer: T) => string | null): Answered<string | null> {
  if (answered.ok) return { ok: true, answer: read(answered.answer) }
  const { trouble } = answered
  return trouble.why === 'refused' && isNotThere(trouble.error) ? { ok: true, answer: null } : answered
}

function urlIn(attach: Attach, { kind, id }: RemoteFile): string {
  const found = namedIn(attach)
  return found?.kind === kind && found.id === id ? (found.url ?? '') : ''
}

function namedIn(
  attach: Attach,
): (Pick<RemoteFile, 'kind'> & { readonly id: string | undefined; readonly url: string | undefined }) | null {
  switch (attach._type) {
    case 'PHOTO':
      return { kind: 'photo', id: attach.photoId, url: attach.baseUrl }
    case 'AUDIO':
      return { kind: 'audio', id: attach.audioId, url: attach.url }
    case 'STICKER':
      return { kind: 'sticker', id: attach.stickerId, url: attach.url }
    default:
      return null
  }
}

/** The largest of the whole ones. */
function largestOf(links: Readonly<Record<string, unknown>>): string | null {
  const forms = Object.entries(links).flatMap(([name, url]) => {
    const height = FORM.exec(name)?.[1]
    return height !== undefined && typeof url === 'string' ? [{ url, height: Number(height) }] : []
  })
  const [largest] = forms.sort((one, other) => other.height - one.height)
  return largest?.url ?? null
}
