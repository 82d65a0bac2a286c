import ipaddr from 'ipaddr.js'

/** Where a call of the console comes from. */
export interface Visitor {
  /** Empty where it is not known. */
  readonly address: string
  readonly userAgent: string
  /** The value of the session's cookie, whether it opens one or not. */
  readonly token: string | undefined
}

const NETWORK_PARTS = 4

/** What one guesser has at hand: an address of IPv4, and of IPv6 all those of a /64, which anybody has who has one of them. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address
  const { parts } = ipaddr.IPv6.parse(address)
  return `${parts
    .slice(0, NETWORK_PARTS)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
