import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

const GONE = 'gone'

/** A web server of files, each made of the name that it is asked for by. */
export class FileServer {
  readonly #server: Server
  #url = ''

  constructor() {
    this.#server = createServer((request, response) => {
      const name = decodeURIComponent(request.url?.slice(1) ?? '')
      if (name.startsWith(GONE)) response.writeHead(404).end()
      // Some take their time, so that a kill may come while they are fetched.
      else setTimeout(() => response.end(bytesOf(name)), name.length % 4 === 0 ? 60 : 0)
    })
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    this.#url = `http://127.0.0.1:${address.port}`
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  /** Where a file is, or one that can't be had. */
  urlOf(name: string, isGone: boolean): string {
    return `${this.#url}/${isGone ? GONE : ''}${encodeURIComponent(name)}`
  }
}

/** The bytes of the file of this name: no other's. */
export function bytesOf(name: string): string {
  return `the file of ${name}\n`.repeat(20)
}

export function sha256Of(bytes: string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
