import type { Agent as HttpAgent } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { Agent, type Dispatcher } from 'undici'
import type { AddressRules } from '../../lib/address-rules.ts'
import type { Clock } from '../../lib/clock.ts'
import { fault, type Fault } from '../../model/fault.ts'
import { findProxy } from './proxy.ts'
import { openTunnels, type TunnelAgent, type Tunnels } from './tunnels.ts'

/** By what an instance reaches its network: its socket, uploads, downloads and the look-up of the version all go the same way. */
export interface Transport {
  /** For the web socket and for `https.request`; undefined: straight. */
  readonly agent: HttpAgent | undefined
  /** For `fetch` and undici. */
  readonly dispatcher: Dispatcher
  /** Whether the proxy leads to the host of this URL, asked in a bounded time; null where it does, or where there is no proxy. */
  reach(url: string): Promise<Fault | null>
  /** What is still being connected fails. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 20_000
/** An idle instance holds no connection to a media host. */
const KEEP_ALIVE_MS = 4_000
const LIMITS = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 60_000, bodyTimeout: 60_000 }

let straight: Transport | undefined

/**
 * The way through a proxy, which resolves the names of the network itself; or straight where there is none, and then it is one object
 * for all.
 */
export async function openTransport(
  proxy: string,
  { proxies, clock }: { readonly proxies: AddressRules; readonly clock: Clock },
): Promise<Transport | Fault> {
  if (proxy !== '') {
    const found = await findProxy(proxy, proxies)
    if ('fault' in found) return found
    return throughProxy(openTunnels(found, clock))
  }
  straight ??= {
    agent: undefined,
    dispatcher: new Agent({ ...LIMITS, connect: { timeout: CONNECT_TIMEOUT_MS } }),
    reach: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  }
  return straight
}

function throughProxy(tunnels: Tunnels): Transport {
  const { agent } = tunnels
  const dispatcher = new Agent({ ...LIMITS, connect: connector(agent) })
  return {
    agent,
    dispatcher,
    async reach(url) {
      const { hostname, port, protocol } = new URL(url)
      const isPlain = protocol === 'ws:' || protocol === 'http:'
      try {
        const to = { host: hostname, port: Number(port === '' ? (isPlain ? 80 : 443) : port), secureEndpoint: false }
        const socket = await connect(agent, to)
        socket.on('error', () => undefined).destroy()
        return null
      } catch (error) {
        return fault('unavailable', error instanceof Error ? error.message : String(error))
      }
    },
    async close() {
      tunnels.close()
      await dispatcher.destroy()
    },
  }
}

/** In the place of the request, which the agent tells of the proxy and destroys when the connection fails, there is a stream of nobody's. */
function connect(agent: TunnelAgent, to: { readonly host: string; readonly port: number }): Promise<Socket> {
  return agent.connect(new PassThrough() as never, to as never)
}

type Connector = NonNullable<Extract<Agent.Options['connect'], (...args: never[]) => unknown>>

/** Downloads by the same tunnels: undici's own agents have no bound for the proxy's answer. */
function connector(agent: TunnelAgent): Connector {
  return (options, done) => {
    const { hostname, port, protocol, servername } = options
    const secure = protocol === 'https:'
    const target = {
      host: hostname,
      port: Number(port === '' ? (secure ? 443 : 80) : port),
      secureEndpoint: secure,
      ...(secure && { servername: servername ?? hostname }),
    }
    connect(agent, target).then(
      (socket) => done(null, socket),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
    )
  }
}
