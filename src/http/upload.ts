import type { IncomingMessage } from 'node:http'
import type { Media } from '../media/media.ts'
import type { Input } from './method.ts'
import { openUploadBody, type UploadBody } from './upload-body.ts'
import { readForm } from './upload-form.ts'
import { NO_FORM, TOO_LARGE, uploadOf, type Uploaded } from './uploaded.ts'

/** What a form may have around its file. */
const AROUND_FILE_BYTES = 4 * 1024 * 1024

/**
 * Reads the body of a row whose input is a form or bytes. A file is streamed into a draft of the media store, so no more than a few pieces of it
 * are in memory. What is refused leaves nothing behind, and the rest of its body is read and dropped, so that its sender hears why.
 * Rejects with `ClientGone` when the client goes away, and when the store fails.
 */
export async function readUpload(
  request: IncomingMessage,
  input: Exclude<Input, 'json'>,
  media: Media,
  limitBytes: number,
): Promise<Uploaded> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes + AROUND_FILE_BYTES) {
    request.resume()
    return TOO_LARGE
  }
  const body = await openUploadBody(request)
  try {
    const type = request.headers['content-type'] ?? ''
    // Some clients label a form with the type of the file in it: the body itself tells.
    const formType = FORM_TYPE.test(type) ? type : formTypeIn(body.start)
    if (formType !== undefined) return await readForm(body.stream, formType, media, limitBytes)
    return input === 'bytes' ? await readBytes(request, body, media, limitBytes) : NO_FORM
  } finally {
    body.leave()
  }
}

async function readBytes(
  request: IncomingMessage,
  { start, stream }: UploadBody,
  media: Media,
  limitBytes: number,
): Promise<Uploaded> {
  if (start.length === 0) return { json: {}, upload: undefined }
  const draft = await media.receive(stream, limitBytes)
  if (draft === 'tooLarge') return TOO_LARGE
  const { 'ga-filename': name, 'content-type': type = '' } = request.headers
  return { json: {}, upload: uploadOf(draft, typeof name === 'string' ? decodeName(name) : '', type) }
}

const FORM_TYPE = /^multipart\/form-data/i
/** A boundary and a first part's headers. */
const FORM_START =
  /^(?:\r\n)?--([^\r\n]{1,200})\r\n(?:[\w-]{1,40}:[^\r\n]{0,500}\r\n){0,8}?Content-Disposition: ?form-data;/i

function formTypeIn(start: Buffer): string | undefined {
  const boundary = FORM_START.exec(start.toString('latin1', 0, 1024))?.[1]
  return boundary === undefined ? undefined : `multipart/form-data; boundary="${boundary}"`
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
