import type { IncomingMessage } from 'node:http'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { PartnerCaller, PartnerTokens } from '../../partners/partner-tokens.ts'
import { defineRoute } from '../api/route.ts'

const BEARER = /^Bearer +(\S+) *$/i
const UNAUTHORIZED = fault('unauthorized', 'Unauthorized')
const SUSPENDED = fault('accountSuspended', 'Account is suspended')

/** Who calls by the token in the header; a wrong one, one that is over and one from a foreign address are the same. */
export function partnerCaller(
  tokens: Pick<PartnerTokens, 'find'>,
  trustedProxies: AddressRanges,
): (request: IncomingMessage) => PartnerCaller | Fault {
  return ({ headers, socket }) => {
    const token = BEARER.exec(headers.authorization ?? '')?.[1]
    if (token === undefined) return UNAUTHORIZED
    const { remoteAddress } = socket
    const caller = tokens.find(token, () => clientAddress({ remoteAddress, headers }, trustedProxies))
    if (caller === undefined) return UNAUTHORIZED
    return caller.account.suspendedAt === null ? caller : SUSPENDED
  }
}

export const route = defineRoute<PartnerCaller>()
