import type { Agent as HttpAgent } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { SocksProxyAgent } from 'socks-proxy-agent'
import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import type { AddressRules } from '../../lib/address-rules.ts'
import type { Fault } from '../../model/fault.ts'
import { findProxy, type Proxy } from './proxy.ts'

/** By what an instance reaches its network: its socket, uploads, downloads and the look-up of the version all go the same way. */
export interface Transport {
  /** For the web socket and for `https.request`; undefined: straight. */
  readonly agent: HttpAgent | undefined
  /** For `fetch` and undici. */
  readonly dispatcher: Dispatcher
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
export async function openTransport(proxy: string, allow: AddressRules): Promise<Transport | Fault> {
  if (proxy !== '') {
    const found = await findProxy(proxy, allow)
    return 'fault' in found ? found : throughProxy(found)
  }
  straight ??= {
    agent: undefined,
    dispatcher: new Agent({ ...LIMITS, connect: { timeout: CONNECT_TIMEOUT_MS } }),
    close: () => Promise.resolve(),
  }
  return straight
}

function throughProxy({ url, name }: Proxy): Transport {
  const tls = name === '' ? {} : { servername: name }
  switch (url.protocol) {
    case 'http:':
    case 'https:': {
      const agent = new HttpsProxyAgent(url, { timeout: CONNECT_TIMEOUT_MS, ...tls })
      const limits = { ...LIMITS, connectTimeout: CONNECT_TIMEOUT_MS }
      return transport(agent, new ProxyAgent({ ...limits, uri: url.href, proxyTls: tls }))
    }
    case 'socks5:': {
      // `socks5h`: a name that was looked up here would tell where we go. No `timeout`: the agent destroys what is idle for so long.
      const agent = new SocksProxyAgent(`socks5h${url.href.slice('socks5'.length)}`)
      return transport(agent, new Agent({ ...LIMITS, connect: connector(agent) }))
    }
    default:
      throw new TypeError('A proxy is http://, https:// or socks5://')
  }
}

function transport(agent: HttpsProxyAgent<string> | SocksProxyAgent, dispatcher: Dispatcher): Transport {
  return {
    agent,
    dispatcher,
    async close() {
      agent.destroy()
      await dispatcher.destroy()
    },
  }
}

type Connector = NonNullable<Extract<Agent.Options['connect'], (...args: never[]) => unknown>>

/** Downloads through the same proxy: undici's own agent for SOCKS calls itself an experiment. */
function connector(agent: SocksProxyAgent): Connector {
  return (options, done) => {
    const { hostname, port, protocol, servername } = options
    const secure = protocol === 'https:'
    const target = {
      host: hostname,
      port: Number(port === '' ? (secure ? 443 : 80) : port),
      secureEndpoint: secure,
      ...(secure && { servername: servername ?? hostname }),
    }
    // In the place of the request, which the agent tells of the proxy and destroys when the connection fails.
    agent.connect(new PassThrough() as never, target as never).then(
      (socket: Socket) => done(null, socket),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
    )
  }
}
