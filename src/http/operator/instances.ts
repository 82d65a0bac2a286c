import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { isRepeated, type Repeated } from '../../model/once.ts'
import type { Settings } from '../../model/settings.ts'
import type { Paid } from '../../partners/own-instances.ts'
import type { Once } from '../../storage/once.ts'
import { validationText } from '../errors.ts'
import { settingsFaults, settingsFields } from '../settings-fields.ts'
import { INSTANCE_FILTERS, instancePage } from '../api/instance-list.ts'
import { INSTANCE, INSTANCE_WITH_SETTINGS, instanceView, instanceWithSettings } from '../api/instance-view.ts'
import { pageSchema } from '../api/paging.ts'
import { defineRoute, type ApiRow, type MakeOnce } from '../api/route.ts'
import { fieldsWithin, strictFields } from '../api/strict-fields.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'

const route = defineRoute<OperatorCaller>()
const group = 'instances'
const { Optional: optional, String: text } = Type
const path = { ...fields.accountPath, idInstance: Type.Integer({ minimum: 1 }) }

const MADE = Type.Object({
  idInstance: Type.Integer(),
  apiTokenInstance: text(),
  typeInstance: fields.messenger,
  name: text(),
  tariff: text(),
})

/** The instances of an account. A token is told where it is made, with the instance or anew, and nowhere else here. */
export function instanceRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [...lookingRoutes(parts), createRoute(parts), tokenRoute(parts), ...changingRoutes(parts)]
}

function lookingRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const common = { verb: 'GET', group, scope: 'read' } as const
  return [
    route({
      ...common,
      at: '/accounts/{id}/instances',
      summary: 'Lists the instances of an account in the order they were made.',
      path: fields.accountPath,
      query: INSTANCE_FILTERS,
      answer: pageSchema(INSTANCE),
      handle: (_caller, { path: { id }, query }) =>
        fields.withAccount(parts, id, (account) =>
          instancePage(parts.instances.ofAccount(account.id), query, viewOptions(parts)),
        ),
    }),
    route({
      ...common,
      at: '/accounts/{id}/instances/{idInstance}',
      summary: 'Shows an instance with its settings.',
      path,
      answer: INSTANCE_WITH_SETTINGS,
      handle: (_caller, { path: { id, idInstance } }) => {
        const instance = fields.instanceOf(parts, id, idInstance)
        return isFault(instance) ? instance : instanceWithSettings(instance, viewOptions(parts))
      },
    }),
  ]
}

function createRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  const settings = settingsFields(parts.delayMinMs)
  const readSettings = settingsReader(parts.delayMinMs)
  return route({
    verb: 'POST',
    at: '/accounts/{id}/instances',
    summary: 'Makes an instance for a person, of a tariff that is free or paid ahead, and shows its token.',
    group,
    scope: 'full',
    path: fields.accountPath,
    body: {
      name: optional(text({ maxLength: 500 })),
      typeInstance: optional(fields.messenger),
      tariff: fields.tariffName,
      payment: optional(fields.payment),
      settings: optional(fieldsWithin(settings)),
    },
    answer: MADE,
    created: true,
    idempotent: true,
    handle: ({ actor }, { path: { id }, body, once }) =>
      fields.withAccount(parts, id, async (account) => {
        const { name = '', tariff, payment } = body
        const messenger = body.typeInstance ?? account.terms.defaultMessenger ?? 'whatsapp'
        const wanted = readSettings(body.settings ?? {})
        if (isFault(wanted)) return wanted
        const answer = (made: { readonly id: InstanceId; readonly token: string }) => ({
          idInstance: made.id,
          apiTokenInstance: made.token,
          typeInstance: messenger,
          name,
          tariff,
        })
        const made = await parts.business.ownInstances.create(
          account,
          { messenger, name, settings: wanted, once: once(answer) },
          { tariff, ...(payment !== undefined && { payment }) },
          actor,
        )
        return isFault(made) || isRepeated(made) ? made : answer(made)
      }),
  })
}

function tokenRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  return route({
    verb: 'POST',
    at: '/accounts/{id}/instances/{idInstance}/token',
    summary: 'Gives an instance of a person a new token and shows it; the old one is refused from then on.',
    group,
    scope: 'full',
    path,
    answer: Type.Object({ apiTokenInstance: text() }),
    handle: async ({ actor }, { path: { id, idInstance } }) => {
      const instance = fields.instanceOf(parts, id, idInstance)
      if (isFault(instance)) return instance
      const apiTokenInstance = await parts.business.ownInstances.renewToken(instance, actor)
      return isFault(apiTokenInstance) ? apiTokenInstance : { apiTokenInstance }
    },
  })
}

function changingRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const { ownInstances } = parts.business
  const common = { group, scope: 'full', path } as const
  return [
    route({
      ...common,
      verb: 'DELETE',
      at: '/accounts/{id}/instances/{idInstance}',
      summary: 'Deletes an instance of a person, or one that a partner had before becoming one.',
      answer: null,
      handle: ({ actor }, { path: { id, idInstance } }) => {
        const instance = fields.instanceOf(parts, id, idInstance)
        return isFault(instance) ? instance : ownInstances.delete(instance, actor)
      },
    }),
    route({
      ...common,
      verb: 'POST',
      at: '/accounts/{id}/instances/{idInstance}/renew',
      summary: 'Pays 30 days more of an instance that is paid ahead; one that has expired comes back linked.',
      body: { payment: fields.payment },
      answer: INSTANCE,
      idempotent: true,
      handle: ({ actor }, { path: { id, idInstance }, body, once }) =>
        paidOnce(parts, fields.instanceOf(parts, id, idInstance), once, (instance, first) =>
          ownInstances.renew(instance, body.payment, actor, first),
        ),
    }),
    route({
      ...common,
      verb: 'PUT',
      at: '/accounts/{id}/instances/{idInstance}/tariff',
      summary: 'Moves an instance to another tariff; never to or from one that is charged daily.',
      body: { tariff: fields.tariffName, payment: optional(fields.payment) },
      answer: INSTANCE,
      idempotent: true,
      handle: ({ actor }, { path: { id, idInstance }, body, once }) =>
        paidOnce(parts, fields.instanceOf(parts, id, idInstance), once, (instance, first) =>
          ownInstances.setTariff(instance, body.tariff, body.payment, actor, first),
        ),
    }),
  ]
}

function settingsReader(delayMinMs: number): (given: unknown) => Partial<Settings> | Fault {
  const read = strictFields(settingsFields(delayMinMs))
  return (given) => {
    const taken = read(given)
    const faults = 'faults' in taken ? taken.faults : settingsFaults(taken.value)
    if (faults.length > 0 || 'faults' in taken) return fault('invalid', validationText(faults))
    return taken.value
  }
}

function viewOptions({ clock }: OperatorParts) {
  return { now: clock.now(), withSecrets: false }
}

/** With a key the first answer too is the one that is stored with the payment: a session that comes back is not in it yet. */
async function paidOnce(
  parts: OperatorParts,
  instance: Instance | Fault,
  once: MakeOnce,
  pay: (instance: Instance, first: Once<Paid> | undefined) => Promise<Instance | Fault | Repeated>,
): Promise<object> {
  if (isFault(instance)) return instance
  let stored: object | undefined
  const first = once<Paid>((paid) => (stored = instanceView(instance, viewOptions(parts), paid)))
  const changed = await pay(instance, first)
  if (isFault(changed) || isRepeated(changed)) return changed
  return stored ?? instanceView(changed, viewOptions(parts))
}
