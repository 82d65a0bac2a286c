import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

const LARGEST = 64 * 1024 * 1024

/** What a relay does with one frame of the network's: what it passes on in its place; null: as it is. */
export type Spoil = (frame: Buffer) => Buffer | null

/** Stands between clients and a fake network, and may say to a client what the network did not. */
export class Relay {
  readonly url: string
  /** Frames that the network has sent, to be spoilt and said again. */
  readonly samples: Buffer[] = []
  spoil: Spoil = () => null
  readonly #server: WebSocketServer
  readonly #clients = new Set<WebSocket>()

  private constructor(server: WebSocketServer) {
    this.#server = server
    this.url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/websocket`
  }

  static async to(url: string): Promise<Relay> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, maxPayload: LARGEST })
    await once(server, 'listening')
    const relay = new Relay(server)
    server.on('connection', (client, { headers }) => relay.#join(client, url, headers.origin ?? ''))
    return relay
  }

  get clients(): readonly WebSocket[] {
    return [...this.#clients]
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: WebSocket, url: string, origin: string): void {
    const network = new WebSocket(url, { origin, perMessageDeflate: false, maxPayload: LARGEST })
    const early: Buffer[] = []
    client.on('message', (data: Buffer) => {
      if (network.readyState === WebSocket.OPEN) network.send(data)
      else early.push(data)
    })
    network.on('open', () => {
      for (const data of early.splice(0)) network.send(data)
    })
    network.on('message', (data: Buffer) => {
      this.samples.push(data)
      client.send(this.spoil(data) ?? data)
    })
    const end = () => {
      this.#clients.delete(client)
      client.terminate()
      network.terminate()
    }
    for (const socket of [client, network]) socket.on('close', end).on('error', end)
    this.#clients.add(client)
  }
}
