import { queryOptions } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useParams } from 'react-router'
import { ask, path, withQuery, type Query } from '../../api/client.ts'
import { number, object, or, text, type Reader } from '../../api/read.ts'

/** Which instance of which account a page is about. */
export interface Place {
  readonly account: string
  readonly id: string
}

export function usePlace(): Place {
  const { account = '', id = '' } = useParams()
  return useMemo(() => ({ account, id }), [account, id])
}

/** Below /api/console; `below` is escaped by whoever made it. */
export function instancePath({ account, id }: Place, below = ''): string {
  return path`/accounts/${account}/instances/${id}` + below
}

/** The address of a method of the contract, called as the instance; the server puts the token in. */
export function methodPath(place: Place, method: string, query: Query = {}): string {
  return withQuery(instancePath(place, path`/call/${method}`), query)
}

export interface MethodCall<T> {
  readonly method: string
  readonly verb?: 'GET' | 'POST' | 'DELETE'
  readonly query?: Query
  readonly body?: unknown
  readonly key?: string
  readonly signal?: AbortSignal
  readonly read: Reader<T>
}

/** Calls a method of the contract as the instance. */
export function askMethod<T>(place: Place, { method, verb = 'GET', query = {}, ...rest }: MethodCall<T>): Promise<T> {
  return ask({ method: verb, path: methodPath(place, method, query), ...rest })
}

const readGlance = object({
  name: or(text, ''),
  typeInstance: or(text, 'whatsapp'),
  state: or(text, ''),
  queued: or(number, 0),
  notifications: or(number, 0),
})

/** What every page of an instance may need to know of it. */
export function glanceQuery(place: Place) {
  return queryOptions({
    queryKey: ['instance', place.account, place.id, 'glance'] as const,
    queryFn: ({ signal }) => ask({ path: instancePath(place), read: readGlance, signal }),
  })
}
