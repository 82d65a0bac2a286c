import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { jsonCall } from './json-call.ts'

const MAIN = fileURLToPath(new URL('../../test/fakes/max/main.js', import.meta.url))
/** It counts logins and look-ups as little as a benchmark needs. */
const OFTEN = { count: 1_000_000, withinMs: 1_000 }

/** The fake MAX of the tests in a process of its own, and what it is told to do. */
export class MaxNetwork {
  readonly url: string
  readonly #process: ChildProcess
  readonly #pool: Pool

  private constructor(process: ChildProcess, { url, control }: { readonly url: string; readonly control: number }) {
    this.#process = process
    this.url = url
    this.#pool = new Pool(`http://127.0.0.1:${control}`, { connections: 16, bodyTimeout: 0, headersTimeout: 0 })
  }

  static async start(): Promise<MaxNetwork> {
    const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'inherit'] })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const network = new MaxNetwork(child, JSON.parse(line) as { url: string; control: number })
    await network.post('/settings', { loginLimit: OFTEN, lookUpLimit: OFTEN })
    return network
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  async post(path: string, body: object): Promise<Record<string, unknown>> {
    return jsonCall(this.#pool, 'POST', path, body)
  }

  /** Makes the account; its id on the network. */
  async person(phone: string): Promise<string> {
    return String((await this.post('/person', { phone }))['id'])
  }

  /** Of a device of this account. */
  async token(phone: string): Promise<string> {
    return String((await this.post('/token', { phone }))['token'])
  }

  /** Each writes to the one of the same place, until there are so many messages, as fast as it can. */
  async flood(from: readonly string[], to: readonly string[], count: number): Promise<void> {
    const each = count / to.length
    await Promise.all(
      to.map((phone, index) =>
        this.post('/flood', { from: [from[index % from.length] ?? ''], to: phone, count: each, text: 'no.' }),
      ),
    )
  }

  async stop(): Promise<void> {
    await this.#pool.destroy()
    if (this.#process.exitCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await ended
  }
}
