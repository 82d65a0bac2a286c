import { Counter, Gauge, type Registry } from 'prom-client'
import type { Cluster, ClusterView } from '../../cluster/cluster.ts'
import type { Store, StoreUse } from '../../storage/store.ts'

/** How this node and its database are. What a server alone, or one with a database of its own, does not have is not told. */
export function registerClusterGauges(
  registry: Registry,
  cluster: Pick<Cluster, 'isAlone' | 'view'>,
  { use }: Pick<Store, 'use'>,
): void {
  if (use !== undefined) registerDatabase(registry, use)
  // A server that is alone has beats only where others could use its database.
  if (!cluster.isAlone || cluster.view.beatAgeMs !== null) registerBeats(registry, () => cluster.view)
  if (!cluster.isAlone) registerLeases(registry, () => cluster.view)
}

function registerBeats(registry: Registry, view: () => ClusterView): void {
  const add = adder(registry)
  add(
    'jadegate_cluster_beat_age_seconds',
    'Time since the last beat that reached the database began.',
    () => (view().beatAgeMs ?? 0) / 1000,
  )
  add('jadegate_cluster_beat_seconds', 'How long the last beat took.', () => (view().beatMs ?? 0) / 1000)
  add('jadegate_cluster_sure', '1 while this node is sure that its instances are its own.', () => Number(view().isSure))
  add('jadegate_cluster_leaving', '1 while this node hands its instances over and goes.', () =>
    Number(view().isLeaving),
  )
}

function registerLeases(registry: Registry, view: () => ClusterView): void {
  const add = adder(registry)
  add('jadegate_cluster_leases_owned', 'Leases of this node.', () => view().owned)
  add('jadegate_cluster_leases_living', 'Of these, the ones that live; the others come or go.', () => view().living)
  add('jadegate_cluster_leases_free', 'Leases that no living node has, as this node sees it.', () => view().free)
  add('jadegate_cluster_jobs', '1 on the node that does the jobs of all.', () => Number(view().doesJobs))
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_cluster_nodes',
      help: 'Nodes as this one sees them (state: alive, leaving, dead).',
      labelNames: ['state'],
      registers: [],
      collect() {
        const counts = { alive: 0, leaving: 0, dead: 0 }
        for (const { isAlive, isLeaving } of view().nodes)
          counts[isAlive ? (isLeaving ? 'leaving' : 'alive') : 'dead']++
        for (const [state, count] of Object.entries(counts)) this.set({ state }, count)
      },
    }),
  )
  registry.registerMetric(
    new Counter({
      name: 'jadegate_cluster_leases_total',
      help: 'Leases since the start (event: claimed when nobody had them, received from another node, given to one, lost).',
      labelNames: ['event'],
      registers: [],
      collect() {
        this.reset()
        for (const [event, count] of Object.entries(view().counts)) this.inc({ event }, count)
      },
    }),
  )
}

function registerDatabase(registry: Registry, use: StoreUse): void {
  const add = adder(registry)
  add('jadegate_database_connections_limit', 'Connections that there may be.', () => use.connections)
  registry.registerMetric(
    new Gauge({
      name: 'jadegate_database_connections',
      help: 'Connections to the database (state: busy, idle).',
      labelNames: ['state'],
      registers: [],
      collect() {
        this.set({ state: 'busy' }, use.busy)
        this.set({ state: 'idle' }, use.idle)
      },
    }),
  )
  add('jadegate_database_waiting', 'Callers that wait for a connection.', () => use.waiting)
  add('jadegate_database_commits_waiting', 'Batches that were given and are not settled yet.', () => use.commits)
}

function adder(registry: Registry): (name: string, help: string, read: () => number) => void {
  return (name, help, read) => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read())
        },
      }),
    )
  }
}
