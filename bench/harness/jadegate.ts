import { spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const START_WAIT_MS = 60_000

/** `jadegate serve` or `jadegate simulator` in a process of its own; its output is in a file of the folder. */
export class Jadegate {
  readonly #process: ChildProcess
  readonly port: number

  private constructor(process: ChildProcess, port: number) {
    this.#process = process
    this.port = port
  }

  /** Resolves when `readyPath` answers 200. `nodeArgs` are Node's own. */
  static async start(options: {
    readonly command: 'serve' | 'simulator'
    readonly folder: string
    readonly env: Readonly<Record<string, string>>
    readonly readyPath: string
    readonly port?: number
    readonly nodeArgs?: readonly string[]
  }): Promise<Jadegate> {
    const { command, folder, env, readyPath } = options
    const port = options.port ?? (await freePort())
    const output = openSync(join(folder, `${command}.log`), 'a')
    const { PATH = '', HOME = '' } = process.env
    const child = spawn(process.execPath, [...(options.nodeArgs ?? []), MAIN, command], {
      cwd: folder,
      env: { PATH, HOME, NODE_ENV: 'production', JADEGATE_LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', output, output],
    })
    const started = new Jadegate(child, port)
    await started.#ready(readyPath, join(folder, `${command}.log`))
    return started
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** SIGTERM, then waits for the end. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGTERM')
    await ended
  }

  async #ready(path: string, log: string): Promise<void> {
    const until = performance.now() + START_WAIT_MS
    while (performance.now() < until) {
      if (this.#process.exitCode !== null) throw new Error(`it ended with ${this.#process.exitCode}; see ${log}`)
      const answer = await fetch(`http://127.0.0.1:${this.port}${path}`).catch(() => null)
      await answer?.arrayBuffer()
      if (answer?.status === 200) return
      await sleep(20)
    }
    await this.stop()
    throw new Error(`it did not become ready; see ${log}`)
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
