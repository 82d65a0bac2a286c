import ipaddr from 'ipaddr.js'
import { isWithin, parseRange, type Address, type AddressRange } from './address-ranges.ts'

/** Public by its number, but answered inside the machine room: a cloud's own service for its guests. */
const INTERNAL = ['168.63.129.16']
/** The only IPv6 space that is handed out for global use. */
const GLOBAL_IPV6 = '2000::/3'
/** The well-known prefix under which a translator carries all of IPv4 in the last 32 bits. */
const TRANSLATED_IPV4 = '64:ff9b::/96'

const internal = INTERNAL.map(parseRange)
const globalIpv6 = parseRange(GLOBAL_IPV6)
const translatedIpv4 = parseRange(TRANSLATED_IPV4)

/**
 * Which addresses an outgoing request may reach: public unicast ones, and those that the operator names. Everything that leads
 * into this machine, its network or nowhere is refused, in whatever form it is written.
 */
export class AddressRules {
  readonly #allowed: readonly AddressRange[]

  /** Addresses and CIDR ranges; throws on an entry that is neither. */
  constructor(allow: readonly string[]) {
    this.#allowed = allow.map(parseRange)
  }

  /** False for anything that is no address. */
  allows(ip: string): boolean {
    if (!ipaddr.isValid(ip)) return false
    const written = ipaddr.parse(ip)
    const meant = carriedIpv4(written) ?? written
    return isPublic(meant) || this.#allowed.some((range) => isWithin(meant, range) || isWithin(written, range))
  }
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || internal.some((range) => isWithin(address, range))) return false
  return address.kind() === 'ipv4' || isWithin(address, globalIpv6)
}

/** The IPv4 address that an IPv6 one stands for, where a network stack or a translator would go there. */
function carriedIpv4(address: Address): ipaddr.IPv4 | undefined {
  if (!(address instanceof ipaddr.IPv6)) return undefined
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  if (!isWithin(address, translatedIpv4)) return undefined
  return new ipaddr.IPv4(address.toByteArray().slice(12))
}
