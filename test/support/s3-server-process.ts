import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'

/**
 * An S3 server over a folder, in a process that a test can stop and kill: `s3rver`, which knows the protocol. Its way of storing is
 * replaced where it is not S3's: an object is whole or not there, has the bytes that were signed, and a copy onto itself is young.
 */
interface PutRequest {
  readonly bucket: string
  readonly key: string
  readonly content: IncomingMessage
}

interface FileStore {
  putObject(request: PutRequest): Promise<{ size: number; md5: string }>
  copyObject(fromBucket: string, fromKey: string, bucket: string, key: string): Promise<unknown>
  deleteObject(bucket: string, key: string): Promise<void>
  getMetadata(bucket: string, key: string): Promise<unknown>
  getResourcePath(bucket: string, key: string, resource: string): string
}

interface Server {
  readonly store: FileStore
  run(): Promise<{ readonly port: number }>
}

const [folder = '', port = '0'] = process.argv.slice(2)
const unfinished = join(folder, 'unfinished')
mkdirSync(join(folder, 'buckets'), { recursive: true })
rmSync(unfinished, { recursive: true, force: true })
mkdirSync(unfinished)

const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => Server
const server = new S3rver({
  address: '127.0.0.1',
  port: Number(port),
  silent: true,
  directory: join(folder, 'buckets'),
  configureBuckets: [{ name: 'media' }],
})
Object.assign(server.store, { putObject, copyObject, deleteObject })
const address = await server.run()
process.send?.(address.port)
process.on('disconnect', () => process.exit())

async function putObject({ bucket, key, content }: PutRequest): Promise<{ size: number; md5: string }> {
  const temporary = join(unfinished, randomUUID())
  const [md5, sha256] = [createHash('md5'), createHash('sha256')]
  let size = 0
  try {
    await pipeline(
      content,
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          size += piece.length
          md5.update(piece)
          sha256.update(piece)
          yield piece
        }
      },
      createWriteStream(temporary),
    )
    const { 'content-length': length, 'x-amz-content-sha256': signed } = content.headers
    if (String(size) !== length || sha256.digest('hex') !== signed) throw new Error('not as signed')
    const path = server.store.getResourcePath(bucket, key, 'object')
    await mkdir(dirname(path), { recursive: true })
    const etag = md5.digest('hex')
    await writeFile(`${path}.md5`, etag)
    await rename(temporary, path)
    return { size, md5: etag }
  } finally {
    await rm(temporary, { force: true })
  }
}

async function copyObject(fromBucket: string, fromKey: string, bucket: string, key: string): Promise<unknown> {
  if (fromBucket !== bucket || fromKey !== key) throw new Error('only a copy onto itself is known here')
  const now = new Date()
  await utimes(server.store.getResourcePath(bucket, key, 'object'), now, now)
  return server.store.getMetadata(bucket, key)
}

/** The folders stay: to remove empty ones races with who puts something into them. */
async function deleteObject(bucket: string, key: string): Promise<void> {
  const path = server.store.getResourcePath(bucket, key, 'object')
  await Promise.all([rm(path, { force: true }), rm(`${path}.md5`, { force: true })])
}
