import Type, { type Static, type TObject } from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AuditAction } from '../../model/audit-action.ts'
import { isFault, NOT_FOUND } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import { isRepeated } from '../../model/once.ts'
import { audited } from '../../partners/audit-log.ts'
import type { PartnerBusiness } from '../../partners/partner-business.ts'
import type { Store } from '../../storage/store.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import { INSTANCE_FILTERS, instancePage } from '../api/instance-list.ts'
import { INSTANCE, INSTANCE_WITH_SETTINGS, instanceWithSettings } from '../api/instance-view.ts'
import { earlierAnswer } from '../api/keyed.ts'
import { pageSchema } from '../api/paging.ts'
import type { ApiRow, MakeOnce } from '../api/route.ts'
import { fieldsWithin, strictFields } from '../api/strict-fields.ts'
import { oneOf, optional, text } from '../fields.ts'
import type { Shares } from '../cluster/shares.ts'
import { MADE_INSTANCE, madeInstance } from '../made-instance.ts'
import { settingsFaults, settingsFields } from '../settings-fields.ts'
import { changeMany } from './change-many.ts'
import { failed, invalid, ITEM_ERROR, NAME_LENGTH, own } from './instance-parts.ts'

const MOST_AT_ONCE = 100

export interface InstanceRouteDeps {
  readonly business: Pick<PartnerBusiness, 'partnerInstances'>
  readonly instances: Pick<Instances, 'get' | 'ofAccount'>
  readonly store: Pick<Store, 'commit'>
  readonly clock: Pick<Clock, 'now'>
  readonly shares: Pick<Shares, 'split' | 'ask'>
  /** The least send delay that may be set. */
  readonly delayMinMs: number
  /** Where clients reach this server. */
  readonly publicUrl: () => string
}

const path = { idInstance: Type.Integer() }

/** What a partner sees of its instances and does with them. */
export function instanceRoutes(deps: InstanceRouteDeps): readonly ApiRow<AccountCaller>[] {
  return [listRoute(deps), createMany(deps), deleteRoute(deps), ...eachRoutes(deps)]
}

function viewOf({ clock }: InstanceRouteDeps, { scope, showsTokens }: AccountCaller) {
  const withSecrets = scope === 'full' && showsTokens
  return { now: clock.now(), withSecrets, withOriginsOnly: scope === 'read' }
}

function listRoute(deps: InstanceRouteDeps): ApiRow<AccountCaller> {
  return route({
    verb: 'GET',
    at: '/instances',
    summary: "The account's instances in the order in which they were made.",
    group: 'instances',
    scope: 'read',
    query: INSTANCE_FILTERS,
    answer: pageSchema(INSTANCE),
    handle: (caller, { query }) =>
      instancePage(deps.instances.ofAccount(caller.account.id), query, viewOf(deps, caller)),
  })
}

/** What is the same for whoever acts in the account, by a token or in the console. */
export function eachRoutes(deps: InstanceRouteDeps): readonly ApiRow<AccountCaller>[] {
  return [
    changeMany(deps),
    route({
      verb: 'GET',
      at: '/instances/{idInstance}',
      summary: 'One instance with its settings.',
      group: 'instances',
      scope: 'read',
      path,
      answer: INSTANCE_WITH_SETTINGS,
      handle(caller, input) {
        const instance = own(deps.instances, caller, input.path.idInstance)
        return instance === undefined ? NOT_FOUND : instanceWithSettings(instance, viewOf(deps, caller))
      },
    }),
    route({
      verb: 'POST',
      at: '/instances/{idInstance}/token',
      summary: 'Gives an instance a new token; the old one is refused from then on.',
      group: 'instances',
      scope: 'full',
      path,
      answer: Type.Object({ apiTokenInstance: Type.String() }),
      async handle(caller, input) {
        const instance = own(deps.instances, caller, input.path.idInstance)
        if (instance?.deletedAt !== null) return NOT_FOUND
        const beside = [audit(deps, caller, instance, 'instance.token')]
        return { apiTokenInstance: await instance.renewToken(beside) }
      },
    }),
  ]
}

function deleteRoute({ business }: InstanceRouteDeps): ApiRow<AccountCaller> {
  return route({
    verb: 'DELETE',
    at: '/instances/{idInstance}',
    summary: 'Deletes an instance; its phone stays linked.',
    group: 'instances',
    scope: 'full',
    path,
    answer: null,
    handle: ({ account, actor }, input) => business.partnerInstances.delete(account, input.path.idInstance, actor),
  })
}

function audit({ clock }: InstanceRouteDeps, caller: AccountCaller, { id }: Instance, action: AuditAction) {
  return audited(caller.actor, clock.now(), action, { account: caller.account.id, target: String(id) })
}

function newInstanceFields(delayMinMs: number) {
  return {
    name: optional(text({ empty: 'value', max: NAME_LENGTH })),
    typeInstance: optional(oneOf(MESSENGERS, { empty: 'absent' })),
    ...settingsFields(delayMinMs),
  }
}
type NewInstanceFields = Static<TObject<ReturnType<typeof newInstanceFields>>>

function createMany(deps: InstanceRouteDeps): ApiRow<AccountCaller> {
  const fields = newInstanceFields(deps.delayMinMs)
  const read = strictFields(fields)
  const made = Type.Object({ ok: Type.Literal(true), ...MADE_INSTANCE.properties })
  return route({
    verb: 'POST',
    at: '/instances',
    summary: 'Makes many instances; each succeeds or fails by itself, in the order of the call.',
    group: 'instances',
    scope: 'full',
    body: { instances: Type.Array(fieldsWithin(fields), { minItems: 1, maxItems: MOST_AT_ONCE }) },
    answer: Type.Object({
      items: Type.Array(Type.Union([made, Type.Object({ ok: Type.Literal(false), error: ITEM_ERROR })])),
    }),
    idempotent: 'parts',
    async handle(caller, { body, once }) {
      const making = body.instances.map(async (wanted, index) => {
        const taken = read(wanted)
        return 'faults' in taken ? invalid(taken.faults) : create(deps, caller, taken.value, once, String(index))
      })
      return { items: (await Promise.all(making)).map((item) => (isFault(item) ? failed(item) : item)) }
    },
  })
}

async function create(
  { business, publicUrl }: InstanceRouteDeps,
  { account }: AccountCaller,
  { name = '', typeInstance, ...settings }: NewInstanceFields,
  makeOnce: MakeOnce,
  part: string,
): Promise<unknown> {
  const faults = settingsFaults(settings)
  if (faults.length > 0) return invalid(faults)
  const messenger = typeInstance ?? account.terms.defaultMessenger ?? 'whatsapp'
  const url = publicUrl()
  const describe = (one: { readonly id: InstanceId; readonly token: string }) => ({
    ok: true,
    ...madeInstance(one, messenger, url),
  })
  const once = makeOnce(describe, part)
  const made = await business.partnerInstances.create(account, { messenger, name, settings, once })
  return isFault(made) ? made : isRepeated(made) ? earlierAnswer(made) : describe(made)
}
