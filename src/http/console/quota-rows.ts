import Type from 'typebox'
import { billingMonth } from '../../billing/tariffs.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import { TARIFF_PLANS, type AccountRow } from '../../model/account.ts'
import { NOT_FOUND } from '../../model/fault.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { Store } from '../../storage/store.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import type { ApiRow } from '../api/route.ts'
import { own } from '../partner-api/instance-parts.ts'

export interface QuotaDeps {
  readonly business: Pick<PartnerBusiness, 'prices' | 'stored'>
  readonly instances: Pick<Instances, 'get' | 'ofAccount' | 'living'>
  readonly store: Pick<Store, 'usage'>
  readonly clock: Pick<Clock, 'now'>
}

const text = Type.String()
const integer = Type.Integer()
const orNull = Type.Union([integer, Type.Null()])
/** `limit` null: any number. */
const USE = Type.Object({ used: integer, limit: orNull })

const QUOTAS = Type.Object({
  month: text,
  instances: USE,
  files: Type.Object({ used: orNull, limit: orNull }),
  tariffs: Type.Array(
    Type.Object({
      name: text,
      plan: Type.Enum([...TARIFF_PLANS]),
      instances: USE,
      correspondents: orNull,
      calls: Type.Record(text, integer),
    }),
  ),
})

const INSTANCE_QUOTAS = Type.Object({
  month: text,
  tariff: text,
  correspondents: USE,
  calls: Type.Array(Type.Object({ method: text, used: integer, limit: integer })),
})

/** What was agreed at most, and how much of it is used. */
export function quotaRows(deps: QuotaDeps): readonly ApiRow<AccountCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/quotas',
      summary:
        'How many instances and bytes of files the account may have and has, and what the tariffs of its instances include in a month. Files are measured where they are limited.',
      group: 'account',
      scope: 'read',
      answer: QUOTAS,
      handle: ({ account }) => quotasOf(deps, account),
    }),
    route({
      verb: 'GET',
      at: '/instances/{idInstance}/quotas',
      summary: 'What an instance has used of its tariff in this month.',
      group: 'instances',
      scope: 'read',
      path: { idInstance: integer },
      answer: INSTANCE_QUOTAS,
      handle(caller, { path: { idInstance } }) {
        const instance = own(deps.instances, caller, idInstance)
        return instance?.deletedAt === null ? useOf(deps, instance) : NOT_FOUND
      },
    }),
  ]
}

function quotasOf({ business, instances, clock }: QuotaDeps, { id, terms }: AccountRow): object {
  const living = new Map<string, number>()
  for (const { deletedAt, tariff } of instances.ofAccount(id)) {
    if (deletedAt === null) living.set(tariff.name, (living.get(tariff.name) ?? 0) + 1)
  }
  return {
    month: billingMonth(clock.now()),
    instances: { used: instances.living(id), limit: terms.instanceQuota },
    files: { used: terms.storedBytes === null ? null : business.stored.known(id), limit: terms.storedBytes },
    tariffs: business.prices
      .tariffs()
      .filter(({ name }) => living.has(name))
      .map(({ name, plan, instances: limit, correspondents, calls }) => ({
        name,
        plan,
        instances: { used: living.get(name) ?? 0, limit },
        correspondents,
        calls: Object.fromEntries(calls),
      })),
  }
}

async function useOf({ store, clock }: QuotaDeps, { id, tariff }: Instance): Promise<object> {
  const month = billingMonth(clock.now())
  const [calls, chats] = await Promise.all([store.usage.ofMonth(id, month), store.usage.correspondents(id, month)])
  return {
    month,
    tariff: tariff.name,
    correspondents: { used: chats.length, limit: tariff.correspondents },
    calls: [...tariff.calls].map(([method, limit]) => ({ method, used: calls.get(method) ?? 0, limit })),
  }
}
