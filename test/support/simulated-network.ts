import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import type { AskName } from '../../src/simulator/asks.ts'
import type { Content } from '../../src/simulator/contents.ts'
import { startNetwork, type Network } from '../../src/simulator/network.ts'
import { readFromNetwork, type FromNetwork, type ToNetwork } from '../../src/simulator/protocol.ts'

export type Json = Readonly<Record<string, unknown>>

/** The answer of a call to the API: its status, and its JSON as an object or a list of objects. */
export interface Answer {
  readonly status: number
  readonly body: Json
  readonly list: readonly Json[]
}

export async function call(url: string, verb: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await fetch(`${url}/simulator/${path}`, { method: verb, headers, ...content })
  const json: unknown = await response.json()
  const list = Array.isArray(json) ? (json as Json[]) : []
  return { status: response.status, body: Array.isArray(json) ? {} : (json as Json), list }
}

/** As `call`, but anything else than 200 fails the test. */
export async function ask(url: string, verb: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await call(url, verb, path, body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer
}

/** A network in a folder of its own that can be stopped and started again. */
export class NetworkBench {
  readonly clock = new SkippingClock()
  #folder = ''
  #network: Network | undefined
  readonly #processes: RawProcess[] = []
  #port = 0

  get url(): string {
    assert.ok(this.#network)
    return this.#network.url
  }

  get file(): string {
    return join(this.#folder, 'network.db')
  }

  async setUp(token?: string): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'jadegate-network-'))
    await this.start(token)
  }

  async start(token?: string): Promise<void> {
    const { clock, file } = this
    const options = { file, host: '127.0.0.1', port: this.#port, clock, random: systemRandom, log: silentLog }
    this.#network = await startNetwork({ ...options, ...(token !== undefined && { token }) })
  }

  /** A later start is found at the address of now. */
  keepAddress(): void {
    this.#port = Number(new URL(this.url).port)
  }

  async stop(): Promise<void> {
    await this.#network?.close()
  }

  async tearDown(): Promise<void> {
    for (const process of this.#processes) process.hangUp()
    await this.stop()
    await rm(this.#folder, { recursive: true })
  }

  /** A server process as the network sees it. */
  async connect(): Promise<RawProcess> {
    const process = await RawProcess.connect(this.url)
    this.#processes.push(process)
    return process
  }
}

/** What opens a device. */
export interface Keys {
  readonly device: string
  readonly key: string
  readonly label: string
  /** How others name the account. */
  readonly address: string
}

export type Answered = Extract<FromNetwork, { t: 'answer' | 'unanswered' }>

/** Speaks the link's protocol by hand. */
export class RawProcess {
  readonly heard: FromNetwork[] = []
  readonly #socket: WebSocket
  #channel = 0
  #question = 0

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      assert.ok(Buffer.isBuffer(data))
      const messages = readFromNetwork(data.toString('utf8'))
      assert.ok(messages !== null, 'the network speaks its own protocol')
      this.heard.push(...messages)
    })
  }

  static async connect(url: string): Promise<RawProcess> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/link`)
    const process = new RawProcess(socket)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return process
  }

  get closed(): boolean {
    return this.#socket.readyState === WebSocket.CLOSED
  }

  newChannel(): number {
    this.#channel += 1
    return this.#channel
  }

  tell(...messages: ToNetwork[]): void {
    this.#socket.send(JSON.stringify(messages))
  }

  tellRaw(text: string): void {
    this.#socket.send(text)
  }

  hangUp(): void {
    this.#socket.terminate()
  }

  /** What the network said on a channel, of one kind. */
  on<T extends FromNetwork['t']>(channel: number, t: T): Extract<FromNetwork, { t: T }>[] {
    return this.heard.flatMap((message) =>
      message.t === t && message.channel === channel ? [message as Extract<FromNetwork, { t: T }>] : [],
    )
  }

  async next<T extends FromNetwork['t']>(channel: number, t: T, index = 0): Promise<Extract<FromNetwork, { t: T }>> {
    return until(() => this.on(channel, t)[index], `${t} number ${String(index)}`)
  }

  /** Links a phone by QR; returns the keys of the device and its open channel. */
  async link(
    url: string,
    phone: string,
    messenger: Messenger = 'whatsapp',
    hidesNumbers = false,
  ): Promise<{ keys: Keys; channel: number }> {
    const channel = this.newChannel()
    this.tell({ t: 'pair', channel, messenger, way: 'qr', phone: null, hidesNumbers })
    const { value } = await this.next(channel, 'show')
    const linked = ask(url, 'POST', 'link', { qr: value, phoneNumber: phone })
    const { device, key, label, address } = await this.next(channel, 'credentials')
    this.tell({ t: 'paired', channel })
    await this.next(channel, 'opened')
    await linked
    return { keys: { device, key, label, address }, channel }
  }

  async open({ device, key }: Keys): Promise<number> {
    const channel = this.newChannel()
    this.tell({ t: 'open', channel, device, key })
    await until(() => this.on(channel, 'opened')[0] ?? this.on(channel, 'refused')[0], 'an answer to open')
    return channel
  }

  send(channel: number, id: string, to: string, text: string): void {
    this.say(channel, id, to, { kind: 'text', text })
  }

  say(channel: number, id: string, to: string, content: Content): void {
    this.tell({ t: 'send', channel, id, to, content })
  }

  /** The network's answer to a question of `asks.ts`. */
  async ask(channel: number, name: AskName, value: object): Promise<Answered> {
    this.#question += 1
    const no = this.#question
    this.tell({ t: 'ask', channel, no, name, value })
    return until(
      () =>
        this.on(channel, 'answer').find((one) => one.no === no) ??
        this.on(channel, 'unanswered').find((one) => one.no === no),
      `the answer to ${name}`,
    )
  }
}
