import type { Life } from '../life.ts'
import type { Answered, AskTrouble } from '../questions.ts'
import { FILE_LINK, GET_MESSAGES, VIDEO_LINKS } from '../wire/opcodes.ts'
import { readAttach, type Attach } from '../wire/shapes.ts'
import type { RemoteFile } from './remote-file.ts'

/** Where a file can be fetched now, and which of its forms that is. */
export interface Place {
  readonly url: string
  readonly form?: string
}

/** Whole videos; the others are lists of pieces. */
const FORM = /^MP4_(\d{2,4})$/

type Asking = Pick<Life, 'connection'>

/** Where the network says that a file is; null where it has it no more. */
export async function placeOf(life: Asking, remote: RemoteFile): Promise<Answered<Place | null>> {
  const { kind, of, id } = remote
  if (kind === 'file' && of !== undefined)
    return told(await life.connection.ask(FILE_LINK, of.chat, of.message, id), ({ url }) => ({ url }))
  if (kind === 'video' && of !== undefined)
    return told(await life.connection.ask(VIDEO_LINKS, of.chat, of.message, id), (links) => formOf(links, remote.form))
  return { ok: true, answer: remote.url === '' ? null : { url: remote.url } }
}

/** Where it is by now, of one whose address came with its message; null where the network has it no more. */
export async function renewedPlaceOf(life: Asking, remote: RemoteFile): Promise<Answered<Place | null>> {
  const { kind, of } = remote
  if (of === undefined || kind === 'file' || kind === 'video') return { ok: true, answer: null }
  return told(await life.connection.ask(GET_MESSAGES, of.chat, [of.message]), ({ messages }) => {
    const message = messages.find((each) => each.id === of.message)
    const attaches = [...(message?.attaches ?? []), ...(message?.link?.message?.attaches ?? [])].map(readAttach)
    const url = attaches.map((attach) => urlIn(attach, remote)).find((each) => each !== '')
    return url === undefined ? null : { url }
  })
}

function told<T>(answered: Answered<T>, read: (answer: T) => Place | null): Answered<Place | null> {
  if (answered.ok) return { ok: true, answer: read(answered.answer) }
  return isGone(answered.trouble) ? { ok: true, answer: null } : answered
}

function isGone(trouble: AskTrouble): boolean {
  return trouble.why === 'refused' && /(^|\.)not\.found$/.test(trouble.error.code)
}

function urlIn(attach: Attach, { kind, id }: RemoteFile): string {
  if (kind === 'photo' && attach._type === 'PHOTO' && attach.photoId === id) return attach.baseUrl ?? ''
  if (kind === 'audio' && attach._type === 'AUDIO' && attach.audioId === id) return attach.url ?? ''
  if (kind === 'sticker' && attach._type === 'STICKER' && attach.stickerId === id) return attach.url ?? ''
  return ''
}

/** The largest of the whole ones, or the one that was looked at before: another would be other bytes. */
function formOf(links: Readonly<Record<string, unknown>>, form: string | undefined): Place | null {
  const forms = Object.entries(links)
    .flatMap(([name, url]) => {
      const height = FORM.exec(name)?.[1]
      return height !== undefined && typeof url === 'string' ? [{ form: name, url, height: Number(height) }] : []
    })
    .sort((one, other) => other.height - one.height)
  const found = form === undefined ? forms[0] : forms.find((each) => each.form === form)
  return found === undefined ? null : { url: found.url, form: found.form }
}
