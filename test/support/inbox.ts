import { at, eventually, objectIn, type Caller, type Json } from './road.ts'
import type { Made } from './server.ts'

/** An integrator who polls one instance and keeps everything that came, in its order. */
export class Inbox {
  readonly bodies: Json[] = []
  readonly #server: Caller
  readonly #made: Made

  constructor(server: Caller, made: Made) {
    this.#server = server
    this.#made = made
  }

  /** The first notification that fits, of those that came or are yet to come. */
  got(fits: (body: Json) => boolean, what: string): Promise<Json> {
    return eventually(async () => {
      const known = this.bodies.find(fits)
      if (known === undefined) await this.#receive()
      return known
    }, what)
  }

  /** Of a message that came or went, by its id. */
  message(id: string): Promise<Json> {
    return this.got((body) => body['idMessage'] === id && at(body, 'messageData') !== undefined, `message ${id}`)
  }

  status(id: string, word: string): Promise<Json> {
    return this.got((body) => body['idMessage'] === id && body['status'] === word, `${word} of ${id}`)
  }

  async #receive(): Promise<void> {
    const answer = await this.#server.on(this.#made, 'GET', 'receiveNotification?receiveTimeout=5')
    if (answer.json === null) return
    const { receiptId, body } = objectIn(answer)
    this.bodies.push(body as Json)
    objectIn(await this.#server.on(this.#made, 'DELETE', `deleteNotification/${String(receiptId)}`))
  }
}
