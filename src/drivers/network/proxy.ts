import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { AddressRules } from '../../lib/address-rules.ts'
import { fault, type Fault } from '../../model/fault.ts'

/** A proxy whose address was looked up and may be reached. */
export interface Proxy {
  /** With the address in place of the name, so that nothing looks it up again and finds another. */
  readonly url: URL
  /** What its certificate must be for; empty where the URL had an address itself. */
  readonly name: string
}

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:'])

/**
 * Looks a proxy up. Whoever holds an instance's token may name one: like webhooks it must not lead into the machine room.
 * @returns a fault where it can't be found or is out of reach; both may be over the next time
 */
export async function findProxy(text: string, allow: AddressRules): Promise<Proxy | Fault> {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.hostname === '' || !SCHEMES.has(url.protocol)) {
    // Without what was given: it may hold a password.
    return fault('invalid', 'a proxy is http://, https:// or socks5://, then [user:password@]host:port')
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host]
  if (addresses.length === 0) return fault('unavailable', `the proxy ${host} was not found`)
  const reachable = addresses.find((address) => allow.allows(address))
  if (reachable === undefined) {
    return fault(
      'unavailable',
      `the proxy ${host} is at no public address; JADEGATE_WEBHOOK_ALLOW names what else may be reached`,
    )
  }
  url.hostname = isIP(reachable) === 6 ? `[${reachable}]` : reachable
  return { url, name: isIP(host) === 0 ? host : '' }
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}
