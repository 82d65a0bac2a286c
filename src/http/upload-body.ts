import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'

/** The body of a request, as something that can be left at any time while the request lives on to be answered. */
export interface UploadBody {
  /** Its first bytes: 1 KB, or all where there are fewer. They are in the stream too. */
  readonly start: Buffer
  /** Fails when the client goes away before the end. */
  readonly stream: PassThrough
  /** Nothing more of it is wanted: the rest is read and dropped, so that the client gets to hear the answer. */
  leave(): void
}

const START_BYTES = 1024
const PIECE_BYTES = 256 * 1024

/** Rejects when the client goes away before the first bytes are there. */
export async function openUploadBody(request: IncomingMessage): Promise<UploadBody> {
  const { start, isAll } = await readStart(request)
  const stream = new PassThrough({ highWaterMark: PIECE_BYTES })
  // Whoever reads it meets the error; nobody may be reading it any more.
  stream.on('error', () => undefined)
  const closed = (): void => {
    if (!request.complete) stream.destroy(new ClientGone())
  }
  request.once('close', closed)
  stream.write(start)
  if (isAll) stream.end()
  else request.pipe(stream)
  const leave = (): void => {
    request.off('close', closed).unpipe(stream).resume()
    stream.destroy()
  }
  return { start, stream, leave }
}

/** The client went away in the middle of its body: there is nobody to answer. */
export class ClientGone extends Error {
  constructor() {
    super('the client went away')
    this.name = 'ClientGone'
  }
}

/** Whole pieces until there is enough to look at; the request is paused then. */
function readStart(request: IncomingMessage): Promise<{ readonly start: Buffer; readonly isAll: boolean }> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    const done = (isAll: boolean): void => {
      request.pause().off('data', take).off('end', ended).off('close', closed)
      resolve({ start: Buffer.concat(pieces), isAll })
    }
    const take = (piece: Buffer): void => {
      pieces.push(piece)
      size += piece.length
      if (size >= START_BYTES) done(false)
    }
    const ended = (): void => done(true)
    const closed = (): void => reject(new ClientGone())
    request.on('data', take).on('end', ended).on('close', closed)
  })
}
