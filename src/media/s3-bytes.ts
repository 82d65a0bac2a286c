import { Readable } from 'node:stream'
import { StorageFailed } from '../storage/storage-failed.ts'
import type { S3Store } from './s3-store.ts'

/** So many times in a row it is tried without a byte coming. */
const ATTEMPTS = 3

export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * Bytes of an object as a stream, asked for when it is read. A connection that breaks, or that the store closes because whoever
 * reads takes long, is followed by one for the rest; the stream fails when several in a row bring nothing, or the object is gone.
 */
export function s3Bytes(store: S3Store, key: string, range: ByteRange): Readable {
  const stop = new AbortController()
  const pieces = piecesOf(store, key, range, stop.signal)
  const stream = new Readable({
    read() {
      pieces.next().then(
        ({ done, value }) => stream.push(done === true ? null : value),
        (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
      )
    },
    destroy(error, done) {
      stop.abort()
      // Lets go of the connection, now or when what it waits for was broken off.
      pieces.return().catch(() => undefined)
      done(error)
    },
  })
  return stream
}

async function* piecesOf(
  store: S3Store,
  key: string,
  { first, last }: ByteRange,
  stopped: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  let at = first
  for (let attempt = 1; at <= last; attempt += 1) {
    try {
      const body = await store.get(key, at, last, stopped)
      if (body === null) throw new ObjectGone('The file is gone from the S3 store')
      const stop = () => body.destroy()
      stopped.addEventListener('abort', stop, { once: true })
      try {
        for await (const piece of body) {
          // Not every store knows all ranges.
          const bytes = (piece as Buffer).subarray(0, last + 1 - at)
          at += bytes.length
          attempt = 0
          yield bytes
          if (at > last) break
        }
      } finally {
        stopped.removeEventListener('abort', stop)
      }
    } catch (error) {
      if (stopped.aborted || error instanceof ObjectGone || attempt >= ATTEMPTS) throw error
    }
    if (at <= last) await store.rest(Math.max(attempt, 1))
    if (at <= last && attempt >= ATTEMPTS) throw new StorageFailed('The S3 store breaks off what it sends')
  }
}

class ObjectGone extends Error {}
