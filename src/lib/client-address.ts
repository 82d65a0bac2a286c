import { addressText, type AddressRanges } from './address-ranges.ts'
import type { RequestOrigin } from './local-request.ts'

/**
 * Where a request comes from: the peer of the socket, or, while that is a proxy that is trusted, whom it names in
 * `X-Forwarded-For`. Each proxy appends its own peer, so the list is read from its end up to the first address that is not
 * trusted: what stands before it anybody could have written. A list that can't be read says nothing: the peer is the answer.
 * Empty where the socket has no address.
 */
export function clientAddress({ remoteAddress, headers }: RequestOrigin, trustedProxies: AddressRanges): string {
  const peer = addressText(remoteAddress ?? '') ?? ''
  if (!trustedProxies.has(peer)) return peer
  const given = headers['x-forwarded-for']
  if (given === undefined) return peer
  const hops = (typeof given === 'string' ? given : given.join()).split(',')
  let client = peer
  for (const hop of hops.reverse()) {
    const address = hopAddress(hop.trim())
    if (address === undefined) return peer
    client = address
    if (!trustedProxies.has(client)) break
  }
  return client
}

/** Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/
const WITH_PORT = /^([\d.]+):\d{1,5}$/

function hopAddress(text: string): string | undefined {
  return addressText((BRACKETED.exec(text) ?? WITH_PORT.exec(text))?.[1] ?? text)
}
