import Type, { type Static, type TObject } from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import type { EpochMs } from '../../model/ids.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import { INSTANCE, INSTANCE_STATES, instanceView } from '../api/instance-view.ts'

const MOST_ON_A_PAGE = 200
const ON_A_PAGE = 50
const MOST_PAGES = 1_000_000

export const SORTS = ['created', 'name', 'state', 'phone', 'tariff', 'queued'] as const
type Sort = (typeof SORTS)[number]

const { Optional: optional, Integer: integer, String: text } = Type

/** What the console's list of instances is asked for. */
export const SEARCH = {
  /** A part of the name in any case, or of the digits of the phone or of the id. */
  search: optional(text({ maxLength: 200 })),
  state: optional(Type.Enum([...INSTANCE_STATES])),
  typeInstance: optional(Type.Enum([...MESSENGERS])),
  tariff: optional(text({ minLength: 1, maxLength: 64 })),
  deleted: optional(Type.Boolean()),
  sort: optional(Type.Enum([...SORTS])),
  order: optional(Type.Enum(['asc', 'desc'])),
  limit: optional(integer({ minimum: 1, maximum: MOST_ON_A_PAGE })),
  /** From 1. */
  page: optional(integer({ minimum: 1, maximum: MOST_PAGES })),
}
export type Search = Static<TObject<typeof SEARCH>>

/** `counts`: of those that fit, whatever their state; `tariffs`: all that the account's instances have. */
export const FOUND = Type.Object({
  items: Type.Array(INSTANCE),
  total: integer(),
  page: integer(),
  limit: integer(),
  counts: Type.Record(text(), integer()),
  tariffs: Type.Array(text()),
})

/** Out of ten thousand instances a page in some tens of milliseconds at most: everything is in memory. */
export function searched(all: readonly Instance[], asked: Search, now: EpochMs): object {
  const { state, sort = 'created', order = sort === 'created' ? 'desc' : 'asc', limit = ON_A_PAGE, page = 1 } = asked
  const fits = filterOf(asked)
  const counts: Record<string, number> = {}
  const tariffs = new Set<string>()
  const found: Instance[] = []
  for (const instance of all) {
    if (instance.deletedAt === null) tariffs.add(instance.tariff.name)
    if (!fits(instance)) continue
    counts[instance.state] = (counts[instance.state] ?? 0) + 1
    if (state === undefined || instance.state === state) found.push(instance)
  }
  const from = (page - 1) * limit
  return {
    items: sorted(found, sort, order)
      .slice(from, from + limit)
      .map((instance) => instanceView(instance, { now, withSecrets: false })),
    total: found.length,
    page,
    limit,
    counts,
    tariffs: [...tariffs].toSorted(),
  }
}

function filterOf({ search = '', typeInstance, tariff, deleted = false }: Search): (one: Instance) => boolean {
  const words = search.trim().toLowerCase()
  const digits = words.replaceAll(/[\s()+-]/g, '')
  const isNumber = /^\d+$/.test(digits)
  const named = (instance: Instance): boolean =>
    instance.name.toLowerCase().includes(words) ||
    (isNumber && (String(instance.id).includes(digits) || (instance.linked?.phone.includes(digits) ?? false)))
  return (instance) =>
    (instance.deletedAt !== null) === deleted &&
    (typeInstance === undefined || instance.messenger === typeInstance) &&
    (tariff === undefined || instance.tariff.name === tariff) &&
    (words === '' || named(instance))
}

const KEYS: Readonly<Record<Exclude<Sort, 'created'>, (one: Instance) => string | number>> = {
  name: ({ name }) => name,
  state: ({ state }) => INSTANCE_STATES.indexOf(state),
  phone: ({ linked }) => linked?.phone ?? '',
  tariff: ({ tariff }) => tariff.name,
  queued: ({ queued }) => queued,
}

/** They come in the order in which they were made; those that are alike stay in it. */
function sorted(found: readonly Instance[], sort: Sort, order: 'asc' | 'desc'): readonly Instance[] {
  if (sort === 'created') return order === 'asc' ? found : found.toReversed()
  const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
  const keyOf = KEYS[sort]
  const sign = order === 'asc' ? 1 : -1
  return found
    .map((instance) => ({ instance, key: keyOf(instance) }))
    .toSorted(
      ({ key: left }, { key: right }) =>
        sign *
        (typeof left === 'number' && typeof right === 'number' ? left - right : compare(String(left), String(right))),
    )
    .map(({ instance }) => instance)
}
