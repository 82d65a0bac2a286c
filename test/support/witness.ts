import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { noticeOf } from '../durability/notice.ts'
import { pathOf, type Made } from './server.ts'
import type { LiveGateway } from './live-gateway.ts'

const Received = Compile(Type.Union([Type.Null(), Type.Object({ receiptId: Type.Integer(), body: Type.Unknown() })]))

/** One who takes the notifications of an instance and writes each down before it is taken away. */
export interface Witness {
  /** What was told, once for each notification: the same one, brought again because its removal was lost, counts once. */
  readonly notices: readonly string[]
  readonly bodies: readonly string[]
  /** How often one was brought again. */
  readonly repeats: number
  stop(): Promise<void>
}

/** Polls, whatever becomes of the server meanwhile. */
export class Poller implements Witness {
  readonly bodies: string[] = []
  repeats = 0
  readonly #receipts = new Set<number>()
  readonly #work: Promise<void>
  #isOver = false

  constructor(gateway: LiveGateway, made: Made) {
    this.#work = this.#poll(gateway, made)
  }

  get notices(): readonly string[] {
    return this.bodies.map(noticeOf)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#work
  }

  async #poll({ api }: LiveGateway, made: Made): Promise<void> {
    while (!this.#isOver) {
      const answer = await api.call('GET', pathOf(made, 'receiveNotification?receiveTimeout=5'))
      if (typeof answer === 'string') {
        await sleep(20)
        continue
      }
      const received = Received.Parse(answer.body)
      if (received === null) continue
      if (this.#receipts.has(received.receiptId)) this.repeats += 1
      else this.bodies.push(JSON.stringify(received.body))
      this.#receipts.add(received.receiptId)
      await api.call('DELETE', pathOf(made, `deleteNotification/${String(received.receiptId)}`))
    }
  }
}

/**
 * A webhook server. A notification has no number here: one that comes twice in a row is the same, brought again because the answer was
 * lost, and whoever reads the evidence must know how often that may be.
 */
export class WebhookWitness implements Witness {
  readonly bodies: string[] = []
  repeats = 0
  readonly url: string
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
  }

  static async listen(): Promise<WebhookWitness> {
    let take: (body: string) => void = () => undefined
    const server = createServer((request, response) => {
      text(request).then(
        (body) => {
          take(body)
          response.end()
        },
        () => response.destroy(),
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const witness = new WebhookWitness(server)
    take = (body) => witness.#take(body)
    return witness
  }

  get notices(): readonly string[] {
    return this.bodies.map(noticeOf)
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #take(body: string): void {
    if (this.bodies.at(-1) === body) this.repeats += 1
    else this.bodies.push(body)
  }
}
