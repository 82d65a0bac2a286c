import { createHash, type Hash } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'

/**
 * Writes a stream to a new file of the server's user alone, hashing it on the way. When it can't be taken whole, the file is gone and
 * the stream destroyed. `flushed`: it is on disk when this resolves.
 */
export async function takeDraft(
  stream: Readable,
  path: string,
  limitBytes: number,
  how: 'flushed' | 'cached',
): Promise<{ readonly sha256: string; readonly size: number } | 'tooLarge'> {
  // What it says before anybody reads it must not end the process; the loop below meets it again.
  stream.on('error', () => undefined)
  const hash = createHash('sha256')
  let size: number | 'tooLarge' | undefined
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      size = await copy(stream, file, hash, limitBytes)
      if (size !== 'tooLarge' && how === 'flushed') await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    stream.destroy()
    await rm(path, { force: true })
    throw error
  }
  if (size !== 'tooLarge') return { sha256: hash.digest('hex'), size }
  await rm(path, { force: true })
  return 'tooLarge'
}

async function copy(stream: Readable, file: FileHandle, hash: Hash, limitBytes: number): Promise<number | 'tooLarge'> {
  let size = 0
  for await (const piece of stream) {
    const bytes = piece as Buffer
    size += bytes.length
    // Leaving the loop destroys the stream.
    if (size > limitBytes) return 'tooLarge'
    const writing = writeAll(file, bytes)
    hash.update(bytes)
    await writing
  }
  return size
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
}
