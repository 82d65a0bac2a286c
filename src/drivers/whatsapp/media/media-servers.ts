import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { request } from 'undici'
import type { Transport } from '../../network/transport.ts'

const ORIGIN = 'https://web.whatsapp.com'
/** Without a byte in either direction. */
const SILENCE_MS = 30_000
const REDIRECTS = 3
/** A message names its own address: nobody is to send us anywhere else with it. */
const OWN_HOSTS = /(^|\.)(whatsapp\.net|whatsapp\.com|fbcdn\.net)$/
const DEFAULT_HOST = 'mmg.whatsapp.net'
const ANSWER_LIMIT_BYTES = 64 * 1024
const GONE: ReadonlySet<number> = new Set([403, 404, 410])

/** What a media server said to an upload. */
export interface UploadAnswer {
  readonly status: number
  /** Parsed JSON; null for anything else. */
  readonly body: unknown
}

/** The address of a file, or null when it lies nowhere that is WhatsApp's. */
export function mediaUrl(url: string, directPath: string): string | null {
  const own = isOwn(url) ? new URL(url) : null
  if (!directPath.startsWith('/')) return own === null ? null : own.href
  const joined = `https://${own?.host ?? DEFAULT_HOST}${directPath}`
  return isOwn(joined) ? joined : null
}

/** The bytes as the server has them; null when it has them no more. Rejects for trouble; aborting, also later, ends the stream with an error. */
export async function fetchMedia(transport: Transport, url: string, signal: AbortSignal): Promise<Readable | null> {
  let address = url
  for (let hops = 0; hops <= REDIRECTS; hops += 1) {
    if (!isOwn(address)) throw new Error('the file lies at no media server')
    const { statusCode, headers, body } = await request(address, {
      ...{ signal, headers: { origin: ORIGIN }, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS },
      dispatcher: transport.dispatcher,
    })
    if (statusCode === 200) return body
    await body.dump()
    if (GONE.has(statusCode)) return null
    const next = headers['location']
    if (statusCode < 300 || statusCode > 399 || typeof next !== 'string')
      throw new Error(`the media server answered ${String(statusCode)}`)
    address = new URL(next, address).href
  }
  throw new Error('the media servers send from one to the other')
}

/** Posts so many bytes. Rejects for trouble of the connection or the stream. */
export function postMedia(
  transport: Transport,
  url: string,
  file: { readonly bytes: Readable; readonly size: number },
  signal: AbortSignal,
): Promise<UploadAnswer> {
  return new Promise((resolve, reject) => {
    const posted = httpsRequest(url, {
      ...{ method: 'POST', signal, timeout: SILENCE_MS },
      headers: { origin: ORIGIN, 'content-type': 'application/octet-stream', 'content-length': file.size },
      agent: transport.agent,
    })
    const fail = (error: Error) => {
      file.bytes.destroy()
      posted.destroy()
      reject(error)
    }
    posted.on('timeout', () => fail(new Error('the media server is silent')))
    posted.on('error', fail)
    posted.on('response', (response) => {
      const status = response.statusCode ?? 0
      answerIn(response).then((body) => resolve({ status, body }), fail)
    })
    file.bytes.on('error', fail)
    file.bytes.pipe(posted)
  })
}

async function answerIn(response: Readable): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > ANSWER_LIMIT_BYTES) throw new Error('the media server talks too much')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch {
    return null
  }
}

/** All of it, but no more than so much. */
export async function bytesWithin(stream: Readable, limitBytes: number): Promise<Buffer> {
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > limitBytes) stream.destroy(new Error('it is too large'))
  })
  return buffer(stream)
}

function isOwn(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  return protocol === 'https:' && OWN_HOSTS.test(hostname) && username === '' && password === ''
}
