import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readQr } from '../../src/simulator/qr-picture.ts'
import { Api } from '../durability/api.ts'
import { IN_HASTE, NodeProcess } from '../durability/node-process.ts'
import { freePort } from './free-port.ts'
import { eventually, objectIn, stateOf } from './road.ts'
import { OPERATOR_TOKEN, PARTNER_TOKEN, pathOf, type Answer, type Made } from './server.ts'

const SEALING_KEY = '5e'.repeat(32)
const STARTED_MS = 60_000

const COMMON = {
  JADEGATE_WEBHOOK_ALLOW: '127.0.0.1',
  JADEGATE_PARTNER_TOKEN: PARTNER_TOKEN,
  JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
  JADEGATE_SEALING_KEY: SEALING_KEY,
  ...IN_HASTE,
}

/** Every notification of messages and of what becomes of them; not those of states. */
export const MESSAGE_WEBHOOKS = {
  ...{ delaySendMessagesMilliseconds: 0, incomingWebhook: 'yes', outgoingWebhook: 'yes' },
  ...{ outgoingMessageWebhook: 'yes', outgoingAPIMessageWebhook: 'yes', pollMessageWebhook: 'yes' },
  ...{ editedMessageWebhook: 'yes', deletedMessageWebhook: 'yes', incomingCallWebhook: 'yes' },
}

/** Settings that make a messenger live and lead it to its fake. */
export interface LiveSettings {
  readonly env: Readonly<Record<string, string>>
  /** Modules that the server imports before anything else. */
  readonly preloads?: readonly string[]
}

/** How a code on the screen gets to a person's phone. */
export type Scan = (phone: string, qr: string) => Promise<unknown>

/**
 * The whole server in a process of its own, with a messenger live: it may be killed and started again on the same folder, and is spoken to
 * over HTTP alone. `call`, `on`, `make` and `partner` are as those of the server of other tests.
 */
export class LiveGateway {
  readonly url: string
  /** For those who must know whether a request was lost. */
  readonly api: Api
  readonly #folder: string
  readonly #settings: LiveSettings
  #server: NodeProcess | undefined
  #lives = 0

  private constructor(folder: string, port: number, { env, preloads = [] }: LiveSettings) {
    this.#folder = folder
    this.#settings = { env: { ...env, JADEGATE_PORT: String(port) }, preloads }
    this.url = `http://127.0.0.1:${String(port)}`
    this.api = new Api(this.url)
  }

  /** A folder and a port; nothing runs yet. `more` stands above what is set otherwise. */
  static async open(
    { env, preloads }: LiveSettings,
    more: Readonly<Record<string, string>> = {},
  ): Promise<LiveGateway> {
    const all = { ...env, ...COMMON, ...more }
    const folder = await mkdtemp(join(tmpdir(), 'jadegate-live-'))
    return new LiveGateway(folder, await freePort(), { env: all, ...(preloads && { preloads }) })
  }

  get lives(): number {
    return this.#lives
  }

  /** What the process that runs, or ran last, complained of. */
  get errors(): readonly string[] {
    return this.#server?.errors ?? []
  }

  async start(): Promise<void> {
    this.#lives += 1
    const { env, preloads } = this.#settings
    const server = new NodeProcess('serve', this.#folder, env, preloads)
    this.#server = server
    const timer = setTimeout(() => server.kill(), STARTED_MS)
    await server.running.finally(() => clearTimeout(timer))
  }

  /** No instruction of it runs when this resolves; to what it complained of. */
  async kill(): Promise<readonly string[]> {
    this.#server?.kill()
    await this.#server?.ended
    return this.errors
  }

  /** Stops it in order. */
  async stop(): Promise<void> {
    this.#server?.terminate()
    await this.#server?.ended
  }

  async close(): Promise<void> {
    await this.kill()
    await this.api.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async call(verb: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const given = body === undefined ? {} : { body: isBytes(body) ? body : JSON.stringify(body) }
    const response = await fetch(this.url + path, { method: verb, headers, redirect: 'manual', ...given })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parse(text) }
  }

  on(made: Made, verb: string, method: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.call(verb, pathOf(made, method), body, headers)
  }

  partner(verb: string, method: string, body?: unknown): Promise<Answer> {
    return this.call(verb, `/partner/${method}/${PARTNER_TOKEN}`, body)
  }

  /** An instance by the partner API; it answers with what integrators need and no more is known of it. */
  async make(fields: object = MESSAGE_WEBHOOKS): Promise<Made> {
    const made = objectIn(await this.partner('POST', 'createInstance', fields))
    const { idInstance, apiTokenInstance, typeInstance } = made
    assert.ok(typeof idInstance === 'number' && typeof apiTokenInstance === 'string', JSON.stringify(made))
    return { idInstance, apiTokenInstance, typeInstance: String(typeInstance) }
  }

  /** The text of the code that `qr` shows, read from its picture. */
  async qr(made: Made): Promise<string> {
    const { type, message } = objectIn(await this.on(made, 'GET', 'qr'))
    assert.equal(type, 'qrCode', String(message))
    const text = readQr(String(message))
    assert.ok(text !== null, 'the picture can be read')
    return text
  }

  async isAuthorized(made: Made): Promise<void> {
    const look = async () => (await stateOf(this, made)) === 'authorized'
    await eventually(look, `instance ${String(made.idInstance)} is authorized`)
  }

  /** Whose phone it is linked to. */
  async wid(made: Made): Promise<unknown> {
    return objectIn(await this.on(made, 'GET', 'getSettings'))['wid']
  }

  /** Makes an instance and links it to a phone. */
  async link(scan: Scan, phone: string, fields: object = MESSAGE_WEBHOOKS): Promise<Made> {
    const made = await this.make(fields)
    await scan(phone, await this.qr(made))
    await this.isAuthorized(made)
    return made
  }
}

function isBytes(body: unknown): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
