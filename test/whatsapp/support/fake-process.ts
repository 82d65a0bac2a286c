import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { FakeAddress } from './gateway.ts'

const MAIN = fileURLToPath(new URL('../../fakes/whatsapp/main.js', import.meta.url))
const ReadyLine = Type.Object({ url: Type.String(), tls: Type.Integer(), control: Type.Integer() })

/** A fake WhatsApp in a process of its own, which outlives the servers that are killed beside it. */
export class FakeProcess implements FakeAddress {
  readonly url: string
  readonly tls: number
  readonly #control: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, { url, tls, control }: Static<typeof ReadyLine>) {
    this.url = url
    this.tls = tls
    this.#control = `http://127.0.0.1:${String(control)}`
    this.#child = child
  }

  /** It ends with this process. Rejects with what it complained of when it doesn't start. */
  static async start(): Promise<FakeProcess> {
    const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'pipe'] })
    let complaints = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error(`the fake WhatsApp did not start: ${complaints}`))),
    ])
    return new FakeProcess(child, Compile(ReadyLine).Parse(JSON.parse(String(line[0]))))
  }

  /** Asks its control API; the answer is what the schema says or the test fails. */
  async ask<Schema extends TSchema>(schema: Schema, verb: 'GET' | 'POST', path: string, body?: object) {
    const given = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(this.#control + path, { method: verb, ...given })
    const json: unknown = await response.json()
    if (response.status !== 200) throw new Error(`${verb} ${path}: ${JSON.stringify(json)}`)
    return Compile(schema).Parse(json)
  }

  async tell(path: string, body: object): Promise<void> {
    await this.ask(Type.Unknown(), 'POST', path, body)
  }

  /** As a person's phone does it. */
  readonly scan = (phone: string, qr: string): Promise<void> => this.tell('/scan', { phone, qr })

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}
