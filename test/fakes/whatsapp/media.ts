import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sha256 } from './media-crypto.ts'
import type { Node } from './node.ts'

/** Where a file was put, as messages name it. */
export interface Stored {
  readonly url: string
  readonly directPath: string
}

/** Troubles that a test asks for; all off by default. */
export interface MediaFaults {
  /** Answer the next so many uploads, or downloads, with this status; times −1: until taken back. */
  upload: { readonly status: number; times: number } | null
  download: { readonly status: number; times: number } | null
  /** Break the connection in the middle of the next so many downloads. */
  cutDownloads: number
  /** Change a byte in the next so many downloads. */
  spoilDownloads: number
}

interface Blob {
  readonly bytes: Buffer
  isGone: boolean
}

const HOST = 'mmg.whatsapp.net'
const UPLOAD = /^\/mms\/(image|video|document|audio|md-app-state)\/([A-Za-z0-9_-]{43})$/
const LIMIT_BYTES = 200 * 1024 * 1024
/** Seconds that a client may keep what `media_conn` said. */
const CONNECTION_TTL_S = 600

/** The media servers: encrypted files by path, over HTTP for devices and at hand for phones. */
export class MediaStore {
  readonly faults: MediaFaults = { upload: null, download: null, cutDownloads: 0, spoilDownloads: 0 }
  readonly tally = { uploads: 0, downloads: 0, refused: 0 }
  readonly #blobs = new Map<string, Blob>()
  readonly #auth = randomBytes(24).toString('base64url')
  readonly #pathKey = randomBytes(32)
  readonly #host: string
  #last = 0

  /** The host may carry a port. */
  constructor(host: string = HOST) {
    this.#host = host
  }

  /** What the query `w:m` is answered with. */
  mediaConn(): Node {
    const attrs = { auth: this.#auth, ttl: String(CONNECTION_TTL_S), auth_ttl: '21600', max_buckets: '12', id: '1' }
    return { tag: 'media_conn', attrs, content: [{ tag: 'host', attrs: { hostname: this.#host, type: 'primary' } }] }
  }

  put(bytes: Uint8Array): Stored {
    this.#last += 1
    const file = `/v/t62.7118-24/${String(this.#last).padStart(8, '0')}_${randomBytes(6).toString('hex')}_n.enc`
    const directPath = `${file}?ccb=11-4&oh=${this.#sign(file)}&oe=7FFFFFFF&_nc_sid=5e03e0`
    this.#blobs.set(file, { bytes: Buffer.from(bytes), isGone: false })
    return { url: `https://${this.#host}${directPath}&mms3=true`, directPath }
  }

  /** Undefined when it is not there, or gone. */
  get(directPath: string): Buffer | undefined {
    const blob = this.#blobs.get(pathOf(directPath))
    return blob === undefined || blob.isGone ? undefined : blob.bytes
  }

  /** From now on 410, until somebody who has it brings it again. */
  forget(directPath: string): void {
    const blob = this.#blobs.get(pathOf(directPath))
    if (blob !== undefined) blob.isGone = true
  }

  /** As the phone that still has the file brings it again: at a new path. Undefined when it never was there. */
  putAgain(directPath: string): Stored | undefined {
    const blob = this.#blobs.get(pathOf(directPath))
    return blob === undefined ? undefined : this.put(blob.bytes)
  }

  /** Answers one HTTP request to a media host. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/' } = request
    response.on('error', () => response.destroy())
    if (method === 'POST') void this.#upload(new URL(url, `https://${HOST}`), request, response)
    else if (method === 'GET' || method === 'HEAD') this.#download(new URL(url, `https://${HOST}`), request, response)
    else answer(response, 405)
  }

  async #upload(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readBody(request).catch(() => undefined)
    if (bytes === undefined) {
      response.destroy()
      return
    }
    const status = spend(this.faults.upload) ?? this.#whyNotTaken(url, bytes)
    if (status !== undefined) {
      this.tally.refused += 1
      answer(response, status)
      return
    }
    this.tally.uploads += 1
    const { url: link, directPath } = this.put(bytes)
    answer(response, 200, { url: link, direct_path: directPath })
  }

  #whyNotTaken(url: URL, bytes: Buffer): number | undefined {
    const match = UPLOAD.exec(url.pathname)
    const token = match?.[2]
    if (token === undefined || url.searchParams.get('token') !== token) return 404
    if (url.searchParams.get('auth') !== this.#auth) return 401
    if (bytes.length > LIMIT_BYTES) return 413
    return sha256(bytes).toString('base64url') === token ? undefined : 400
  }

  #download(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const blob = this.#blobs.get(url.pathname)
    const status = spend(this.faults.download) ?? this.#whyNotGiven(url, blob)
    if (status !== undefined || blob === undefined) {
      this.tally.refused += 1
      return answer(response, status ?? 404)
    }
    this.tally.downloads += 1
    const bytes = this.#perhapsSpoilt(blob.bytes)
    const range = rangeOf(request.headers.range, bytes.length)
    response.writeHead(range.isPart ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': range.end - range.start,
      ...(range.isPart && { 'content-range': `bytes ${range.start}-${range.end - 1}/${bytes.length}` }),
    })
    if (request.method === 'HEAD') return void response.end()
    const part = bytes.subarray(range.start, range.end)
    if (this.faults.cutDownloads === 0) return void response.end(part)
    this.faults.cutDownloads -= 1
    response.write(part.subarray(0, part.length >> 1), () => response.destroy())
  }

  #whyNotGiven(url: URL, blob: Blob | undefined): number | undefined {
    if (blob === undefined) return 404
    const sign = Buffer.from(url.searchParams.get('oh') ?? '')
    const expected = Buffer.from(this.#sign(url.pathname))
    if (sign.length !== expected.length || !timingSafeEqual(sign, expected)) return 403
    return blob.isGone ? 410 : undefined
  }

  #perhapsSpoilt(bytes: Buffer): Buffer {
    if (this.faults.spoilDownloads === 0) return bytes
    this.faults.spoilDownloads -= 1
    const spoilt = Buffer.from(bytes)
    spoilt[0] = (spoilt[0] ?? 0) ^ 1
    return spoilt
  }

  #sign(path: string): string {
    return createHmac('sha256', this.#pathKey).update(path).digest('base64url').slice(0, 26)
  }
}

function pathOf(directPath: string): string {
  return directPath.split('?', 1)[0] ?? ''
}

/** The status that a fault asks for, if any is left. */
function spend(fault: { readonly status: number; times: number } | null): number | undefined {
  if (fault === null || fault.times === 0) return undefined
  if (fault.times > 0) fault.times -= 1
  return fault.status
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // What is too much is read to its end, so that the client hears the answer, and not kept.
    if (size <= LIMIT_BYTES + 1) chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function rangeOf(header: string | undefined, size: number): { start: number; end: number; isPart: boolean } {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '')
  const start = Number(match?.[1] ?? 0)
  if (match === null || start >= size) return { start: 0, end: size, isPart: false }
  const last = match[2] === undefined || match[2] === '' ? size - 1 : Number(match[2])
  return { start, end: Math.min(last + 1, size), isPart: true }
}

function answer(response: ServerResponse, status: number, body: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
