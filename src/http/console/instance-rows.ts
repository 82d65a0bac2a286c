import Type from 'typebox'
import { billingDay } from '../../billing/day.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import { TARIFF_PLANS, type AccountRow } from '../../model/account.ts'
import type { AuditAction } from '../../model/audit-action.ts'
import { fault, isFault, NOT_FOUND } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import { isRepeated } from '../../model/once.ts'
import { audited } from '../../partners/audit-log.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { Store } from '../../storage/store.ts'
import { INSTANCE, instanceView } from '../api/instance-view.ts'
import { isoTime } from '../api/iso-time.ts'
import type { ApiRow } from '../api/route.ts'
import { MADE_INSTANCE, madeInstance } from '../made-instance.ts'
import { NAME_LENGTH, own } from '../partner-api/instance-parts.ts'
import { memberRoute as route, type MemberCaller } from './console-api.ts'
import { FOUND, SEARCH, searched } from './instance-search.ts'

export interface MemberInstanceDeps {
  readonly business: Pick<PartnerBusiness, 'ownInstances' | 'prices'>
  readonly instances: Pick<Instances, 'get' | 'ofAccount'>
  readonly store: Pick<Store, 'commit'>
  readonly clock: Pick<Clock, 'now'>
  /** Where clients reach this server. */
  readonly publicUrl: () => string
}

const group = 'instances'
const text = Type.String()
const path = { idInstance: Type.Integer() }
const name = Type.String({ maxLength: NAME_LENGTH })
const MOST_STATES = 1000
const STATES = 100

const PARTNER_API_ONLY = fault(
  'partnerApiOnly',
  'Instances of a partner account are created and deleted through the API: POST /partner/createInstance/{partnerToken}',
)

/** What members do with instances beside what the partner API has. A token is shown where that is asked for, and nowhere else. */
export function memberInstanceRows(deps: MemberInstanceDeps): readonly ApiRow<MemberCaller>[] {
  return [...lookingRows(deps), createRow(deps), renameRow(deps), deleteRow(deps), showRow(deps)]
}

function lookingRows(deps: MemberInstanceDeps): readonly ApiRow<MemberCaller>[] {
  const common = { verb: 'GET', group, scope: 'read' } as const
  return [
    route({
      ...common,
      at: '/instances',
      summary: 'A page of the instances that fit, with how many there are of each state.',
      query: SEARCH,
      answer: FOUND,
      handle: ({ account }, { query }) => searched(deps.instances.ofAccount(account.id), query, deps.clock.now()),
    }),
    route({
      ...common,
      at: '/instances/{idInstance}/states',
      summary: 'What states an instance was in, newest first.',
      path,
      query: { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_STATES })) },
      answer: Type.Object({ items: Type.Array(Type.Object({ time: text, state: text, wid: text })) }),
      async handle(caller, { path: { idInstance }, query }) {
        const instance = own(deps.instances, caller, idInstance)
        if (instance === undefined) return NOT_FOUND
        const states = await instance.history(query.limit ?? STATES)
        return { items: states.map(({ at, state, wid }) => ({ time: isoTime(at), state, wid })) }
      },
    }),
    route({
      ...common,
      at: '/tariffs',
      summary: 'The tariffs that an instance can be made with here, and what 30 days of it cost the account now.',
      answer: Type.Object({
        items: Type.Array(
          Type.Object({
            name: text,
            plan: Type.Enum([...TARIFF_PLANS]),
            amount: Type.Union([Type.Integer(), Type.Null()]),
            currency: text,
          }),
        ),
      }),
      handle: ({ account }) => ({ items: tariffsFor(deps, account) }),
    }),
  ]
}

/** None for a partner account: its instances have the tariff of its terms. */
function tariffsFor({ business: { prices }, clock }: MemberInstanceDeps, account: AccountRow): readonly object[] {
  const today = billingDay(clock.now())
  const { currency } = account.terms
  if (account.kind === 'partner') return []
  return prices
    .tariffs()
    .filter(({ plan }) => plan !== 'daily')
    .map((tariff) => ({
      name: tariff.name,
      plan: tariff.plan,
      amount: tariff.plan === 'free' ? 0 : (prices.priceOf(account, tariff.name, today) ?? null),
      currency,
    }))
}

function createRow({ business, publicUrl }: MemberInstanceDeps): ApiRow<MemberCaller> {
  return route({
    verb: 'POST',
    at: '/instances',
    summary: 'Makes an instance of a tariff that is free or paid from the balance. Not for partner accounts.',
    group,
    scope: 'full',
    body: {
      name: Type.Optional(name),
      typeInstance: Type.Optional(Type.Enum([...MESSENGERS])),
      tariff: Type.String({ pattern: '^\\w{1,64}$' }),
    },
    answer: MADE_INSTANCE,
    created: true,
    idempotent: true,
    async handle({ account, actor }, { body, once }) {
      if (account.kind === 'partner') return PARTNER_API_ONLY
      const messenger = body.typeInstance ?? account.terms.defaultMessenger ?? 'whatsapp'
      const answer = (made: { readonly id: InstanceId; readonly token: string }) =>
        madeInstance(made, messenger, publicUrl())
      const isPaid = business.prices.tariff(body.tariff)?.plan === 'ahead'
      const made = await business.ownInstances.create(
        account,
        { messenger, name: (body.name ?? '').toWellFormed(), settings: {}, once: once(answer) },
        { tariff: body.tariff, ...(isPaid && { payment: 'balance' }) },
        actor,
      )
      return isFault(made) || isRepeated(made) ? made : answer(made)
    },
  })
}

function renameRow({ instances, clock }: MemberInstanceDeps): ApiRow<MemberCaller> {
  return route({
    verb: 'PATCH',
    at: '/instances/{idInstance}',
    summary: 'Gives an instance another name.',
    group,
    scope: 'full',
    path,
    body: { name },
    answer: INSTANCE,
    async handle(caller, { path: { idInstance }, body }) {
      const instance = own(instances, caller, idInstance)
      if (instance?.deletedAt !== null) return NOT_FOUND
      const wanted = body.name.toWellFormed()
      if (wanted !== instance.name) {
        await instance.update({ name: wanted }, [noted(caller, instance, 'instance.name', clock, { name: wanted })])
      }
      return instanceView(instance, { now: clock.now(), withSecrets: false })
    },
  })
}

function deleteRow({ business, instances }: MemberInstanceDeps): ApiRow<MemberCaller> {
  return route({
    verb: 'DELETE',
    at: '/instances/{idInstance}',
    summary: 'Deletes an instance. Its phone stays linked, unless `logout` is true: then it is unlinked before.',
    group,
    scope: 'full',
    path,
    query: { logout: Type.Optional(Type.Boolean()) },
    answer: null,
    async handle(caller, { path: { idInstance }, query }) {
      const instance = own(instances, caller, idInstance)
      if (instance?.deletedAt !== null) return NOT_FOUND
      if (caller.account.kind === 'partner' && instance.tariff.plan === 'daily') return PARTNER_API_ONLY
      if (query.logout === true) await instance.logout()
      return business.ownInstances.delete(instance, caller.actor)
    },
  })
}

function showRow({ instances, store, clock }: MemberInstanceDeps): ApiRow<MemberCaller> {
  return route({
    verb: 'POST',
    at: '/instances/{idInstance}/token/show',
    summary: "Shows an instance's token; that it was shown is in the audit log.",
    group,
    scope: 'full',
    path,
    answer: Type.Object({ apiTokenInstance: text }),
    async handle(caller, { path: { idInstance } }) {
      const instance = own(instances, caller, idInstance)
      if (instance?.deletedAt !== null) return NOT_FOUND
      await store.commit({ guards: [], writes: [noted(caller, instance, 'instance.token.show', clock)] })
      return { apiTokenInstance: instance.token }
    },
  })
}

function noted(
  { actor, account }: MemberCaller,
  { id }: Instance,
  action: AuditAction,
  clock: Pick<Clock, 'now'>,
  details?: Readonly<Record<string, string>>,
) {
  const of = { account: account.id, target: String(id), ...(details !== undefined && { details }) }
  return audited(actor, clock.now(), action, of)
}
