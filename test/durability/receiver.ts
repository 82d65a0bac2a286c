import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from './dice.ts'
import type { Moments } from './moments.ts'
import type { Notebook } from './notebook.ts'

/** Takes webhooks: writes down, then answers, mostly with 200; sometimes late, with 500, or not at all. */
export class Receiver {
  /** From now on everything is taken at once. */
  isKind = false
  readonly #server: Server
  readonly #notebook: Notebook
  readonly #moments: Moments
  readonly #dice: Dice

  constructor(notebook: Notebook, moments: Moments, dice: Dice) {
    this.#notebook = notebook
    this.#moments = moments
    this.#dice = dice
    this.#server = createServer((request, response) => {
      request.on('error', () => undefined)
      response.on('error', () => undefined)
      this.#take(request, response).catch(() => response.destroy())
    })
  }

  /** Returns where the notifications of an instance are to be sent. */
  async listen(): Promise<(id: number) => string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    return (id) => `http://127.0.0.1:${address.port}/${id}`
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    const body = JSON.stringify(JSON.parse(text))
    this.#notebook.deliveries.push({ instance: Number(request.url?.slice(1)), receiptId: null, body, removed: false })
    this.#moments.happens('webhook arrived')
    if (this.isKind) {
      response.end()
      return
    }
    if (this.#dice.chance(0.1)) await sleep(this.#dice.below(30))
    if (this.#dice.chance(0.02)) response.destroy()
    else if (this.#dice.chance(0.03)) response.writeHead(500).end()
    else response.end(() => this.#moments.happens('webhook taken'))
  }
}
