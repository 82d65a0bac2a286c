import { mkdirSync } from 'node:fs'
import { Client } from 'pg'
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts'
import { Api } from './api.ts'
import type { Bench } from './bench.ts'
import { OPERATOR_TOKEN, PARTNER_TOKEN, RATE_LIMIT_SCALE } from './gateway.ts'
import { freePort, Jadegate } from './jadegate.ts'
import { NODE_FLAGS } from './node-flags.ts'
import { cpuSeconds, cpuSecondsOfAll } from './usage.ts'

const POLL_MS = 100
const EVEN_WAIT_MS = 240_000

/** One of several nodes, as it tells of itself. */
export class BenchNode {
  readonly #running: Jadegate
  readonly api: Api

  constructor(running: Jadegate) {
    this.#running = running
    this.api = new Api(running.port, PARTNER_TOKEN)
  }

  get port(): number {
    return this.#running.port
  }

  get pid(): number {
    return this.#running.pid
  }

  /** Every figure of `/metrics` whose line begins so, added up. */
  async figure(begin: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line.startsWith(begin))
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  }

  kill(): void {
    process.kill(this.pid, 'SIGKILL')
  }

  /** SIGTERM; resolves when it is gone. */
  async stop(): Promise<void> {
    await this.api.close()
    await this.#running.stop()
  }
}

/** What PostgreSQL has done since it was asked last. */
export interface DatabaseWork {
  readonly transactions: number
  /** Written: inserted, changed, deleted. */
  readonly rows: number
  readonly walBytes: number
  readonly deadlocks: number
}

const WORK = `select xact_commit + xact_rollback as transactions, tup_inserted + tup_updated + tup_deleted as rows,
  (select wal_bytes from pg_stat_wal) as wal, deadlocks from pg_stat_database where datname = current_database()`
/** The server writes its figures down about once a second. */
const FIGURES_MS = 1500

/** Several nodes of the product, on a PostgreSQL and a simulated network of their own. */
export class BenchNodes {
  readonly nodes: BenchNode[] = []
  readonly #bench: Bench
  readonly #postgres: TestPostgres
  readonly #client: Client
  readonly #env: Readonly<Record<string, string>>
  /** Of the simulated network. */
  readonly network: Api

  private constructor(
    bench: Bench,
    postgres: TestPostgres,
    client: Client,
    network: Api,
    env: Readonly<Record<string, string>>,
  ) {
    this.#bench = bench
    this.#postgres = postgres
    this.#client = client
    this.network = network
    this.#env = env
  }

  static async start(bench: Bench, name: string, count: number, more: object = {}): Promise<BenchNodes> {
    const postgres = bench.own(await startPostgres())
    const url = await postgres.newDatabase()
    const client = new Client({ connectionString: url })
    await client.connect()
    bench.own({ stop: () => client.end() })
    const folder = bench.file(`${name}-network`)
    mkdirSync(folder, { recursive: true })
    const port = await freePort()
    const simulator = { JADEGATE_SIMULATOR_PORT: String(port), JADEGATE_DATA_DIR: folder }
    bench.own(
      await Jadegate.start({ command: 'simulator', folder, env: simulator, readyPath: '/simulator/phones', port }),
    )
    const network = new Api(port)
    bench.own({ stop: () => network.close() })
    const nodes = new BenchNodes(bench, postgres, client, network, {
      JADEGATE_DATABASE_URL: url,
      JADEGATE_SIMULATOR_URL: `http://127.0.0.1:${port}`,
      JADEGATE_SEALING_KEY: '0b'.repeat(32),
      JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
      JADEGATE_PARTNER_TOKEN: PARTNER_TOKEN,
      JADEGATE_MEDIA_DIR: bench.file(`${name}-media`),
      JADEGATE_RATE_LIMIT_SCALE: String(RATE_LIMIT_SCALE),
      JADEGATE_DELAY_MIN_MS: '1',
      ...more,
    })
    for (let each = 0; each < count; each++) await nodes.add()
    return nodes
  }

  async add(): Promise<BenchNode> {
    const port = await freePort()
    const folder = this.#bench.file(`node-${String(port)}`)
    mkdirSync(folder, { recursive: true })
    const own = { JADEGATE_PORT: String(port), JADEGATE_NODE_URL: `http://127.0.0.1:${String(port)}` }
    const env = { ...this.#env, ...own, JADEGATE_DATA_DIR: folder }
    const start = { command: 'serve', folder, env, readyPath: '/ready', port, nodeArgs: NODE_FLAGS } as const
    const node = this.#bench.own(new BenchNode(await Jadegate.start(start)))
    this.nodes.push(node)
    return node
  }

  /** Resolves when each has its share, within a tenth, and all of it lives. */
  async even(of: readonly BenchNode[] = this.nodes): Promise<void> {
    const until = performance.now() + EVEN_WAIT_MS
    for (;;) {
      const owned = await Promise.all(of.map((node) => node.figure('jadegate_cluster_leases_owned ')))
      const living = await Promise.all(of.map((node) => node.figure('jadegate_cluster_leases_living ')))
      const all = owned.reduce((sum, count) => sum + count, 0)
      const isEven = owned.every((count) => Math.abs(count - all / of.length) <= Math.max(2, all / of.length / 10))
      if (isEven && living.every((count, at) => count === owned[at])) return
      if (performance.now() > until) throw new Error(`shares did not become even: ${owned.join(', ')}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** The instances that live on a node. */
  async idsOn({ port }: BenchNode): Promise<ReadonlySet<number>> {
    const { rows } = await this.#client.query<{ id: string }>(
      'select instance_id as id from lease join node on node.id = lease.owner where node.url = $1',
      [`http://127.0.0.1:${String(port)}`],
    )
    return new Set(rows.map(({ id }) => Number(id)))
  }

  /** Seconds of processor time that PostgreSQL has used. */
  databaseSeconds(): number {
    const [first = 0, ...children] = this.#postgres.processes()
    return children.reduce((seconds, pid) => seconds + cpuSeconds(pid), cpuSecondsOfAll(first))
  }

  async databaseWork(): Promise<DatabaseWork> {
    await new Promise((resolve) => setTimeout(resolve, FIGURES_MS))
    const { rows } = await this.#client.query<Record<'transactions' | 'rows' | 'wal' | 'deadlocks', string>>(WORK)
    const [row] = rows
    return {
      transactions: Number(row?.transactions),
      rows: Number(row?.rows),
      walBytes: Number(row?.wal),
      deadlocks: Number(row?.deadlocks),
    }
  }
}
