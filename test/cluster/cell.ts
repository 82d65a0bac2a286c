import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { until } from '../../src/lib/until.ts'
import { Api, type Verb } from '../durability/api.ts'
import type { Dice } from '../durability/dice.ts'
import type { NetworkRecord, Subject } from '../durability/evidence.ts'
import { WANTED, Created, Journal, pathOf } from '../durability/gateway.ts'
import { NodeProcess } from '../durability/node-process.ts'
import { ANSWERED_MS, CellApi } from './cell-api.ts'
import { CellNode } from './cell-node.ts'
import { CellRows } from './cell-rows.ts'

const Qr = Compile(Type.Object({ type: Type.String(), message: Type.String() }))
const State = Compile(Type.Object({ stateInstance: Type.String() }))
const Count = Compile(Type.Object({ count: Type.Integer() }))

const PARTNER_TOKEN = `gac.${randomBytes(23).toString('hex')}`
const OPERATOR_TOKEN = `op.${randomBytes(24).toString('hex')}`
const NODES = 3
const AUTHORIZED_MS = 60_000

/** Three nodes that share a database and a folder of files, each behind wires of its own, and beside them the simulated network. */
export class Cell {
  readonly api: CellApi
  readonly network: Api
  readonly rows: CellRows
  readonly nodes: readonly CellNode[]
  readonly #folder: string
  readonly #simulator: NodeProcess
  readonly #apis: ReadonlyMap<CellNode, Api>

  private constructor(
    folder: string,
    rows: CellRows,
    simulator: NodeProcess,
    network: Api,
    nodes: readonly CellNode[],
    dice: Dice,
  ) {
    this.#folder = folder
    this.rows = rows
    this.#simulator = simulator
    this.network = network
    this.nodes = nodes
    this.#apis = new Map(nodes.map((node) => [node, new Api(`http://127.0.0.1:${node.port}`, ANSWERED_MS)]))
    this.api = new CellApi(() => this.apiOf(dice.pick(this.#living())))
  }

  /** All nodes run when it resolves. `databaseUrl` is that of an empty one. */
  static async open(databaseUrl: string, leaseMs: number, dice: Dice): Promise<Cell> {
    const folder = await mkdtemp(join(tmpdir(), 'jadegate-cell-'))
    const shared = { JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN, JADEGATE_LOG_LEVEL: 'error' }
    const simulator = new NodeProcess('simulator', folder, { ...shared, JADEGATE_SIMULATOR_PORT: '0' })
    const line = await simulator.running
    const url = line.slice(line.indexOf('http'))
    const env = {
      ...shared,
      JADEGATE_SIMULATOR_URL: url,
      JADEGATE_PARTNER_TOKEN: PARTNER_TOKEN,
      JADEGATE_SEALING_KEY: randomBytes(32).toString('hex'),
      JADEGATE_MEDIA_DIR: join(folder, 'media'),
      JADEGATE_LEASE_MS: String(leaseMs),
      JADEGATE_MOVES_PER_SECOND: '20',
      JADEGATE_DELAY_MIN_MS: '0',
      JADEGATE_RATE_LIMIT_SCALE: '10000',
      JADEGATE_WEBHOOK_RETRY_MS: '50',
    }
    const nodes: CellNode[] = []
    for (let n = 0; n < NODES; n += 1) nodes.push(await CellNode.make(folder, databaseUrl, env))
    const cell = new Cell(folder, new CellRows(databaseUrl), simulator, new Api(url), nodes, dice)
    try {
      const [first, ...others] = nodes
      await first?.start()
      await cell.rows.watchOwners()
      await Promise.all(others.map((node) => node.start()))
      return cell
    } catch (error) {
      await cell.close()
      throw error
    }
  }

  /** A client of this node alone. */
  apiOf(node: CellNode): Api {
    const api = this.#apis.get(node)
    if (api === undefined) throw new Error('no node of this cell')
    return api
  }

  get isAlive(): boolean {
    return this.nodes.some((node) => node.isAlive)
  }

  /** It has one life, whatever becomes of its nodes. */
  readonly lives = 1

  partnerPath(method: string): string {
    return `/partner/${method}/${PARTNER_TOKEN}`
  }

  /** As the operator, at any node or this one. */
  operator(verb: Verb, path: string, body?: object, node?: CellNode): ReturnType<Api['call']> {
    const api = node === undefined ? this.api : this.apiOf(node)
    return api.call(verb, `/api/operator/v1${path}`, body, { authorization: `Bearer ${OPERATOR_TOKEN}` })
  }

  /** Makes an instance and links it to the phone; it polls where it has no URL. */
  async link(
    phone: string,
    messenger: Subject['messenger'],
    webhookUrl: (id: number) => string | null,
  ): Promise<Subject> {
    const made = Created.Parse(
      await this.api.ask('POST', this.partnerPath('createInstance'), { typeInstance: messenger, ...WANTED }),
    )
    const url = webhookUrl(made.idInstance)
    const way = url === null ? 'poll' : 'webhook'
    const subject: Subject = { id: made.idInstance, token: made.apiTokenInstance, messenger, phone, way }
    if (url !== null) await this.api.ask('POST', pathOf(subject, 'setSettings'), { webhookUrl: url })
    const qr = Qr.Parse(await this.api.ask('GET', pathOf(subject, 'qr')))
    await this.network.ask('POST', '/simulator/link', { qr: qr.message, phoneNumber: phone })
    await until(() => this.isAuthorized(subject), `instance ${subject.id} is authorized`, AUTHORIZED_MS)
    return subject
  }

  async isAuthorized(subject: Subject, api: Api = this.api): Promise<boolean> {
    const answer = await api.call('GET', pathOf(subject, 'getStateInstance'))
    return (
      typeof answer === 'object' && answer.status === 200 && State.Parse(answer.body).stateInstance === 'authorized'
    )
  }

  /** How many messages and notifications wait; null where nobody can tell now. */
  async waiting(subject: Subject): Promise<number | null> {
    let sum = 0
    for (const method of ['getMessagesCount', 'getWebhooksCount']) {
      const answer = await this.api.call('GET', pathOf(subject, method))
      if (typeof answer !== 'object') return null
      sum += Count.Parse(answer.body).count
    }
    return sum
  }

  async journal(): Promise<NetworkRecord> {
    return Journal.Parse(await this.network.ask('GET', '/simulator/journal?limit=999999'))
  }

  /** What no part of it may ever do. */
  get complaints(): readonly string[] {
    return [...this.#simulator.errors, ...this.api.complaints, ...this.nodes.flatMap((node) => node.complaints)]
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()))
    this.#simulator.kill()
    await this.#simulator.ended
    await Promise.all([...this.#apis.values(), this.network, this.api].map((api) => api.close()))
    await rm(this.#folder, { recursive: true, force: true })
  }

  #living(): readonly CellNode[] {
    const living = this.nodes.filter((node) => node.isAlive)
    return living.length === 0 ? this.nodes : living
  }
}
