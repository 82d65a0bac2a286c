import { useQueryClient, type QueryClient, type QueryFilters } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { path } from './client.ts'
import { useLiveEvents, type LiveState } from './events.ts'
import { instanceKeys, instancesKey, readGlances, type Glance, type Instance, type InstancePage } from './instances.ts'
import { list, number } from './read.ts'

/** However much happens, the list is asked for anew so seldom: what it shows of each instance comes with the events. */
const RELIST_MS = 2_000

/** Keeps what is known of the account's instances up to date as long as the page is shown. */
export function useInstanceEvents(account: string): LiveState {
  const client = useQueryClient()
  const relist = useSeldom(() => void client.invalidateQueries({ queryKey: instancesKey(account) }), RELIST_MS)
  return useLiveEvents({
    path: path`/accounts/${account}/events`,
    on: {
      instance: (data) => {
        const glances = new Map(readGlances(data).map((glance) => [glance.idInstance, glance]))
        refetchMoved(client, account, glances)
        if (showChanges(client, account, glances)) relist()
      },
      removed: (data) => {
        if (list(number)(data).length === 0) return
        void client.invalidateQueries({ queryKey: instanceKeys(account) })
        relist()
      },
    },
    onReopen: () => {
      void client.invalidateQueries({ queryKey: instanceKeys(account) })
      relist()
    },
  })
}

/** With the state more changes than an event tells: as whom it is linked, why it stands still. */
function refetchMoved(client: QueryClient, account: string, glances: ReadonlyMap<number, Glance>): void {
  for (const [queryKey, instance] of client.getQueriesData<Instance>(ofEach(account))) {
    const glance = instance === undefined ? undefined : glances.get(instance.idInstance)
    const isMoved = glance !== undefined && (glance.state !== instance?.state || glance.phone !== instance.phone)
    if (isMoved) void client.invalidateQueries({ queryKey, exact: true })
  }
}

/** Puts the news into what is shown. True where a list may have others in it now, or count them otherwise. */
function showChanges(client: QueryClient, account: string, glances: ReadonlyMap<number, Glance>): boolean {
  client.setQueriesData<Instance>(ofEach(account), (instance) =>
    instance === undefined ? undefined : changedAtHome(instance, glances),
  )
  const queryKey = instancesKey(account)
  const before = client.getQueriesData<InstancePage>({ queryKey }).flatMap(([, page]) => page?.items ?? [])
  client.setQueriesData<InstancePage>({ queryKey }, (page) =>
    page === undefined ? undefined : { ...page, items: page.items.map((instance) => changed(instance, glances)) },
  )
  const shown = new Set(before.map(({ idInstance }) => idInstance))
  return [...glances.keys()].some((id) => !shown.has(id)) || before.some((instance) => isMoved(instance, glances))
}

/** The instances themselves: other things are kept below their keys, their states for one. */
function ofEach(account: string): QueryFilters {
  const queryKey = instanceKeys(account)
  return { queryKey, predicate: (query) => query.queryKey.length === queryKey.length + 1 }
}

/** True where another place in the list, or another state to be counted in, may be right now. */
function isMoved(instance: Instance, glances: ReadonlyMap<number, Glance>): boolean {
  const glance = glances.get(instance.idInstance)
  return glance !== undefined && (glance.state !== instance.state || glance.name !== instance.name)
}

function changed<T extends Instance>(instance: T, glances: ReadonlyMap<number, Glance>): T {
  const glance = glances.get(instance.idInstance)
  return glance === undefined ? instance : { ...instance, ...glance }
}

/** The same of one that was asked for by itself, which its own node answers, as it lives: what the stream's node does not know of it stays. */
function changedAtHome<T extends Instance>(instance: T, glances: ReadonlyMap<number, Glance>): T {
  const { isOnline, trouble, queued, notifications } = instance
  const next = changed(instance, glances)
  return {
    ...next,
    isOnline: next.isOnline ?? isOnline,
    // Null says that there is none, where the connection is known.
    trouble: next.isOnline === null ? trouble : next.trouble,
    queued: next.queued ?? queued,
    notifications: next.notifications ?? notifications,
  }
}

/** Does the work at once, and what is asked for meanwhile together once the time is over. */
function useSeldom(work: () => void, everyMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const isAsked = useRef(false)
  const current = useRef(work)
  useEffect(() => {
    current.current = work
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  const run = (): void => {
    if (timer.current !== undefined) {
      isAsked.current = true
      return
    }
    isAsked.current = false
    current.current()
    timer.current = setTimeout(() => {
      timer.current = undefined
      if (isAsked.current) run()
    }, everyMs)
  }
  return run
}
