import Type from 'typebox'
import type { Clock } from '../../lib/clock.ts'
import type { PartnerInstances } from '../../partners/partner-instances.ts'
import type { PartnerCaller } from '../../partners/partner-tokens.ts'
import { defineMethod, RawJson, type Row } from '../method.ts'
import { InstanceLists } from './instance-lists.ts'

const text = Type.String()
const flag = Type.Boolean()

const INSTANCE = Type.Object({
  idInstance: Type.Integer(),
  name: text,
  typeInstance: text,
  messenger: text,
  typeAccount: text,
  partnerUserUiid: text,
  timeCreated: text,
  timeDeleted: text,
  apiTokenInstance: text,
  deleted: flag,
  tariff: text,
  isFree: flag,
  isPartner: flag,
  expirationDate: text,
  isExpired: flag,
})

/** A token that may only read is not told the instances' own, by which it could send. */
export function getInstances(instances: PartnerInstances, clock: Clock): Row<PartnerCaller> {
  const lists = new InstanceLists(instances, clock)
  const withoutTokens = new InstanceLists(instances, clock, { showsTokens: false })
  return defineMethod({
    name: 'getInstances',
    summary: 'Lists the instances of the account, deleted ones for three months.',
    answer: Type.Array(INSTANCE),
    verbs: ['GET'],
    reads: true,
    group: 'partner',
    perSecond: 100,
    fields: {},
    handle: ({ account, token }: PartnerCaller) =>
      new RawJson((token.scope === 'read' ? withoutTokens : lists).of(account)),
  })
}
