import type { Readable } from 'node:stream'
import { Compile } from 'typebox/compile'
import { Pool } from 'undici'
import { StoredFile } from '../../simulator/contents.ts'

const CONNECTIONS = 8
const CONNECT_TIMEOUT_MS = 10_000
/** Without a byte in either direction. */
const SILENCE_MS = 30_000

const Stored = Compile(StoredFile)

/** The network's store of files, by their hashes, over HTTP beside the link. Streams both ways; connections are made when needed. */
export class NetworkFiles {
  readonly #origin: string
  readonly #headers: Readonly<Record<string, string>>
  #pool: Pool | null = null

  /** `url` as the link's; rejections of all methods are trouble of the connection or of the network. */
  constructor(url: string, token: string | undefined) {
    this.#origin = new URL(url).origin
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /** Whether the network has this file. */
  async has(sha256: string, signal: AbortSignal): Promise<boolean> {
    const { statusCode, body } = await this.#request('HEAD', `/${sha256}`, signal)
    await body.dump()
    if (statusCode !== 200 && statusCode !== 404) throw new Error(`the network answered ${statusCode}`)
    return statusCode === 200
  }

  /** Resolves with what the network made of the stream. Rejects, too, when the stream fails or has another size. */
  async put(bytes: Readable, size: number, signal: AbortSignal): Promise<StoredFile> {
    const { statusCode, body } = await this.#request('PUT', '', signal, { bytes, size })
    if (statusCode !== 200) await body.dump()
    const answer: unknown = statusCode === 200 ? await body.json() : null
    if (!Stored.Check(answer)) throw new Error(`the network answered ${statusCode}`)
    return answer
  }

  /** Null when the network has no such file. Aborting, also later, ends the stream with an error. */
  async get(sha256: string, signal: AbortSignal): Promise<Readable | null> {
    const { statusCode, body } = await this.#request('GET', `/${sha256}`, signal)
    if (statusCode === 200) return body
    await body.dump()
    if (statusCode !== 404) throw new Error(`the network answered ${statusCode}`)
    return null
  }

  async close(): Promise<void> {
    await this.#pool?.destroy()
  }

  #request(
    method: 'HEAD' | 'PUT' | 'GET',
    path: string,
    signal: AbortSignal,
    upload?: { bytes: Readable; size: number },
  ) {
    this.#pool ??= new Pool(this.#origin, {
      connections: CONNECTIONS,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      headersTimeout: SILENCE_MS,
      bodyTimeout: SILENCE_MS,
    })
    const headers = { ...this.#headers, ...(upload !== undefined && { 'content-length': String(upload.size) }) }
    const body = upload === undefined ? {} : { body: upload.bytes }
    return this.#pool.request({ method, path: `/link/files${path}`, headers, signal, ...body })
  }
}
