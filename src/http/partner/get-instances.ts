import type { Clock } from '../../lib/clock.ts'
import type { AccountRow } from '../../model/instance.ts'
import type { PartnerInstances } from '../../partners/partner-instances.ts'
import { defineMethod, RawJson, type Row } from '../method.ts'
import { InstanceLists } from './instance-lists.ts'

export function getInstances(instances: PartnerInstances, clock: Clock): Row<AccountRow> {
  const lists = new InstanceLists(instances, clock)
  return defineMethod({
    name: 'getInstances',
    verbs: ['GET'],
    group: 'partner',
    perSecond: 100,
    fields: {},
    handle: (account: AccountRow) => new RawJson(lists.of(account)),
  })
}
