import type { IncomingMessage } from 'node:http'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { bearerToken } from '../../lib/bearer.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { ACCOUNT_SUSPENDED, UNAUTHORIZED, type Fault } from '../../model/fault.ts'
import { partnerActor } from '../../partners/actor.ts'
import type { PartnerTokens, TokenInfo } from '../../partners/partner-tokens.ts'
import type { AccountCaller } from '../api/account-caller.ts'
import { defineRoute } from '../api/route.ts'
import { originOf } from '../origin.ts'

/** Who calls with a partner token. */
export interface TokenCaller extends AccountCaller {
  readonly token: TokenInfo
}

/** Who calls by the token in the header; a wrong one, one that is over and one from a foreign address are the same. */
export function tokenCaller(
  tokens: Pick<PartnerTokens, 'find'>,
  trustedProxies: AddressRanges,
): (request: IncomingMessage) => TokenCaller | Fault {
  return (request) => {
    const token = bearerToken(request.headers)
    if (token === undefined) return UNAUTHORIZED
    const caller = tokens.find(token, () => clientAddress(originOf(request), trustedProxies))
    if (caller === undefined) return UNAUTHORIZED
    if (caller.account.suspendedAt !== null) return ACCOUNT_SUSPENDED
    return { ...caller, scope: caller.token.scope, actor: partnerActor(caller), showsTokens: true }
  }
}

/** Defines a row that needs to know the token itself. */
export const tokenRoute = defineRoute<TokenCaller>()
