import { basename } from 'node:path/posix'
import type { Draft } from '../media/media.ts'
import type { Upload } from './method.ts'

/** The status, text and headers (names and values) that a body is refused with. */
export interface Refused {
  readonly status: number
  readonly message: string
  readonly headers?: readonly string[]
}

/** What an upload brought, or why it is refused. `json` are the texts of a form. */
export type Uploaded =
  { readonly json: Readonly<Record<string, string>>; readonly upload: Upload | undefined } | Refused

export const TOO_LARGE: Refused = { status: 413, message: 'request entity too large' }
export const MALFORMED: Refused = { status: 400, message: 'Malformed multipart form' }
export const NO_FORM: Refused = { status: 400, message: 'Unsupported media type' }

export function uploadOf(draft: Draft, fileName: string, mimeType: string): Upload {
  return { draft, fileName: plainName(fileName), mimeType: mimeType.split(';')[0]?.trim() ?? '' }
}

/** Some clients give the whole path on their own machine, with either kind of slash: its last part is the name. May be empty. */
export function plainName(fileName: string): string {
  const name = basename(fileName.replaceAll('\\', '/')).replaceAll(/\p{Cc}/gu, '')
  return name === '.' || name === '..' ? '' : name
}
