import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job, JobResult, Told } from '../load/job.ts'
import type { Order, Outcome, Ready, Told as OutsideTold } from '../outside/order.ts'
import { startWarmPostgres } from './database.ts'
import { Child } from './child.ts'
import { NODE_FLAGS } from './node-flags.ts'
import type { Compared, Limit, Side } from './rounds.ts'
import { cpuSeconds, cpuSecondsOfAll } from './usage.ts'

export const DATABASES = ['sqlite', 'postgres'] as const
export type Database = (typeof DATABASES)[number]

/** Where the product stores, and where a denominator does. */
export interface Storage {
  /** The product's settings. */
  readonly env: Readonly<Record<string, string>>
  readonly text: string
  /** What denominators keep what they store in, for `openLog`: each in one of its own. */
  readonly logs: readonly BareLog[]
  /** Processor seconds that the database has used so far, where it has processes of its own. */
  readonly cpuSeconds?: () => number
}

export interface BareLog {
  readonly text: string
  /** Makes one. */
  readonly make: () => Promise<string>
}

/** How long and how often. */
export interface Effort {
  readonly rounds: number
  readonly warmupMs: number
  readonly durationMs: number
  readonly idleMs: number
  readonly instances: number
  readonly manyInstances: number
  /** Of a benchmark that has several, the one to run; absent: all. */
  readonly part?: string
}

export const FULL: Effort = {
  rounds: 9,
  warmupMs: 500,
  durationMs: 2000,
  idleMs: 20_000,
  instances: 1000,
  manyInstances: 10_000,
}
/** Shows that everything runs; its figures mean little. */
export const QUICK: Effort = {
  rounds: 2,
  warmupMs: 300,
  durationMs: 700,
  idleMs: 3000,
  instances: 200,
  manyInstances: 1000,
}

/** What a benchmark works with. Everything that was started is stopped when it ends, however it ends. */
export class Bench {
  readonly effort: Effort
  readonly database: Database
  readonly folder = mkdtempSync(join(tmpdir(), 'jadegate-bench-'))
  readonly #started: { stop(): Promise<void> }[] = []

  constructor(effort: Effort, database: Database = 'sqlite') {
    this.effort = effort
    this.database = database
  }

  async storage(): Promise<Storage> {
    const file = { text: 'one growing file, one fdatasync a group', make: () => Promise.resolve(this.file('bare.log')) }
    if (this.database === 'sqlite') return { env: {}, text: 'SQLite, WAL, synchronous=FULL', logs: [file] }
    const server = this.own(await startWarmPostgres())
    return {
      env: { JADEGATE_DATABASE_URL: await server.newDatabase() },
      text: 'PostgreSQL on this machine, through TCP, fsync and synchronous_commit on',
      logs: [{ text: 'one table of the same PostgreSQL, one insert a group', make: () => server.newDatabase() }, file],
      cpuSeconds: () => {
        const [first = 0, ...children] = server.processes()
        return children.reduce((seconds, pid) => seconds + cpuSeconds(pid), cpuSecondsOfAll(first))
      },
    }
  }

  /** A denominator for each way to store; the target is that of the first, which stores where the product does. */
  async limits(
    { logs, cpuSeconds }: Storage,
    target: number,
    start: (log: { readonly where: string; readonly text: string }) => Promise<Side & { readonly text: string }>,
  ): Promise<readonly Limit[]> {
    const limits: Limit[] = []
    for (const [at, { text, make }] of logs.entries()) {
      const bare = await start({ where: await make(), text })
      limits.push({ text: bare.text, bare: { ...bare, databaseSeconds: cpuSeconds }, target: at === 0 ? target : null })
    }
    return limits
  }

  /** Takes over the stopping of it. */
  own<T extends { stop(): Promise<void> }>(started: T): T {
    this.#started.push(started)
    return started
  }

  /** Where a side keeps its file. */
  file(name: string): string {
    return join(this.folder, name)
  }

  /** A denominator. */
  async bare(program: string, args: readonly string[]): Promise<{ readonly port: number; readonly pid: number }> {
    const { child, first } = await Child.start(`bare/${program}`, args, NODE_FLAGS)
    this.own(child)
    return { port: (first as { port: number }).port, pid: child.pid }
  }

  /** The process that makes the load; runs one job at a time. */
  load(): (job: Job) => Promise<JobResult> {
    const child = this.own(Child.startSilent('load/main'))
    return async (job) => {
      const told = (await child.ask(job)) as Told
      if (!told.ok) throw new Error(told.error)
      return told.result
    }
  }

  /** The network and the receiver of webhooks around one side. */
  async outside(): Promise<Ready & { run(order: Order): Promise<Outcome> }> {
    const { child, first } = await Child.start('outside/main')
    this.own(child)
    const ready = readOutside(first as OutsideTold) as Ready
    return { ...ready, run: async (order) => readOutside((await child.ask(order)) as OutsideTold) as Outcome }
  }

  async close(): Promise<void> {
    for (const one of this.#started.splice(0).reverse()) await one.stop().catch(() => undefined)
    if (process.env['JADEGATE_BENCH_KEEP'] === undefined) rmSync(this.folder, { recursive: true, force: true })
    else console.log(`  kept: ${this.folder}`)
  }
}

export type Benchmark = (bench: Bench) => Promise<readonly Compared[]>

function readOutside(told: OutsideTold): Outcome | Ready {
  if (!told.ok) throw new Error(told.error)
  return told.outcome
}
