import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'

/** `tls`: the port of what else the fake stands in for, where it does. */
const ReadyLine = Type.Object({ url: Type.String(), control: Type.Integer(), tls: Type.Optional(Type.Integer()) })

/** A fake network in a process of its own, which outlives the servers that are killed beside it. */
export class FakeProcess {
  readonly url: string
  readonly tls: number
  readonly #control: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, { url, tls = 0, control }: Static<typeof ReadyLine>) {
    this.url = url
    this.tls = tls
    this.#control = `http://127.0.0.1:${String(control)}`
    this.#child = child
  }

  /** It ends with this process. Rejects with what it complained of when it doesn't start. */
  static async start(of: 'whatsapp' | 'max', env: Readonly<Record<string, string>> = {}): Promise<FakeProcess> {
    const main = fileURLToPath(new URL(`../fakes/${of}/main.js`, import.meta.url))
    const child = spawn(process.execPath, [main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    })
    let complaints = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error(`the fake ${of} did not start: ${complaints}`))),
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
