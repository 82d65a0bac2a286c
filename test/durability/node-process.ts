import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** Settings of a server that waits for nothing which a test would wait for too, and logs what it complains of alone. */
export const IN_HASTE = {
  JADEGATE_DELAY_MIN_MS: '0',
  JADEGATE_RATE_LIMIT_SCALE: '10000',
  JADEGATE_WEBHOOK_RETRY_MS: '50',
  JADEGATE_LOG_LEVEL: 'error',
}

/** How a process ended. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One `jadegate` command in a process of its own. */
export class NodeProcess {
  /** Resolves when it has said that it runs, with the line; rejects when it ends before. */
  readonly running: Promise<string>
  readonly ended: Promise<End>
  readonly #child: ChildProcess
  readonly #errors: string[] = []

  /** `preloads` are modules that it imports before anything else. */
  constructor(
    command: 'serve' | 'simulator',
    folder: string,
    env: Readonly<Record<string, string>>,
    preloads: readonly string[] = [],
  ) {
    const imports = preloads.flatMap((module) => ['--import', module])
    const child = spawn(process.execPath, [...imports, MAIN, command], {
      cwd: folder,
      env: { PATH: process.env['PATH'], JADEGATE_DATA_DIR: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    createInterface({ input: child.stderr }).on('line', (line) => this.#heed(line))
    const lines = createInterface({ input: child.stdout })
    this.ended = once(child, 'exit').then(() => ({ code: child.exitCode, signal: child.signalCode }))
    this.running = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        if (/ is running[.:]/.test(line)) resolve(line)
      })
      void this.ended.then(() => reject(new Error(`${command} ended before it ran: ${this.#errors.join('\n')}`)))
    })
    this.running.catch(() => undefined)
  }

  /** What it has logged as an error, or said that is no log at all. */
  get errors(): readonly string[] {
    return this.#errors
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** No instruction of it runs after this returns, but for what the kernel has taken already. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  terminate(): void {
    this.signal('SIGTERM')
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** A kill may cut the last line: such a one is none. */
  #heed(line: string): void {
    if (line.startsWith('{') ? line.endsWith('}') && line.includes('"level":"error"') : line !== '')
      this.#errors.push(line)
  }
}
