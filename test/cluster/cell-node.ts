import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeProcess } from '../durability/node-process.ts'
import { freePort } from '../support/free-port.ts'
import { TcpProxy } from './tcp-proxy.ts'

const CLOCK = new URL('./shifted-clock.js', import.meta.url).href
const STARTED_MS = 60_000
const AGAIN_MS = 100

/** One node of a cell, a process that anything may happen to: it is killed, stands still, is cut off, or has a wrong clock. */
export class CellNode {
  readonly port: number
  /** Between it and the database. */
  readonly database: TcpProxy
  /** By which the other nodes reach it. */
  readonly front: TcpProxy
  readonly #folder: string
  readonly #env: Readonly<Record<string, string>>
  #process: NodeProcess | undefined
  #isWanted = false
  /** What it may never do. */
  readonly complaints: string[] = []
  /** What it has logged as errors, in all its lives. */
  readonly errors: string[] = []

  private constructor(
    folder: string,
    port: number,
    wires: { readonly database: TcpProxy; readonly front: TcpProxy },
    env: Readonly<Record<string, string>>,
  ) {
    this.port = port
    this.database = wires.database
    this.front = wires.front
    this.#folder = folder
    this.#env = env
  }

  static async make(folder: string, databaseUrl: string, env: Readonly<Record<string, string>>): Promise<CellNode> {
    const port = await freePort()
    const url = new URL(databaseUrl)
    const wires = { database: await TcpProxy.to(Number(url.port)), front: await TcpProxy.to(port) }
    url.port = String(wires.database.port)
    const own = join(folder, `node-${port}`)
    mkdirSync(own)
    return new CellNode(own, port, wires, {
      ...env,
      JADEGATE_PORT: String(port),
      JADEGATE_NODE_URL: `http://127.0.0.1:${wires.front.port}`,
      JADEGATE_DATABASE_URL: url.href,
      CLOCK_FILE: join(own, 'clock'),
    })
  }

  get isAlive(): boolean {
    return this.#process?.isAlive ?? false
  }

  /** Resolves when it listens; a start that fails, as where the database is away, is tried again. */
  async start(): Promise<void> {
    const end = performance.now() + STARTED_MS
    for (;;) {
      const started = new NodeProcess('serve', this.#folder, this.#env, [CLOCK])
      this.#process = started
      const isRunning = await started.running.then(
        () => true,
        () => false,
      )
      if (isRunning) {
        this.#isWanted = true
        void this.#watch(started)
        return
      }
      this.errors.push(...started.errors)
      if (performance.now() > end) throw new Error(`a node does not start: ${started.errors.join('\n')}`)
      await sleep(AGAIN_MS)
    }
  }

  async kill(): Promise<void> {
    this.#isWanted = false
    this.#process?.kill()
    await this.#process?.ended
  }

  /** Asks it to leave; after how long it was gone. */
  async leave(): Promise<number> {
    const from = performance.now()
    this.#isWanted = false
    const leaving = this.#process
    leaving?.terminate()
    const end = await leaving?.ended
    if (leaving !== undefined && end !== undefined && end.code !== 0)
      this.complaints.push(`SIGTERM ended a node with ${end.code ?? end.signal}: ${leaving.errors.join('\n')}`)
    return performance.now() - from
  }

  pause(): void {
    this.#process?.signal('SIGSTOP')
  }

  resume(): void {
    this.#process?.signal('SIGCONT')
  }

  /** From now on its time of day is so far off, also after a restart. */
  shiftClock(offsetMs: number): void {
    writeFileSync(join(this.#folder, 'clock'), String(offsetMs))
    this.#process?.signal('SIGUSR2')
  }

  async close(): Promise<void> {
    await this.kill()
    await Promise.all([this.database.close(), this.front.close()])
  }

  async #watch(started: NodeProcess): Promise<void> {
    const { code, signal } = await started.ended
    this.errors.push(...started.errors)
    if (!this.#isWanted || this.#process !== started) return
    this.complaints.push(`a node ended by itself with ${String(code ?? signal)}: ${started.errors.join('\n')}`)
  }
}
