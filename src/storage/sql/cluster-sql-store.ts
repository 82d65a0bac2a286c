import type { InstanceId } from '../../model/ids.ts'
import type { Beat, ClusterStore, NodeRow, RegisterRevision } from '../cluster-store.ts'
import * as sql from './cluster-statements.ts'
import { integer, text, textOrNull } from './columns.ts'
import type { Engine } from './engine.ts'
import * as rows from './rows.ts'
import type { Row } from './statement.ts'

/** Nodes and leases on a database that several servers use; each call is one statement, so one round trip and one transaction. */
export function createClusterStore(engine: Engine): ClusterStore {
  return {
    async beat({ node, url, version, startedAt, engines, isLeaving, leaseMs }) {
      const params = [node, url, version, startedAt, engines, isLeaving ? 1 : 0, leaseMs, node]
      return beatOf(node, (await engine.write(sql.BEAT, params)).rows)
    },
    async leave(node) {
      await engine.write(sql.LEAVE, [node])
    },
    owned: async (node) => leases(await engine.read(sql.OWNED, [node])),
    async claim(node, limit, only) {
      const taken =
        only === undefined
          ? await engine.write(sql.CLAIM, [node, limit, node])
          : await engine.write(sql.CLAIM_ONLY, [node, JSON.stringify(only), limit, node])
      return leases(taken.rows)
    },
    async move(instance, epoch, to) {
      const { rows: moved } = await engine.write(sql.MOVE, [instance, epoch, to, to])
      return moved[0] === undefined ? null : rows.epoch(moved[0])
    },
    async renew(instance, epoch) {
      const { rows: renewed } = await engine.write(sql.RENEW, [instance, epoch])
      return renewed[0] === undefined ? null : rows.epoch(renewed[0])
    },
    async ownerOf(instance) {
      const [row] = await engine.read(sql.OWNER_OF, [instance])
      if (row === undefined) return null
      const isAlive = integer(row, 'is_alive') === 1
      return { node: text(row, 'owner'), epoch: rows.epoch(row), url: textOrNull(row, 'url'), isAlive }
    },
    async register() {
      const [row = {}] = await engine.read(sql.REGISTER, [])
      return revision(row)
    },
    loads: async () =>
      new Map((await engine.read(sql.LOADS, [])).map((row) => [text(row, 'owner'), integer(row, 'count')])),
  }
}

function leases(found: readonly Row[]): ReadonlyMap<InstanceId, ReturnType<typeof rows.epoch>> {
  return new Map(found.map((row) => [rows.instanceId(row), rows.epoch(row)]))
}

/** Every row says what is said once, too. */
function beatOf(node: string, found: readonly Row[]): Beat {
  const own = found.find((row) => row['id'] === node)
  if (own === undefined) throw new TypeError('A beat that does not tell of its own node')
  return {
    now: integer(own, 'now'),
    nodes: found.map(nodeRow),
    changes: integer(own, 'changes'),
    free: integer(own, 'free'),
    register: revision(own),
  }
}

function revision(row: Row): RegisterRevision {
  return { accounts: integer(row, 'accounts'), instances: integer(row, 'instances') }
}

function nodeRow(row: Row): NodeRow {
  return {
    node: text(row, 'id'),
    url: textOrNull(row, 'url'),
    version: text(row, 'version'),
    startedAt: integer(row, 'started_at'),
    engines: text(row, 'engines'),
    isLeaving: integer(row, 'is_leaving') === 1,
    expiresAt: integer(row, 'expires_at'),
    isAlive: integer(row, 'is_alive') === 1,
  }
}
