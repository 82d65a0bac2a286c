import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { fault, type Fault } from '../../../model/fault.ts'
import type { Life } from '../life.ts'
import type { Answered, AskTrouble } from '../questions.ts'
import type { OutgoingAttach } from '../wire/contents.ts'
import type { NetworkError } from '../wire/network-error.ts'
import { FILE_UPLOAD, PHOTO_UPLOAD, VIDEO_UPLOAD, VOICE_UPLOAD } from '../wire/opcodes.ts'
import { HeardVoice } from './voice.ts'
import { askFileServer, isReachable, type FileRequest } from './requests.ts'

/** What a file is to those who get it. */
export type FileForm = 'photo' | 'video' | 'voice' | 'file'

/** Bytes on their way to the network; they end with an error where they are not what they should be. */
export interface Outgoing {
  readonly form: FileForm
  readonly bytes: Readable
  readonly size: number
  readonly name: string
  readonly mimeType: string
}

/** What handing over needs of a life. */
export type HandingOver = Pick<Life, 'connection' | 'transport' | 'host' | 'shared' | 'handovers'>

/** So long the network is given to look through a file; longer ones are asked about by trying. */
const READY_MS: Readonly<Record<FileForm, number>> = { photo: 0, file: 60_000, video: 60_000, voice: 5_000 }
const ANSWER_LIMIT_BYTES = 64 * 1024
const TAKEN: ReadonlySet<number> = new Set([200, 201, 204, 206])
const TOO_LARGE = fault('refused', 'MAX takes no file of this size (413)')
const ELSEWHERE = fault('refused', 'MAX names a file server that may not be reached')

const Photos = Compile(Type.Object({ photos: Type.Record(Type.String(), Type.Object({ token: Type.String() })) }))
/** File servers say so what is wrong, also with a status that says that nothing is. */
const Wrong = Compile(
  Type.Union([Type.Object({ error_code: Type.Unknown() }), Type.Object({ error: Type.String({ minLength: 1 }) })]),
)

/** Where a file is to be put, and what it is attached as then. */
interface Place {
  readonly url: string
  /** Under which id the network tells that it is ready; empty: it need not be waited for. */
  readonly id: string
  readonly attach: (answer: unknown, bytes: Readable) => OutgoingAttach | null
}

/**
 * Hands a file over to the network, in one stream, and waits until it may be sent. A fault: the network did not take it, and why. Rejects for trouble
 * with the bytes or the way there.
 */
export async function handOver(
  life: HandingOver,
  file: Outgoing,
  signal: AbortSignal,
): Promise<OutgoingAttach | Fault> {
  const asked = await placeFor(life, file.form)
  if (!asked.ok) return notPlaced(asked.trouble)
  const { url, id, attach } = asked.answer
  if (!isReachable(life, url)) return ELSEWHERE
  const bytes = file.form === 'voice' ? file.bytes.pipe(new HeardVoice()) : file.bytes
  if (bytes !== file.bytes) file.bytes.once('error', (error) => bytes.destroy(error))
  const { statusCode, body } = await askFileServer(life, url, requestOf({ ...file, bytes }, life), signal)
  const answer = parsed(await buffer(withinLimit(body)))
  if (statusCode === 413) return TOO_LARGE
  if (!TAKEN.has(statusCode) || Wrong.Check(answer))
    return fault('unavailable', `MAX's file server did not take the file (${String(statusCode)})`)
  const attached = attach(answer, bytes)
  if (attached === null) return fault('unavailable', 'the answer of the file server is not as it should be')
  if (id !== '') await life.handovers.wait(id, READY_MS[file.form], signal)
  return attached
}

async function placeFor({ connection }: HandingOver, form: FileForm): Promise<Answered<Place>> {
  switch (form) {
    case 'photo':
      return placed(await connection.ask(PHOTO_UPLOAD, false), ({ url }) => ({ url, id: '', attach: photoIn }))
    case 'file':
      return placed(await connection.ask(FILE_UPLOAD), ({ info: [info] }) => {
        return info && { url: info.url, id: info.fileId, attach: () => ({ kind: 'file', fileId: info.fileId }) }
      })
    case 'video':
      return placed(await connection.ask(VIDEO_UPLOAD), ({ info: [info] }) => {
        if (info === undefined) return undefined
        const { url, videoId, token } = info
        return { url, id: videoId, attach: () => ({ kind: 'video', videoId, token }) }
      })
    case 'voice':
      return placed(await connection.ask(VOICE_UPLOAD), ({ info: [info] }) => {
        const audioId = info?.audioId ?? info?.videoId
        if (info === undefined || audioId === undefined) return undefined
        return { url: info.url, id: audioId, attach: (_answer, bytes) => voiceOf(audioId, info.token, bytes) }
      })
    default:
      return form satisfies never
  }
}

function placed<T>(answered: Answered<T>, place: (answer: T) => Place | undefined): Answered<Place> {
  if (!answered.ok) return answered
  const found = place(answered.answer)
  if (found !== undefined) return { ok: true, answer: found }
  return { ok: false, trouble: { why: 'unreadable', says: 'the network names no place for the file' } }
}

/** Nothing has been sent: whatever became of the question, it may be asked again. */
function notPlaced(trouble: AskTrouble): Fault {
  if (trouble.why !== 'refused') return fault('unavailable', `MAX did not say where to put the file: ${trouble.says}`)
  return fault('unavailable', `MAX does not take a file now (${textOf(trouble.error)})`)
}

function textOf({ code, message }: NetworkError): string {
  return code === '' ? message : code
}

function photoIn(answer: unknown): OutgoingAttach | null {
  if (!Photos.Check(answer)) return null
  const [photo] = Object.values(answer.photos)
  return photo === undefined ? null : { kind: 'photo', token: photo.token }
}

function voiceOf(audioId: string, token: string, bytes: Readable): OutgoingAttach | null {
  return bytes instanceof HeardVoice ? { kind: 'voice', audioId, token, ...bytes.about() } : null
}

function requestOf(file: Outgoing, life: HandingOver): FileRequest {
  return file.form === 'photo' ? formRequest(file, life) : rangeRequest(file)
}

/** Whole, as one piece. The servers of videos name the unit and those of files don't. */
function rangeRequest({ form, bytes, size, name }: Outgoing): FileRequest {
  const unit = form === 'file' ? '' : 'bytes '
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename=${inHeader(name)}`,
    'content-range': `${unit}0-${String(size - 1)}/${String(size)}`,
    'content-length': String(size),
  }
  return { method: 'POST', headers, body: bytes }
}

/** A form with the picture in its one field. */
function formRequest({ bytes, size, name, mimeType }: Outgoing, { host }: HandingOver): FileRequest {
  const boundary = `----WebKitFormBoundary${host.random.bytes(8).toString('hex')}`
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(mimeType)?.[0] ?? 'application/octet-stream'
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${inHeader(name)}"\r\nContent-Type: ${type}\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': String(head.length + size + tail.length),
  }
  return { method: 'POST', headers, body: Readable.from(around(head, bytes, tail)) }
}

async function* around(head: Buffer, bytes: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head
  yield* bytes as AsyncIterable<Buffer>
  yield tail
}

/** As the web client names files there. */
function inHeader(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(/['()*!]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
}

function withinLimit(body: Readable): Readable {
  let size = 0
  return body.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > ANSWER_LIMIT_BYTES) body.destroy(new Error('the file server talks too much'))
  })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    return null
  }
}
