import { isIP } from 'node:net'

/** What the rule looks at: the peer of the socket, and the headers as Node gives them (lower case). */
export interface RequestOrigin {
  readonly remoteAddress: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

const FORWARDING = /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-ip|cf-connecting-ip|true-client-ip)$/

/**
 * Whether somebody on this very machine asks directly: the peer is a loopback address, the Host names this machine (so no foreign
 * name was pointed here), nothing was forwarded by a proxy, and no page of another origin makes a browser ask.
 */
export function isLocalRequest(request: RequestOrigin): boolean {
  const { host, origin } = request.headers
  if (!isLoopbackAddress(request.remoteAddress ?? '')) return false
  if (Object.keys(request.headers).some((name) => FORWARDING.test(name))) return false
  if (typeof host !== 'string' || !isLocalHost(host)) return false
  if (origin !== undefined && !isSameOrigin(origin, host)) return false
  return request.headers['sec-fetch-site'] !== 'cross-site'
}

/** `127.0.0.0/8`, `::1`, and the first also as IPv6 spells it. */
export function isLoopbackAddress(address: string): boolean {
  if (address === '::1') return true
  const four = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return isIP(four) === 4 && four.startsWith('127.')
}

function isLocalHost(host: string): boolean {
  const name = /^(\[[0-9a-f:]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase()
  if (name === undefined) return false
  return name === 'localhost' || isLoopbackAddress(name.startsWith('[') ? name.slice(1, -1) : name)
}

function isSameOrigin(origin: string | readonly string[], host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`
}
