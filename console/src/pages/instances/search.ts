import { useSearchParams } from 'react-router'
import { MESSENGERS, STATES } from '../../api/instances.ts'
import type { Query } from '../../api/client.ts'

export const SORTS = ['created', 'name', 'state', 'phone', 'tariff', 'queued'] as const
export type SortName = (typeof SORTS)[number]
export type Order = 'asc' | 'desc'
export const PAGE_SIZE = 50

/** What of the list is shown; it stands in the page's address, so that it can be kept, sent and gone back to. */
export interface Search {
  readonly text: string
  readonly state: string | null
  readonly messenger: string | null
  readonly tariff: string | null
  readonly sort: SortName
  readonly order: Order
  /** 0 for the first. */
  readonly page: number
}

export interface SearchState {
  readonly search: Search
  /** A change of anything but the page begins with the first one. */
  readonly change: (patch: Partial<Search>) => void
  readonly clear: () => void
}

export function useSearch(): SearchState {
  const [params, setParams] = useSearchParams()
  const search = searchOf(params)
  return {
    search,
    change: (patch) => setParams(paramsOf({ ...search, page: 0, ...patch }), { replace: patch.page === undefined }),
    clear: () => setParams(paramsOf({ ...search, page: 0, text: '', state: null, messenger: null, tariff: null })),
  }
}

export function isNarrowed({ text, state, messenger, tariff }: Search): boolean {
  return text !== '' || state !== null || messenger !== null || tariff !== null
}

/** As the server is asked. */
export function queryOf({ text, state, messenger, tariff, sort, order, page }: Search): Query {
  return { search: text.trim(), state, typeInstance: messenger, tariff, sort, order, limit: PAGE_SIZE, page: page + 1 }
}

/** Names go from A to Z, but the newest and the longest queue come first. */
export function firstOrder(sort: SortName): Order {
  return sort === 'created' || sort === 'queued' ? 'desc' : 'asc'
}

function searchOf(params: URLSearchParams): Search {
  const sort = known(SORTS, params.get('sort')) ?? 'created'
  const page = Number(params.get('page') ?? '1')
  return {
    text: params.get('search') ?? '',
    state: known(STATES, params.get('state')),
    messenger: known(MESSENGERS, params.get('messenger')),
    tariff: params.get('tariff'),
    sort,
    order: known(['asc', 'desc'], params.get('order')) ?? firstOrder(sort),
    page: Number.isSafeInteger(page) && page > 0 ? page - 1 : 0,
  }
}

function paramsOf({ text, state, messenger, tariff, sort, order, page }: Search): URLSearchParams {
  const given: Readonly<Record<string, string | null>> = {
    search: text === '' ? null : text,
    state,
    messenger,
    tariff,
    sort: sort === 'created' ? null : sort,
    order: order === firstOrder(sort) ? null : order,
    page: page === 0 ? null : String(page + 1),
  }
  return new URLSearchParams(Object.entries(given).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
}

function known<const T extends string>(all: readonly T[], value: string | null): T | null {
  return all.find((one) => one === value) ?? null
}
