import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import { Agent, request, type Dispatcher } from 'undici'
import { AddressRules } from '../../../lib/address-rules.ts'
import { AddressRefused, guardedConnector } from '../../../lib/guarded-connector.ts'
import { headersOf } from '../identity.ts'
import type { Life } from '../life.ts'

/** Without a byte in either direction. */
const SILENCE_MS = 30_000
const CONNECT_MS = 20_000
/** An idle instance holds no connection to a file server. */
const KEEP_ALIVE_MS = 4_000
const REDIRECTS = 3
const REDIRECTED: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** What a proxy would look up in its own network. */
const INSIDE = /^[^.]+$|\.(?:localhost|local|internal|lan|home|corp)\.?$/i

const PUBLIC = new AddressRules([])

export interface FileRequest {
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  /** It is destroyed when the request fails. */
  readonly body?: Readable | Buffer
}

/** Its body must be read to the end, dumped or destroyed. */
export type FileAnswer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>

/** What carries files, and where they may be. */
export type FileWay = Pick<Life, 'transport' | 'host' | 'shared'>

/**
 * Asks a file server, by the way that everything of the instance takes. Addresses of files come from outside, and partly from whoever sends them:
 * none leads to where the rules don't, and no redirect either. Rejects for trouble; aborting ends the body with an error, also later.
 */
export async function askFileServer(
  way: FileWay,
  url: string,
  asked: FileRequest,
  signal: AbortSignal,
): Promise<FileAnswer> {
  let address = url
  for (let hops = 0; hops <= REDIRECTS; hops += 1) {
    if (!isReachable(way, address)) throw new AddressRefused()
    const answer = await request(address, {
      method: asked.method,
      headers: { ...browserHeaders(way), ...asked.headers },
      ...(asked.body !== undefined && { body: asked.body }),
      ...{ signal, headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS, dispatcher: dispatcherOf(way) },
    })
    const next = answer.headers['location']
    if (asked.method !== 'GET' || !REDIRECTED.has(answer.statusCode) || typeof next !== 'string') return answer
    await answer.body.dump()
    if (!URL.canParse(next, address)) throw new Error('the file server redirects to no address')
    address = new URL(next, address).href
  }
  throw new Error('the file servers send from one to the other')
}

/** Whether a URL may be asked; names that are reached straight are judged once more by what they resolve to. */
export function isReachable({ transport, shared }: Pick<FileWay, 'transport' | 'shared'>, url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) === 0) return protocol === 'https:' && (transport.agent === undefined || !INSIDE.test(host))
  // Unencrypted only to what the operator named himself.
  if (protocol !== 'https:' && (protocol !== 'http:' || PUBLIC.allows(host))) return false
  return shared.fileHosts.allows(host)
}

/** As the page that runs the web client asks. */
function browserHeaders({ shared }: FileWay): Record<string, string> {
  const { Origin = '', 'User-Agent': userAgent = '' } = headersOf(shared.identity)
  return { origin: Origin, 'user-agent': userAgent, 'accept-encoding': 'identity' }
}

/** One for all that go straight under the same rules. */
const straight = new WeakMap<AddressRules, Agent>()

function dispatcherOf({ transport, shared, host }: FileWay): Dispatcher {
  if (transport.agent !== undefined) return transport.dispatcher
  const known = straight.get(shared.fileHosts)
  if (known !== undefined) return known
  const connect = guardedConnector(host.clock, shared.fileHosts, CONNECT_MS)
  const agent = new Agent({ connect, keepAliveTimeout: KEEP_ALIVE_MS })
  straight.set(shared.fileHosts, agent)
  return agent
}
