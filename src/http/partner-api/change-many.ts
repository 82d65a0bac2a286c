import type { IncomingMessage } from 'node:http'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock } from '../../lib/clock.ts'
import { isFault, NOT_FOUND, UNAVAILABLE, UNCONFIRMED, type Fault } from '../../model/fault.ts'
import type { AccountId } from '../../model/ids.ts'
import type { Settings } from '../../model/settings.ts'
import { audited } from '../../partners/audit-log.ts'
import type { Store } from '../../storage/store.ts'
import { ANSWER_MS } from '../answer-times.ts'
import { accountRoute as route, type AccountCaller } from '../api/account-caller.ts'
import { rateLimited } from '../api/api-errors.ts'
import type { ApiRow } from '../api/route.ts'
import type { Share, Shares } from '../cluster/shares.ts'
import { fieldsWithin, strictFields } from '../api/strict-fields.ts'
import { settingsFaults, settingsFields } from '../settings-fields.ts'
import { failed, invalid, ITEM_ERROR, NAME_LENGTH, own } from './instance-parts.ts'

const MOST_IDS = 1000
/** So many are changed at one time: they share disk flushes, and others are not kept waiting. */
const PORTION = 200
const BUSY = rateLimited('Another change of many instances is under way: wait for its answer', 1000)

export interface ChangeManyDeps {
  readonly instances: Pick<Instances, 'get' | 'ofAccount'>
  readonly store: Pick<Store, 'commit'>
  readonly clock: Pick<Clock, 'now'>
  readonly delayMinMs: number
  readonly shares: Pick<Shares, 'split' | 'ask'>
}

type Patch = Partial<Settings> & { readonly name?: string }

interface Outcome {
  readonly idInstance: number
  readonly ok: boolean
  readonly error?: unknown
}

/** Changes names or settings of many instances. An account has one such call at a time: each may touch all that it has. */
export function changeMany(deps: ChangeManyDeps): ApiRow<AccountCaller> {
  const fields = settingsFields(deps.delayMinMs)
  const read = strictFields(fields)
  const busy = new Set<AccountId>()
  return route({
    verb: 'PATCH',
    at: '/instances',
    summary: 'Changes names or settings of many instances, or of all that are not deleted; what is not given stays.',
    group: 'instances',
    scope: 'full',
    answerMs: ANSWER_MS.long,
    body: {
      ids: Type.Union([Type.Literal('all'), Type.Array(Type.Integer(), { minItems: 1, maxItems: MOST_IDS })]),
      name: Type.Optional(Type.String({ maxLength: NAME_LENGTH })),
      settings: Type.Optional(fieldsWithin(fields)),
    },
    answer: Type.Object({
      items: Type.Array(
        Type.Object({ idInstance: Type.Integer(), ok: Type.Boolean(), error: Type.Optional(ITEM_ERROR) }),
      ),
    }),
    async handle(caller, { body, raw }) {
      const taken = read(body.settings)
      const patch = 'faults' in taken ? invalid(taken.faults) : patchOf(taken.value, body.name)
      if ('fault' in patch) return patch
      const account = caller.account.id
      if (busy.has(account)) return BUSY
      busy.add(account)
      try {
        const ids = body.ids === 'all' ? livingIds(deps, caller) : [...new Set(body.ids)]
        const { here, elsewhere } = await deps.shares.split(ids, raw)
        const asked = body.ids === 'all' && elsewhere.length === 0 ? 'all' : here
        const mine = await changeEach(deps, caller, asked, here, patch)
        const others = await Promise.all(elsewhere.map((share) => changeElsewhere(deps, share, raw, body)))
        return { items: inOrder(ids, [...mine, ...others.flat()]) }
      } finally {
        busy.delete(account)
      }
    },
  })
}

function patchOf(settings: Partial<Settings>, name: string | undefined): Patch | Fault {
  const faults = settingsFaults(settings)
  if (faults.length > 0) return invalid(faults)
  const patch = { ...settings, ...(name !== undefined && { name }) }
  if (Object.keys(patch).length > 0) return patch
  return invalid(["'settings' must have at least 1 key where no name is given"])
}

/** Nothing is stored of those that are so already. That the others are to change is in the audit log before the first of them does. */
async function changeEach(
  deps: ChangeManyDeps,
  caller: AccountCaller,
  asked: 'all' | readonly number[],
  ids: readonly number[],
  patch: Patch,
): Promise<readonly Outcome[]> {
  const changing = ids.filter((id) => {
    const instance = own(deps.instances, caller, id)
    return instance?.deletedAt === null && differs(instance, patch)
  })
  if (changing.length > 0) await note(deps, caller, asked === 'all' ? asked : changing, changing.length, patch)
  const isChanging = new Set(changing)
  const outcomes: Outcome[] = []
  for (let from = 0; from < ids.length; from += PORTION) {
    const portion = ids.slice(from, from + PORTION)
    outcomes.push(...(await Promise.all(portion.map((id) => changeOne(deps, caller, id, isChanging.has(id) && patch)))))
  }
  return outcomes
}

const SHARE = Compile(
  Type.Object({
    items: Type.Array(
      Type.Object({ idInstance: Type.Integer(), ok: Type.Boolean(), error: Type.Optional(Type.Unknown()) }),
    ),
  }),
)

/** Each node changes its own, as if it alone had been asked, and says so in the audit log. */
async function changeElsewhere(
  { shares }: ChangeManyDeps,
  { url, ids }: Share,
  request: IncomingMessage,
  body: object,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    const portion = ids.slice(from, from + MOST_IDS)
    const asked = url === undefined ? UNAVAILABLE : await shares.ask(url, request, { ...body, ids: portion })
    if (!isFault(asked) && SHARE.Check(asked.answer)) outcomes.push(...asked.answer.items)
    else {
      const trouble = failed(isFault(asked) ? asked : UNCONFIRMED)
      outcomes.push(...portion.map((idInstance) => ({ idInstance, ...trouble })))
    }
  }
  return outcomes
}

function inOrder(ids: readonly number[], outcomes: readonly Outcome[]): readonly Outcome[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.idInstance, outcome]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

function livingIds({ instances }: ChangeManyDeps, { account }: AccountCaller): readonly number[] {
  return instances.ofAccount(account.id).flatMap(({ id, deletedAt }) => (deletedAt === null ? [id] : []))
}

function differs(instance: Instance, { name, ...settings }: Patch): boolean {
  const given: object = settings
  const known: ReadonlyMap<string, unknown> = new Map(Object.entries(instance.settings))
  if (name !== undefined && name !== instance.name) return true
  return Object.entries(given).some(([field, value]) => known.get(field) !== value)
}

/** The values may be secret (`webhookUrlToken`), their names are not. */
async function note(
  { store, clock }: ChangeManyDeps,
  caller: AccountCaller,
  ids: 'all' | readonly number[],
  count: number,
  patch: Patch,
): Promise<void> {
  const details = { fields: Object.keys(patch), count, ids }
  const entry = audited(caller.actor, clock.now(), 'instance.settings', { account: caller.account.id, details })
  await store.commit({ guards: [], writes: [entry] })
}

/** `patch` is false where there is nothing to change. */
async function changeOne(
  { instances }: ChangeManyDeps,
  caller: AccountCaller,
  idInstance: number,
  patch: Patch | false,
): Promise<Outcome> {
  const instance = own(instances, caller, idInstance)
  if (instance?.deletedAt !== null) return { idInstance, ...failed(NOT_FOUND) }
  if (patch !== false) await instance.update(patch)
  return { idInstance, ok: true }
}
