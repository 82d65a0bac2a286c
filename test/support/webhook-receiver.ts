import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Hit {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly response: ServerResponse
}

/** A webhook server of an integrator's, on loopback. It keeps what it got, and answers as it is told to. */
export class WebhookReceiver {
  readonly hits: Hit[] = []
  connections = 0
  /** What to do with a hit; answering 200 where it is not set. */
  answer: (hit: Hit) => void = ({ response }) => response.end()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8')
      request.on('data', (piece: string) => (body += piece))
      request.on('end', () => {
        const hit = { path: request.url ?? '', headers: request.headers, body, response }
        this.hits.push(hit)
        this.answer(hit)
      })
    })
    this.#server.on('connection', () => (this.connections += 1))
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', 4096, resolve))
    return receiver
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${path}`
  }

  bodies(path?: string): string[] {
    return this.hits.filter((hit) => path === undefined || hit.path === path).map((hit) => hit.body)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
