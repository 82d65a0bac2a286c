import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type Address = ipaddr.IPv4 | ipaddr.IPv6
export type AddressRange = readonly [network: Address, bits: number]

const MAPPED_BITS = 96

/** A set of addresses, given as addresses and CIDR ranges. An IPv4 address that is spelled as an IPv6 one counts as what it is. */
export class AddressRanges {
  readonly #ranges: readonly AddressRange[]

  /** @throws Error on an entry that is neither an address nor a range. */
  constructor(texts: readonly string[]) {
    this.#ranges = texts.map(parseRange)
  }

  /** False for anything that is no address. */
  has(ip: string): boolean {
    if (this.#ranges.length === 0 || isIP(ip) === 0) return false
    const address = unmapped(ipaddr.parse(ip))
    return this.#ranges.some((range) => isWithin(address, range))
  }
}

/** @throws Error unless the text is an address or a CIDR range. */
export function parseRange(text: string): AddressRange {
  const range = readRange(text)
  if (range === undefined) throw new Error(`"${text}" is neither an address nor a CIDR range`)
  return range
}

/** An address or a range in one spelling, always with its length: `203.0.113.7` → `203.0.113.7/32`; undefined where it is neither. */
export function rangeText(text: string): string | undefined {
  const range = readRange(text)
  return range === undefined ? undefined : `${range[0].toString()}/${String(range[1])}`
}

export function isWithin(address: Address, [network, bits]: AddressRange): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

/** Whether every address of a range is one of the other. @throws Error on what is neither an address nor a range. */
export function isRangeWithin(inner: string, outer: string): boolean {
  const [network, bits] = parseRange(inner)
  const limit = parseRange(outer)
  return bits >= limit[1] && isWithin(network, limit)
}

/** An address in one spelling; undefined where the text is none. */
export function addressText(text: string): string | undefined {
  return isIP(text) === 0 ? undefined : unmapped(ipaddr.parse(text)).toString()
}

function readRange(text: string): AddressRange | undefined {
  const [address = '', length, ...more] = text.split('/')
  const version = isIP(address)
  const longest = version === 4 ? 32 : 128
  const bits = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Infinity
  if (version === 0 || bits > longest || more.length > 0) return undefined
  const network = ipaddr.parse(address)
  const four = bits >= MAPPED_BITS ? unmapped(network) : network
  return four === network ? [network, bits] : [four, bits - MAPPED_BITS]
}

function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}
