import type { IncomingMessage } from 'node:http'
import type { Media } from '../media/media.ts'
import { parseBody, readBody } from './body.ts'
import type { Input, Upload } from './method.ts'
import type { SlowBodies } from './slow-bodies.ts'
import { readUpload } from './upload.ts'
import type { Refused } from './uploaded.ts'

/** What a body brought, or why it is refused. */
export type Brought = { readonly json: unknown; readonly upload?: Upload | undefined } | Refused

/** What takes files in. */
export interface Intake {
  readonly slowBodies: SlowBodies
  readonly media: Media
  /** The largest file that is taken. */
  readonly fileLimitBytes: number
}

/**
 * Reads a body as its row's `input` says and calls back once: with what it brought, or with the error when a client goes away in the
 * middle of its file (`ClientGone`) or the media store fails. Never when the client goes away in the middle of a JSON text.
 */
export function readInput(
  request: IncomingMessage,
  input: Input,
  { slowBodies, media, fileLimitBytes }: Intake,
  done: (brought: Brought) => void,
  failed: (error: unknown) => void,
): void {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity' && encoding !== '') done(ENCODED)
  else if (input === 'json') readBody(request, (bytes) => done(jsonIn(bytes)))
  else {
    slowBodies.mayTakeLong(request)
    readUpload(request, input, media, fileLimitBytes).then(done, failed)
  }
}

const ENCODED: Refused = { status: 400, message: 'Content-Encoding is not supported' }
const TOO_LONG: Refused = { status: 413, message: 'request entity too large', headers: ['Connection', 'close'] }

function jsonIn(bytes: Buffer | 'tooLarge'): Brought {
  if (bytes === 'tooLarge') return TOO_LONG
  const parsed = parseBody(bytes)
  return 'trouble' in parsed ? { status: 400, message: parsed.trouble } : parsed
}
