import { createHash } from 'node:crypto'

/**
 * Files are named by the SHA-256 of their bytes. Where a network does not tell it with the message, a file has a name that looks like one and is
 * made of what the network calls the file, so that the same file has the same name each time it is told of. It ends as no hash does.
 */
const END = '0'.repeat(16)
const REST = 64 - END.length

/** `called`: what the network calls the file, of which no other has it. */
export function nameWithoutHash(called: string): string {
  return createHash('sha256').update(called).digest('hex').slice(0, REST) + END
}

/** Whether this is such a name: then nothing can be said of the bytes. */
export function isWithoutHash(sha256: string): boolean {
  return sha256.endsWith(END)
}
