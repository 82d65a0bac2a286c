import type { FastifyPluginCallback } from 'fastify'
import type { Instances } from '../../instances/instances.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { Store } from '../../storage/store.ts'
import { apiRoutes } from '../api/api-routes.ts'
import type { ApiRow } from '../api/route.ts'
import type { Shares } from '../cluster/shares.ts'
import type { RequestCounter } from '../request-counter.ts'
import { accountRoutes } from './account-routes.ts'
import { tokenCaller, type TokenCaller } from './caller.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { hookRoutes } from './hook-routes.ts'
import { instanceRoutes } from './instance-routes.ts'
import { moneyRoutes } from './money-routes.ts'
import { tokenRoutes } from './token-routes.ts'

export const PARTNER_API_BASE = '/api/partner/v1'
/** Generous: a partner's own programs call, and one call can do much. */
const PER_SECOND = 100

export interface PartnerApiDeps {
  readonly business: Pick<
    PartnerBusiness,
    'register' | 'tokens' | 'partnerInstances' | 'ledger' | 'statements' | 'prices' | 'hooks'
  >
  readonly instances: Pick<Instances, 'get' | 'ofAccount' | 'living'>
  readonly store: Pick<Store, 'answers' | 'commit'>
  readonly clock: Clock
  readonly log: Log
  readonly counter: RequestCounter
  readonly trustedProxies: AddressRanges
  readonly shares: Pick<Shares, 'split' | 'ask'>
  /** Multiplies the rate. */
  readonly rateLimitScale: number
  readonly delayMinMs: number
  /** Where clients reach this server; known once it listens. */
  readonly publicUrl: () => string
}

/** What partners do and see beside the contract, for the reference and for serving. */
export function partnerApiRows(
  deps: Pick<PartnerApiDeps, 'business' | 'instances' | 'store' | 'clock' | 'shares' | 'delayMinMs' | 'publicUrl'>,
): readonly ApiRow<TokenCaller>[] {
  return [
    ...accountRoutes(deps.instances),
    ...tokenRoutes(deps.business),
    ...instanceRoutes(deps),
    ...deliveryRoutes(deps),
    ...moneyRoutes(deps),
    ...hookRoutes(deps),
  ]
}

/** `/api/partner/v1`, with a partner token in the header `Authorization: Bearer …`. */
export function partnerApi(deps: PartnerApiDeps, rows: readonly ApiRow<TokenCaller>[]): FastifyPluginCallback {
  const { business, store, clock, log, counter, trustedProxies, rateLimitScale } = deps
  return apiRoutes<TokenCaller>({
    name: 'partner.v1',
    base: PARTNER_API_BASE,
    rows,
    authenticate: tokenCaller(business.tokens, trustedProxies),
    ownerOf: ({ account }) => account.id,
    mayWrite: ({ scope }) => scope === 'full',
    perSecond: PER_SECOND * rateLimitScale,
    store,
    register: business.register,
    clock,
    log,
    counter,
  })
}
