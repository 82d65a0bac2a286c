import busboy from '@fastify/busboy'
import { basename } from 'node:path/posix'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { Draft, Media } from '../media/media.ts'
import type { Input, Upload } from './method.ts'

/** What an upload brought, or the status and text that it is refused with. */
export type Uploaded =
  | { readonly json: Readonly<Record<string, string>>; readonly upload: Upload | undefined }
  | { readonly status: number; readonly message: string }

const FILE_PART = 'file'
const FIELD_BYTES = 128 * 1024
const MOST_FIELDS = 64

/**
 * Reads the body of a row whose input is a form or bytes. A file is streamed into a draft of the media store, so no more than a few pieces of it
 * are in memory; what is refused leaves nothing behind. Rejects when the client goes away or the store fails.
 */
export function readUpload(
  request: IncomingMessage,
  input: Exclude<Input, 'json'>,
  media: Media,
  limitBytes: number,
): Promise<Uploaded> {
  const type = request.headers['content-type'] ?? ''
  if (/^multipart\/form-data/i.test(type)) return readForm(request, type, media, limitBytes)
  return input === 'bytes' ? readBytes(request, type, media, limitBytes) : detectForm(request, media, limitBytes)
}

async function readBytes(request: IncomingMessage, type: string, media: Media, limit: number): Promise<Uploaded> {
  const start = await peek(request)
  const boundary = boundaryIn(start)
  if (boundary !== undefined) return readForm(request, formType(boundary), media, limit)
  if (start.length === 0) return EMPTY_FILE
  const draft = await media.receive(request, limit)
  if (draft === 'tooLarge') return TOO_LARGE
  const name = request.headers['ga-filename']
  return { json: {}, upload: uploadOf(draft, typeof name === 'string' ? decodeName(name) : '', type) }
}

/** Some clients label a form with the type of the file in it: the body itself tells. */
async function detectForm(request: IncomingMessage, media: Media, limit: number): Promise<Uploaded> {
  const boundary = boundaryIn(await peek(request))
  if (boundary === undefined) return { status: 400, message: 'Unsupported media type' }
  return readForm(request, formType(boundary), media, limit)
}

function readForm(request: IncomingMessage, type: string, media: Media, limit: number): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const json: Record<string, string> = Object.create(null) as Record<string, string>
    let receiving: Promise<Draft | 'tooLarge'> | undefined
    let about = { fileName: '', mimeType: '' }
    let parser
    try {
      parser = busboy({
        headers: { ...request.headers, 'content-type': type },
        limits: { fieldSize: FIELD_BYTES, fields: MOST_FIELDS, files: 8 },
        isPartAFile: (name) => name === FILE_PART,
      })
    } catch {
      request.resume()
      resolve(MALFORMED)
      return
    }
    const fail = async (outcome: Uploaded | Error): Promise<void> => {
      request.unpipe(parser)
      request.resume()
      const draft = await receiving?.catch(() => undefined)
      if (draft !== undefined && draft !== 'tooLarge') await draft.discard()
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    parser.on('field', (name: string, value: string) => {
      json[name] = value
    })
    parser.on('file', (_name: string, stream: Readable, fileName: string, _encoding: string, mimeType: string) => {
      if (receiving !== undefined) {
        stream.resume()
        return
      }
      about = { fileName, mimeType }
      receiving = media.receive(stream, limit)
      receiving.then(
        (draft) => {
          if (draft === 'tooLarge') void fail(TOO_LARGE)
        },
        (error: unknown) => void fail(error instanceof Error ? error : new Error(String(error))),
      )
    })
    parser.on('error', () => void fail(MALFORMED))
    parser.on('finish', () => {
      void finish()
    })
    const finish = async (): Promise<void> => {
      const draft = await receiving?.catch(() => undefined)
      if (draft === 'tooLarge') return
      resolve({ json, upload: draft && uploadOf(draft, about.fileName, about.mimeType) })
    }
    request.on('aborted', () => void fail(new Error('the client went away')))
    request.pipe(parser)
  })
}

function uploadOf(draft: Draft, fileName: string, mimeType: string): Upload {
  // Some clients give the whole path on their own machine, with either kind of slash.
  return { draft, fileName: basename(fileName.replaceAll('\\', '/')), mimeType: mimeType.split(';')[0]?.trim() ?? '' }
}

/** The first piece of the body, put back. */
function peek(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (piece: Buffer): void => {
      request.off('readable', look).off('end', end).off('error', reject).off('aborted', gone)
      resolve(piece)
    }
    const look = (): void => {
      const piece = request.read() as Buffer | null
      if (piece === null) return
      request.unshift(piece)
      done(piece)
    }
    const end = () => done(Buffer.alloc(0))
    const gone = () => reject(new Error('the client went away'))
    request.on('readable', look).on('end', end).on('error', reject).on('aborted', gone)
  })
}

const BOUNDARY = /^--([^\r\n]{1,200})\r\nContent-Disposition: form-data;/i

function boundaryIn(start: Buffer): string | undefined {
  return BOUNDARY.exec(start.toString('latin1', 0, 1024))?.[1]
}

function formType(boundary: string): string {
  return `multipart/form-data; boundary="${boundary}"`
}

/** Headers are bytes: a name that is UTF-8 comes as Latin-1, and some clients escape it. */
function decodeName(header: string): string {
  const text = Buffer.from(header, 'latin1').toString('utf8')
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const TOO_LARGE: Uploaded = { status: 413, message: 'request entity too large' }
const MALFORMED: Uploaded = { status: 400, message: 'Malformed multipart form' }
const EMPTY_FILE: Uploaded = { status: 400, message: 'File is empty' }
