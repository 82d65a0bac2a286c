import type { IncomingMessage } from 'node:http'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { bearerToken } from '../../lib/bearer.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { ACCOUNT_SUSPENDED, UNAUTHORIZED, type Fault } from '../../model/fault.ts'
import type { PartnerCaller, PartnerTokens } from '../../partners/partner-tokens.ts'
import { defineRoute } from '../api/route.ts'
import { originOf } from '../origin.ts'

/** Who calls by the token in the header; a wrong one, one that is over and one from a foreign address are the same. */
export function partnerCaller(
  tokens: Pick<PartnerTokens, 'find'>,
  trustedProxies: AddressRanges,
): (request: IncomingMessage) => PartnerCaller | Fault {
  return (request) => {
    const token = bearerToken(request.headers)
    if (token === undefined) return UNAUTHORIZED
    const caller = tokens.find(token, () => clientAddress(originOf(request), trustedProxies))
    if (caller === undefined) return UNAUTHORIZED
    return caller.account.suspendedAt === null ? caller : ACCOUNT_SUSPENDED
  }
}

export const route = defineRoute<PartnerCaller>()
