import type { Socket } from 'node:net'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { SocksProxyAgent } from 'socks-proxy-agent'
import type { Clock } from '../../lib/clock.ts'
import type { Proxy } from './proxy.ts'

/** Within this a proxy has led to where it was asked for. */
export const TUNNEL_MS = 10_000

export type TunnelAgent = HttpsProxyAgent<string> | SocksProxyAgent
export interface Tunnels {
  readonly agent: TunnelAgent
  /** What is still being connected fails. */
  close(): void
}

type Request = Parameters<SocksProxyAgent['connect']>[0]
type Target = Parameters<SocksProxyAgent['connect']>[1]
type Tunnel = (request: Request, target: Target) => Promise<Socket>
/** Connects through the proxy; the signal ends what is left of it when that takes too long. */
type Dial = (request: Request, target: Target, signal: AbortSignal) => Promise<Socket>

/** Tunnels through one proxy, each of which is there in a bounded time or fails with the proxy's name, never with its password. */
export function openTunnels(proxy: Proxy, clock: Clock): Tunnels {
  const over = new AbortController()
  const { url } = proxy
  const bounded = (dial: Dial): Tunnel => boundedBy({ proxy: nameOf(proxy), clock, over: over.signal }, dial)
  const agent =
    url.protocol === 'socks5:' ? socksAgent(url, bounded) : httpAgent(url, { servername: proxy.name }, bounded)
  return {
    agent,
    close() {
      over.abort()
      agent.destroy()
    },
  }
}

function socksAgent(url: URL, bounded: (dial: Dial) => Tunnel): SocksProxyAgent {
  // `socks5h`: a name that was looked up here would tell where we go. No `timeout`: the agent destroys what is idle for so long.
  const agent = new SocksProxyAgent(`socks5h${url.href.slice('socks5'.length)}`)
  const dial = agent.connect.bind(agent)
  // What is not there in time it gives up by itself a little later.
  agent.connect = bounded((request, target) => dial(request, target))
  return agent
}

function httpAgent(url: URL, { servername }: { servername: string }, bounded: (dial: Dial) => Tunnel) {
  const tls = servername === '' ? {} : { servername }
  const agent = new HttpsProxyAgent(url, tls)
  agent.connect = bounded(async (request, target, signal) => {
    let status = 0
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => (status = statusCode))
    // An agent of its own, for the signal is one connection's.
    const socket = await new HttpsProxyAgent(url, { ...tls, signal }).connect(request, target)
    if (status === 200) return socket
    // It would be answered to the request in the place of whom was asked for.
    socket.destroy()
    throw new Error(`it answered ${String(status)}`)
  })
  return agent
}

interface Bound {
  /** As it is told. */
  readonly proxy: string
  readonly clock: Clock
  /** Nobody wants them any more. */
  readonly over: AbortSignal
}

function boundedBy({ proxy, clock, over }: Bound, dial: Dial): Tunnel {
  return async (request, target) => {
    const given = new AbortController()
    let giveUp: (why: string) => void = () => undefined
    const givenUp = new Promise<never>((_resolve, reject) => {
      giveUp = (why) => {
        given.abort()
        reject(new Error(why))
      }
    })
    const timer = clock.after(TUNNEL_MS, () => giveUp(`it did not answer within ${String(TUNNEL_MS / 1000)} s`))
    const closed = () => giveUp('it is not needed any more')
    over.addEventListener('abort', closed)
    const dialled = dial(request, target, given.signal)
    // One that is there too late is nobody's.
    dialled.then(
      (socket) => given.signal.aborted && socket.on('error', () => undefined).destroy(),
      () => undefined,
    )
    try {
      return await Promise.race([dialled, givenUp])
    } catch (error) {
      throw new Error(`the proxy ${proxy}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    } finally {
      timer.cancel()
      over.removeEventListener('abort', closed)
    }
  }
}

/** Without who may use it. */
function nameOf({ url, name }: Proxy): string {
  return `${name === '' ? url.hostname : name}${url.port === '' ? '' : `:${url.port}`}`
}
