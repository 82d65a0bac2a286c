import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/lib/log.ts'
import { startSimulator } from '../../src/app.ts'
import { openStore } from '../../src/app/open-store.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { ClusterStore } from '../../src/storage/cluster-store.ts'
import { StorageFailed } from '../../src/storage/storage-failed.ts'
import type { Store } from '../../src/storage/store.ts'
import { freePort } from '../support/free-port.ts'
import { OPERATOR_TOKEN, startServer, type TestServer } from '../support/server.ts'

/** Short enough for a test, long enough for a machine that has other things to do. */
export const LEASE_MS = 2000

export interface TestNode extends TestServer {
  /** From now on nothing reaches the database any more, and no answer of it comes back. */
  cut(): void
  /** The database is there again. */
  heal(): void
  /** Who owns what, as the database says; also while the wire is cut. */
  readonly leases: ClusterStore
}

/** A database, a simulated network and a folder of files that nodes of this process share. */
export async function openRoom(databaseUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-nodes-'))
  const loaded = loadConfig({
    JADEGATE_DATA_DIR: join(folder, 'network'),
    JADEGATE_SIMULATOR_PORT: '0',
    JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
  })
  if ('errors' in loaded) assert.fail(loaded.errors.join('\n'))
  const network = await startSimulator(loaded.config, silentLog)
  const nodes: TestNode[] = []

  async function start(more: Readonly<Record<string, string>> = {}): Promise<TestNode> {
    const port = String(await freePort())
    const wire = { isCut: false }
    const opened: Store[] = []
    const server = await startServer(
      {
        JADEGATE_PORT: port,
        JADEGATE_NODE_URL: `http://127.0.0.1:${port}`,
        JADEGATE_DATABASE_URL: databaseUrl,
        JADEGATE_SEALING_KEY: '0a'.repeat(32),
        JADEGATE_SIMULATOR_URL: network.url,
        JADEGATE_MEDIA_DIR: join(folder, 'media'),
        JADEGATE_DATA_DIR: join(folder, `node-${port}`),
        JADEGATE_LEASE_MS: String(LEASE_MS),
        JADEGATE_MOVES_PER_SECOND: '20',
        ...more,
      },
      {
        openStore: async (config, needs) => {
          const store = await openStore(config, needs)
          opened.push(store)
          return cuttable(store, wire)
        },
      },
    )
    const leases = opened[0]?.cluster
    assert.ok(leases !== undefined)
    const node = { ...server, leases, cut: () => void (wire.isCut = true), heal: () => void (wire.isCut = false) }
    nodes.push(node)
    return node
  }

  return {
    network,
    start,
    async close(): Promise<void> {
      for (const node of nodes) node.heal()
      await Promise.all(nodes.map((node) => node.stop()))
      await network.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Room = Awaited<ReturnType<typeof openRoom>>

/** A store behind a wire that can be cut: then everything fails as where a database does not answer, whatever became of it. */
function cuttable<T extends object>(inner: T, wire: { readonly isCut: boolean }): T {
  const mustReach = (): void => {
    if (wire.isCut) throw new StorageFailed('the wire is cut')
  }
  return new Proxy(inner, {
    get(target, name): unknown {
      const found: unknown = Reflect.get(target, name)
      if (name === 'close' || name === 'endWithin' || found === null) return found
      if (typeof found === 'object') return cuttable(found, wire)
      if (typeof found !== 'function') return found
      return async (...args: unknown[]) => {
        mustReach()
        const answer: unknown = await (Reflect.apply(found, target, args) as Promise<unknown>)
        mustReach()
        return answer
      }
    },
  })
}
