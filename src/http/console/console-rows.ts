import type { Instances } from '../../instances/instances.ts'
import { accountRoute, type AccountCaller } from '../api/account-caller.ts'
import { OWN_ACCOUNT, ownAccountView } from '../api/account-view.ts'
import type { ApiRow } from '../api/route.ts'
import { operatorRows } from '../operator/operator-api.ts'
import type { OperatorParts } from '../operator/operator-parts.ts'
import { deliveryRoutes } from '../partner-api/delivery-routes.ts'
import { hookRoutes } from '../partner-api/hook-routes.ts'
import { eachRoutes } from '../partner-api/instance-routes.ts'
import { moneyRoutes } from '../partner-api/money-routes.ts'
import type { PartnerApiDeps } from '../partner-api/partner-api.ts'
import { tokenRoutes } from '../partner-api/token-routes.ts'
import type { Described } from '../reference/described.ts'
import type { ConsoleRows } from './console-api.ts'
import { brandRows, type BrandRowDeps } from './brand-rows.ts'
import { chatRows } from './chat-rows.ts'
import { eventRows, type EventRowDeps } from './event-rows.ts'
import { healthRows, type HealthDeps } from './health-rows.ts'
import { memberInstanceRows } from './instance-rows.ts'
import { methodRows } from './method-rows.ts'
import { memberRows } from './member-rows.ts'
import { quotaRows, type QuotaDeps } from './quota-rows.ts'
import { memberTokenRows } from './token-rows.ts'

export type ConsoleRowDeps = OperatorParts &
  EventRowDeps &
  HealthDeps &
  BrandRowDeps &
  QuotaDeps &
  Pick<PartnerApiDeps, 'business' | 'instances' | 'store' | 'clock' | 'shares' | 'delayMinMs' | 'publicUrl'> & {
    /** Those of instances. */
    readonly methods: readonly Described[]
  }

/** All rows of the console, for serving and for the reference: those of the other two APIs, and its own. */
export function consoleRows(deps: ConsoleRowDeps): ConsoleRows {
  return {
    person: methodRows(deps.methods),
    account: [
      accountRow(deps.instances),
      ...tokenRoutes(deps.business),
      ...memberTokenRows(deps.business),
      ...memberInstanceRows(deps),
      ...eachRoutes(deps),
      ...quotaRows(deps),
      ...deliveryRoutes(deps),
      ...chatRows(deps),
      ...moneyRoutes(deps),
      ...hookRoutes(deps),
      ...eventRows(deps),
      ...brandRows(deps),
      ...memberRows(deps.people),
    ],
    operator: [...operatorRows(deps), ...healthRows(deps)],
  }
}

function accountRow(instances: Pick<Instances, 'living'>): ApiRow<AccountCaller> {
  return accountRoute({
    verb: 'GET',
    at: '/account',
    summary: 'The account, and what was agreed with it.',
    group: 'account',
    scope: 'read',
    answer: OWN_ACCOUNT,
    handle: ({ account }) => ownAccountView(account, instances.living(account.id)),
  })
}
