import Type from 'typebox'
import type { Cluster } from '../../cluster/cluster.ts'
import type { NodeRow } from '../../storage/cluster-store.ts'
import type { Store } from '../../storage/store.ts'
import { isoTime } from '../api/iso-time.ts'
import type { ApiRow } from '../api/route.ts'
import type { Readiness } from '../ops/readiness.ts'
import { operatorPersonRoute as route, type OperatorPerson } from './console-api.ts'
import type { Fullest, Signs, VitalSigns } from './vital-signs.ts'

export interface HealthDeps {
  readonly signs: Pick<VitalSigns, 'look' | 'series'>
  readonly cluster: Pick<Cluster, 'isAlone' | 'view'>
  readonly readiness: Pick<Readiness, 'trouble'>
  readonly store: Pick<Store, 'use'>
}

const text = Type.String()
const integer = Type.Integer()
const number = Type.Number()
const flag = Type.Boolean()
const orNull = <S extends typeof text | typeof number>(schema: S) => Type.Union([schema, Type.Null()])

const NODE = Type.Object({
  node: text,
  version: text,
  startedAt: text,
  isThis: flag,
  isAlive: flag,
  isLeaving: flag,
})

const HEALTH = Type.Object({
  node: text,
  isAlone: flag,
  trouble: orNull(text),
  uptimeSeconds: integer,
  residentBytes: integer,
  heapUsedBytes: integer,
  nodes: Type.Array(NODE),
  leases: Type.Object({ owned: integer, living: integer, free: integer, doesJobs: flag, beatAgeMs: orNull(number) }),
  instances: Type.Object({ states: Type.Record(text, integer), held: integer }),
  queued: integer,
  notifications: integer,
  oldestMs: integer,
  fullest: Type.Array(
    Type.Object({ idInstance: integer, account: text, name: text, queued: integer, notifications: integer }),
  ),
  database: Type.Union([
    Type.Object({ connections: integer, busy: integer, idle: integer, waiting: integer, commits: integer }),
    Type.Null(),
  ]),
  series: Type.Array(
    Type.Object({
      time: text,
      residentBytes: integer,
      cpu: number,
      authorized: integer,
      queued: integer,
      notifications: integer,
      oldestMs: integer,
      commits: integer,
    }),
  ),
})

/** How the node that answers is; of the others it knows whether they live. */
export function healthRows({ signs, cluster, readiness, store }: HealthDeps): readonly ApiRow<OperatorPerson>[] {
  return [
    route({
      verb: 'GET',
      at: '/health',
      summary: 'How this node is, what waits on it, the other nodes, and the last hour in steps of ten seconds.',
      group: 'health',
      scope: 'read',
      answer: HEALTH,
      async handle() {
        const trouble = await readiness.trouble()
        const { states, held, fullest, ...waiting } = signs.look()
        const { view } = cluster
        const { rss, heapUsed } = process.memoryUsage()
        return {
          node: view.node,
          isAlone: cluster.isAlone,
          trouble: trouble ?? null,
          uptimeSeconds: Math.round(process.uptime()),
          residentBytes: rss,
          heapUsedBytes: heapUsed,
          nodes: view.nodes.map((row) => nodeView(row, view.node)),
          leases: leasesIn(view),
          instances: { states, held },
          ...waiting,
          fullest: fullest.map(fullestView),
          database: databaseView(store),
          series: signs.series.map(signsView),
        }
      },
    }),
  ]
}

function leasesIn({ owned, living, free, doesJobs, beatAgeMs }: Cluster['view']): object {
  return { owned, living, free, doesJobs, beatAgeMs }
}

function nodeView({ node, version, startedAt, isAlive, isLeaving }: NodeRow, own: string): object {
  return { node, version, startedAt: isoTime(startedAt), isThis: node === own, isAlive, isLeaving }
}

function fullestView({ id, account, name, queued, notifications }: Fullest): object {
  return { idInstance: id, account, name, queued, notifications }
}

/** Null for a database of the server's own. */
function databaseView({ use }: Pick<Store, 'use'>): object | null {
  if (use === undefined) return null
  const { connections, busy, idle, waiting, commits } = use
  return { connections, busy, idle, waiting, commits }
}

function signsView({ at, ...signs }: Signs): object {
  return { time: isoTime(at), ...signs }
}
