import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { Pool } from 'undici'
import { jsonCall } from './json-call.ts'

const MAIN = fileURLToPath(new URL('../../test/fakes/whatsapp/main.js', import.meta.url))
/** What a process loads that is to believe in the fake. */
export const PRELOAD = new URL('../../test/fakes/whatsapp/preload.js', import.meta.url).href

interface Ready {
  readonly url: string
  readonly control: number
  readonly environment: Readonly<Record<string, string>>
}

export interface Statistics {
  readonly connected: number
  readonly withKeys: number
  readonly unacknowledged: number
  readonly busiestSecond: number
  readonly phones: { readonly received: number; readonly unreadable: number; readonly retriesAsked: number }
}

/** The fake WhatsApp of the tests in a process of its own, and what it is told to do. */
export class WhatsAppNetwork {
  readonly url: string
  readonly environment: Readonly<Record<string, string>>
  /** The port of its control API. */
  readonly control: number
  readonly #process: ChildProcess | null
  readonly #pool: Pool

  private constructor(process: ChildProcess | null, { url, control, environment }: Ready) {
    this.#process = process
    this.url = url
    this.control = control
    this.environment = environment
    this.#pool = new Pool(`http://127.0.0.1:${control}`, { connections: 64 })
  }

  /** One that somebody else has started and will stop. */
  static at(url: string, control: number): WhatsAppNetwork {
    return new WhatsAppNetwork(null, { url, control, environment: {} })
  }

  static async start(): Promise<WhatsAppNetwork> {
    const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })
    const [line] = (await once(lines, 'line')) as [string]
    return new WhatsAppNetwork(child, JSON.parse(line) as Ready)
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  async post(path: string, body: object): Promise<Record<string, unknown>> {
    return jsonCall(this.#pool, 'POST', path, body)
  }

  async statistics(): Promise<Statistics> {
    return (await jsonCall(this.#pool, 'GET', '/statistics')) as unknown as Statistics
  }

  /** False as long as the network has not heard of the code. */
  async enterCode(phone: string, code: string): Promise<boolean> {
    return this.post('/code', { phone, code }).then(
      () => true,
      () => false,
    )
  }

  /** Persons that answer nothing by themselves and remember nothing. */
  async people(phones: readonly string[]): Promise<void> {
    for (const phone of phones) await this.post('/accounts', { phone, settings: { keepsMessages: false } })
  }

  /** Writes so many messages, as fast as it can, and says when the last one left. */
  async flood(from: readonly string[], to: readonly string[], count: number): Promise<void> {
    await this.post('/flood', { from, to, count, perSecond: 0 })
  }

  async stop(): Promise<void> {
    await this.#pool.destroy()
    if (this.#process?.exitCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await ended
  }
}
