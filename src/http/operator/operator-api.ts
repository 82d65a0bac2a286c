import type { FastifyPluginCallback } from 'fastify'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Store } from '../../storage/store.ts'
import { apiRoutes } from '../api/api-routes.ts'
import type { ApiRow } from '../api/route.ts'
import { originOf } from '../origin.ts'
import type { RequestCounter } from '../request-counter.ts'
import { accountRoutes } from './accounts.ts'
import { auditRoutes } from './audit.ts'
import { billingRoutes } from './billing.ts'
import { instanceRoutes } from './instances.ts'
import { linkRoutes } from './links.ts'
import { moneyRoutes } from './money.ts'
import { OperatorDoor, type OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'
import { peopleRoutes } from './people.ts'
import { statementRoutes } from './statements.ts'
import { priceRoutes, tariffRoutes } from './tariffs.ts'
import { tokenRoutes } from './tokens.ts'

export interface OperatorApiDeps extends OperatorParts {
  readonly operatorToken: string
  readonly trustedProxies: AddressRanges
  readonly rateLimitScale: number
  readonly store: Pick<Store, 'answers' | 'commit'>
  readonly clock: Clock
  readonly log: Log
  readonly counter: RequestCounter
}

export const OPERATOR_BASE = '/api/operator/v1'
const CALLS_PER_SECOND = 500

/** Everything that whoever runs the server may do with accounts, tokens, tariffs, money and instances. */
export function operatorRows(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [
    ...accountRoutes(parts),
    ...tokenRoutes(parts),
    ...instanceRoutes(parts),
    ...linkRoutes(parts),
    ...moneyRoutes(parts),
    ...statementRoutes(parts),
    ...tariffRoutes(parts),
    ...priceRoutes(parts),
    ...billingRoutes(parts),
    ...auditRoutes(parts),
    ...peopleRoutes(parts.people),
  ]
}

/** Serves them to whoever shows the operator's token. */
export function operatorApi(deps: OperatorApiDeps, rows: readonly ApiRow<OperatorCaller>[]): FastifyPluginCallback {
  const { operatorToken: token, trustedProxies, rateLimitScale, store, clock, log, counter, business } = deps
  const door = new OperatorDoor({ token, trustedProxies, rateLimitScale, clock, log })
  return apiRoutes<OperatorCaller>({
    name: 'operator.v1',
    base: OPERATOR_BASE,
    rows,
    authenticate: (request) => door.admit(request.headers, originOf(request)),
    ownerOf: () => 'operator',
    mayWrite: () => true,
    perSecond: CALLS_PER_SECOND * rateLimitScale,
    store,
    register: business.register,
    clock,
    log,
    counter,
  })
}
