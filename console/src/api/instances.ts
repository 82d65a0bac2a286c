import { keepPreviousData, queryOptions, type QueryKey } from '@tanstack/react-query'
import { ask, path, withQuery, type Query } from './client.ts'
import {
  anything,
  dictionary,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  or,
  text,
  type Read,
  type Reader,
} from './read.ts'

/** In the order in which a linking goes. */
export const STATES = [
  'notAuthorized',
  'pendingCode',
  'pendingPassword',
  'starting',
  'authorized',
  'blocked',
  'suspended',
] as const
export type InstanceState = (typeof STATES)[number]

export const MESSENGERS = ['whatsapp', 'v3', 'telegram'] as const
export type Messenger = (typeof MESSENGERS)[number]

const shape = {
  idInstance: number,
  name: text,
  typeInstance: oneOf(...MESSENGERS),
  state: oneOf(...STATES),
  phone: nullable(text),
  wid: nullable(text),
  /** Null, as what waits: it lives on another node than the one that answered. */
  isOnline: nullable(flag),
  /** Why it is not online, where that is known. */
  trouble: nullable(text),
  held: nullable(oneOf('accountSuspended', 'expired')),
  tariff: text,
  isFree: flag,
  isPartner: flag,
  timeCreated: text,
  timeDeleted: nullable(text),
  expirationDate: nullable(text),
  daysLeft: nullable(number),
  queued: nullable(number),
  notifications: nullable(number),
}
export const readInstance = object(shape)
export type Instance = Read<typeof readInstance>

const readInstanceWithSettings = object({ ...shape, settings: dictionary(anything) })
export type InstanceWithSettings = Read<typeof readInstanceWithSettings>

const readPage = object({
  items: list(readInstance),
  total: number,
  page: number,
  limit: number,
  counts: dictionary(number),
  tariffs: or(list(text), []),
})
export type InstancePage = Read<typeof readPage>

/** What the stream of events tells of an instance. */
export const readGlances = list(
  object({
    idInstance: number,
    state: oneOf(...STATES),
    phone: nullable(text),
    name: text,
    queued: nullable(number),
    notifications: nullable(number),
    isOnline: nullable(flag),
    trouble: nullable(text),
  }),
)
export type Glance = Read<typeof readGlances>[number]

export function instancesKey(account: string): QueryKey {
  return ['account', account, 'instances']
}

/** Of all that is known of single instances of the account. */
export function instanceKeys(account: string): QueryKey {
  return ['account', account, 'instance']
}

export function instanceKey(account: string, id: string | number): QueryKey {
  return [...instanceKeys(account), String(id)]
}

/** A page of the account's instances; the one before stays until it is here. */
export function instancesQuery(account: string, search: Query) {
  return queryOptions({
    queryKey: [...instancesKey(account), search],
    queryFn: ({ signal }) =>
      ask({ path: withQuery(path`/accounts/${account}/instances`, search), signal, read: readPage }),
    placeholderData: keepPreviousData,
  })
}

export function instanceQuery(account: string, id: string | number) {
  return queryOptions({
    queryKey: instanceKey(account, id),
    queryFn: ({ signal }) => ask({ path: instancePath(account, id), signal, read: readInstanceWithSettings }),
  })
}

/** Below /api/console. */
export function instancePath(account: string, id: string | number): string {
  return path`/accounts/${account}/instances/${id}`
}

export interface MethodCall<T> {
  readonly account: string
  readonly id: string | number
  /** As the contract names it: `getSettings`. */
  readonly name: string
  readonly verb?: 'GET' | 'POST' | 'DELETE'
  readonly body?: unknown
  readonly key?: string
  readonly signal?: AbortSignal
  /** Told how many percent of a file have left. */
  readonly onProgress?: (percent: number) => void
  readonly read: Reader<T>
}

/** Calls a method of the contract as the instance; its token stays with the server. */
export function callMethod<T>({ account, id, name, verb = 'GET', ...others }: MethodCall<T>): Promise<T> {
  return ask({ ...others, method: verb, path: `${instancePath(account, id)}${path`/call/${name}`}` })
}
