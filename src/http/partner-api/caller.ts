import type { IncomingMessage } from 'node:http'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { bearerToken } from '../../lib/bearer.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { ACCOUNT_SUSPENDED, fault, UNAUTHORIZED, type Fault } from '../../model/fault.ts'
import { partnerActor } from '../../partners/actor.ts'
import type { PartnerTokens, TokenInfo } from '../../partners/partner-tokens.ts'
import type { AccountCaller } from '../api/account-caller.ts'
import type { Asking } from '../api/api-routes.ts'
import { rightOfToken } from '../api/rights.ts'
import { defineRoute } from '../api/route.ts'
import { originOf } from '../origin.ts'

/** Who calls with a partner token. */
export interface TokenCaller extends AccountCaller {
  readonly token: TokenInfo
}

const OUT_OF_SCOPE = fault('forbidden', 'The scope of this token does not allow this')

/** Who calls by the token in the header; a wrong one, one that is over and one from a foreign address are the same. */
export function tokenCaller(
  tokens: Pick<PartnerTokens, 'find'>,
  trustedProxies: AddressRanges,
): (request: IncomingMessage, at: Asking) => TokenCaller | Fault {
  return (request, { row }) => {
    const token = bearerToken(request.headers)
    if (token === undefined) return UNAUTHORIZED
    const caller = tokens.find(token, () => clientAddress(originOf(request), trustedProxies))
    if (caller === undefined) return UNAUTHORIZED
    if (caller.account.suspendedAt !== null) return ACCOUNT_SUSPENDED
    const { scope: tokenScope } = caller.token
    const scope = rightOfToken(row.group, tokenScope)
    if (scope === 'none') return OUT_OF_SCOPE
    return { ...caller, scope, tokenScope, actor: partnerActor(caller), showsTokens: true }
  }
}

/** Defines a row that needs to know the token itself. */
export const tokenRoute = defineRoute<TokenCaller>()
