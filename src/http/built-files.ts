import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import mime from 'mime'

const compressors = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
} as const
type Encoding = keyof typeof compressors

/** Each file is compressed once in the life of a server, where its build has not done so. */
const BROTLI_QUALITY = 9
const SUFFIXES: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }
const WORTH_IT = /^(text\/|application\/(javascript|json|manifest\+json)|image\/svg\+xml)/

/** A file that pages are made of. */
export interface BuiltFile {
  /** Its media type, with its charset where it is a text. */
  readonly type: string
  readonly etag: string
  readonly bytes: Buffer
  /** The bytes as they go to a client that takes these encodings; `encoding` is undefined where they go as they are. */
  encoded(accepted: string): Promise<{ readonly bytes: Buffer; readonly encoding?: Encoding }>
}

/** What lies in a folder of built pages, read once: a path is one of these or nothing at all, however it is spelt. */
export class BuiltFiles {
  readonly #files = new Map<string, BuiltFile>()

  constructor(folder: URL) {
    const root = fileURLToPath(folder)
    if (!existsSync(root)) return
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name)
      if (!entry.isFile() || /\.(br|gz|map)$/.test(entry.name)) continue
      this.#files.set(relative(root, file).split(sep).join('/'), builtFile(file))
    }
  }

  /** By its path in the folder, with slashes. */
  get(path: string): BuiltFile | undefined {
    return this.#files.get(path)
  }
}

/** Reads a file; what was compressed beside it is used. */
export function builtFile(file: string): BuiltFile {
  const bytes = readFileSync(file)
  const plain = mime.getType(file) ?? 'application/octet-stream'
  const isText = WORTH_IT.test(plain)
  const kept = new Map<Encoding, Promise<Buffer>>()
  const compressed = (encoding: Encoding): Promise<Buffer> => {
    const ready = file + SUFFIXES[encoding]
    const known = kept.get(encoding)
    if (known !== undefined) return known
    const making = existsSync(ready) ? Promise.resolve(readFileSync(ready)) : compressors[encoding](bytes)
    kept.set(encoding, making)
    return making
  }
  return {
    type: isText ? `${plain}; charset=utf-8` : plain,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`,
    bytes,
    async encoded(accepted) {
      const encoding = isText ? chosen(accepted) : undefined
      return encoding === undefined ? { bytes } : { bytes: await compressed(encoding), encoding }
    },
  }
}

/** Answers with a file, or that the client has it already. */
export async function sendFile(
  file: BuiltFile,
  caching: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  void reply.headers({ 'Cache-Control': caching, ETag: file.etag, Vary: 'Accept-Encoding' })
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  const { bytes, encoding } = await file.encoded(request.headers['accept-encoding'] ?? '')
  if (encoding !== undefined) void reply.header('Content-Encoding', encoding)
  return reply.type(file.type).send(bytes)
}

/** The smallest that the client takes. */
function chosen(accepted: string): Encoding | undefined {
  const taken = new Set(
    accepted.split(',').flatMap((part) => {
      const [name = '', weight = ''] = part.split(';')
      return /^\s*q=0(\.0*)?\s*$/.test(weight) ? [] : [name.trim().toLowerCase()]
    }),
  )
  return taken.has('br') ? 'br' : taken.has('gzip') ? 'gzip' : undefined
}
