import { Socket } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import type { PgAddress, PgConnection } from './connection.ts'

/**
 * The wires to a server that may be at several addresses: one after the other is tried until one has brought a connection that is of use, and
 * that one is kept to until it brings none.
 */
export class PgWires {
  /** Makes a client, not connected yet. */
  readonly Client: new () => Client
  readonly #addresses: readonly PgAddress[]
  readonly #open = new Set<Socket>()
  readonly #places = new WeakMap<object, number>()
  readonly #good = new WeakSet()
  #at = 0

  constructor({ others = [], ...connection }: PgConnection, settings: ClientConfig) {
    const { host, port } = connection
    this.#addresses = [{ ...(host !== undefined && { host }), ...(port !== undefined && { port }) }, ...others]
    const begin = (client: () => object) => this.#begin(client)
    const address = () => this.#addresses[this.#at]
    const noted = (client: object) => void this.#places.set(client, this.#at)
    this.Client = class extends Client {
      constructor() {
        const stream = () => begin(() => this)
        super({ ...connection, ...settings, host: undefined, port: undefined, ...address(), stream })
        noted(this)
      }
    }
  }

  /** What it has connected to is a server of use. */
  isGood(client: object): void {
    this.#good.add(client)
  }

  /** Nothing more is heard on any wire. */
  cut(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #begin(client: () => object): Socket {
    const socket = new Socket()
    this.#open.add(socket)
    socket.once('close', () => {
      this.#open.delete(socket)
      if (!this.#good.has(client())) this.#goOn(client())
    })
    return socket
  }

  /** Of several that failed at one place only the first goes on to the next. */
  #goOn(client: object): void {
    if (this.#places.get(client) === this.#at) this.#at = (this.#at + 1) % this.#addresses.length
  }
}
