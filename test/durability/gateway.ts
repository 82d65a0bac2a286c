import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { until } from '../../src/lib/until.ts'
import { Api } from './api.ts'
import type { NetworkRecord, Subject } from './evidence.ts'
import { freePort } from '../support/free-port.ts'
import { IN_HASTE, NodeProcess, type End } from './node-process.ts'

/** Every notification, at once, so that nothing but what befalls the server decides what comes. */
export const WANTED = {
  delaySendMessagesMilliseconds: 0,
  outgoingWebhook: 'yes',
  outgoingMessageWebhook: 'yes',
  outgoingAPIMessageWebhook: 'yes',
  incomingWebhook: 'yes',
  pollMessageWebhook: 'yes',
  editedMessageWebhook: 'yes',
  deletedMessageWebhook: 'yes',
  incomingCallWebhook: 'yes',
} as const

/** The answer of `createInstance`. */
export const Created = Compile(Type.Object({ idInstance: Type.Integer(), apiTokenInstance: Type.String() }))
const Qr = Compile(Type.Object({ type: Type.String(), message: Type.String() }))
const State = Compile(Type.Object({ stateInstance: Type.String() }))
const Settings = Compile(Type.Object({ wid: Type.String() }))
const Count = Compile(Type.Object({ count: Type.Integer() }))
/** The answer of the network's journal. */
export const Journal = Compile(
  Type.Object({
    sends: Type.Array(
      Type.Object({
        order: Type.Integer(),
        from: Type.String(),
        id: Type.String(),
        kind: Type.String(),
        text: Type.String(),
        verdict: Type.String(),
        offered: Type.Integer(),
        status: Type.String(),
      }),
    ),
    events: Type.Array(
      Type.Object({
        order: Type.Integer(),
        phone: Type.String(),
        kind: Type.String(),
        detail: Type.String(),
        idMessage: Type.Union([Type.String(), Type.Null()]),
        acknowledged: Type.Boolean(),
      }),
    ),
  }),
)

const PARTNER_TOKEN = `gac.${randomBytes(23).toString('hex')}`
const OPERATOR_TOKEN = `op.${randomBytes(24).toString('hex')}`
const SEALING_KEY = randomBytes(32).toString('hex')
const STARTED_MS = 60_000
const AUTHORIZED_MS = 60_000

/** The server under test, which may be killed and started again, and beside it the simulated network, which lives on. */
export class Gateway {
  readonly api: Api
  readonly network: Api
  readonly #folder: string
  readonly #port: number
  readonly #simulator: NodeProcess
  readonly #simulatorUrl: string
  #server: NodeProcess | undefined
  #lives = 0

  private constructor(folder: string, port: number, simulator: NodeProcess, simulatorUrl: string) {
    this.#folder = folder
    this.#port = port
    this.#simulator = simulator
    this.#simulatorUrl = simulatorUrl
    this.api = new Api(`http://127.0.0.1:${port}`)
    this.network = new Api(simulatorUrl)
  }

  /** The network runs when it resolves; the server does not yet. */
  static async open(): Promise<Gateway> {
    const folder = await mkdtemp(join(tmpdir(), 'jadegate-durability-'))
    const simulator = new NodeProcess('simulator', folder, {
      JADEGATE_SIMULATOR_PORT: '0',
      JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
      JADEGATE_LOG_LEVEL: 'error',
    })
    const line = await simulator.running
    return new Gateway(folder, await freePort(), simulator, line.slice(line.indexOf('http')))
  }

  /** The server's database. */
  get file(): string {
    return join(this.#folder, 'jadegate.db')
  }

  /** What is being received; a server that was killed leaves it behind. */
  get drafts(): string {
    return join(this.#folder, 'media', 'drafts')
  }

  /** How often the server was started. */
  get lives(): number {
    return this.#lives
  }

  get isAlive(): boolean {
    return this.#server?.isAlive ?? false
  }

  /** Resolves when the server that was started last listens; rejects when it ends before. */
  get running(): Promise<unknown> {
    return this.#server?.running ?? Promise.reject(new Error('no server was started'))
  }

  /** Starts a server; `running` tells when it listens. */
  spawn(): NodeProcess {
    this.#lives += 1
    this.#server = new NodeProcess('serve', this.#folder, {
      JADEGATE_PORT: String(this.#port),
      JADEGATE_SIMULATOR_URL: this.#simulatorUrl,
      JADEGATE_PARTNER_TOKEN: PARTNER_TOKEN,
      JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
      JADEGATE_SEALING_KEY: SEALING_KEY,
      ...IN_HASTE,
    })
    return this.#server
  }

  async start(): Promise<void> {
    const server = this.spawn()
    const timer = setTimeout(() => server.kill(), STARTED_MS)
    await server.running.finally(() => clearTimeout(timer))
  }

  /** Resolves with what it complained of, when the process is gone. */
  async kill(): Promise<readonly string[]> {
    const server = this.#server
    server?.kill()
    await server?.ended
    return server?.errors ?? []
  }

  /** Asks the server to stop; how it ended and after how long. */
  async terminate(): Promise<End & { readonly afterMs: number; readonly errors: readonly string[] }> {
    const server = this.#server
    if (server === undefined) throw new Error('no server was started')
    const from = performance.now()
    server.terminate()
    const end = await server.ended
    return { ...end, afterMs: performance.now() - from, errors: server.errors }
  }

  async close(): Promise<void> {
    await this.kill()
    this.#simulator.kill()
    await this.#simulator.ended
    await this.api.close()
    await this.network.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Makes an instance that wants every notification and links it to the phone. */
  async link(
    phone: string,
    messenger: Subject['messenger'],
    webhookUrl: (id: number) => string | null,
  ): Promise<Subject> {
    const made = Created.Parse(
      await this.api.ask('POST', this.partnerPath('createInstance'), {
        typeInstance: messenger,
        ...WANTED,
      }),
    )
    const url = webhookUrl(made.idInstance)
    const way = url === null ? 'poll' : 'webhook'
    const subject: Subject = { id: made.idInstance, token: made.apiTokenInstance, messenger, phone, way }
    if (url !== null) await this.api.ask('POST', pathOf(subject, 'setSettings'), { webhookUrl: url })
    const qr = Qr.Parse(await this.api.ask('GET', pathOf(subject, 'qr')))
    await this.network.ask('POST', '/simulator/link', { qr: qr.message, phoneNumber: phone })
    await this.isBack(subject)
    return subject
  }

  /** Resolves when the instance is authorized again, as the phone that it was linked to; false when the server went away. */
  async isBack(subject: Subject): Promise<boolean> {
    const life = this.#lives
    const isGone = () => life !== this.#lives || !this.isAlive
    const look = async () => {
      const answer = await this.api.call('GET', pathOf(subject, 'getStateInstance'))
      if (isGone()) return 'gone'
      return typeof answer === 'object' && State.Parse(answer.body).stateInstance === 'authorized' ? 'back' : null
    }
    if ((await until(look, `instance ${subject.id} is authorized`, AUTHORIZED_MS)) === 'gone') return false
    const answer = await this.api.call('GET', pathOf(subject, 'getSettings'))
    if (isGone() || typeof answer === 'string') return false
    const { wid } = Settings.Parse(answer.body)
    if (wid !== `${subject.phone}@c.us`) throw new Error(`instance ${subject.id} is ${wid}, not ${subject.phone}`)
    return true
  }

  /** How many messages and notifications wait. */
  async waiting(subject: Subject): Promise<number> {
    const counts = ['getMessagesCount', 'getWebhooksCount'].map(async (method) =>
      Count.Parse(await this.api.ask('GET', pathOf(subject, method))),
    )
    return (await Promise.all(counts)).reduce((sum, { count }) => sum + count, 0)
  }

  /** Everything that the network remembers. */
  async journal(): Promise<NetworkRecord> {
    return Journal.Parse(await this.network.ask('GET', '/simulator/journal?limit=999999'))
  }

  partnerPath(method: string): string {
    return `/partner/${method}/${PARTNER_TOKEN}`
  }

  get networkErrors(): readonly string[] {
    return this.#simulator.errors
  }
}

export function pathOf({ id, token }: Subject, method: string, tail = ''): string {
  return `/waInstance${id}/${method}/${token}${tail}`
}
