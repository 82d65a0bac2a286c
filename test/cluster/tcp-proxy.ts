import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** `shut`: connections end at once. `silent`: they stay, and nothing comes through, as where a cable was drawn. */
export type Wire = 'open' | 'shut' | 'silent'

/** A wire to a port of this machine that can be cut. */
export class TcpProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #wire: Wire = 'open'

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1')
      this.#join(near, far)
      this.#join(far, near)
    })
  }

  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** What was said while it was silent comes through when it is open again. */
  set wire(wire: Wire) {
    this.#wire = wire
    for (const socket of this.#sockets) this.#heed(socket)
  }

  async close(): Promise<void> {
    this.wire = 'shut'
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
    from.on('end', () => to.end())
    from.on('data', (piece) => {
      if (!to.write(piece)) from.pause()
    })
    from.on('drain', () => {
      if (this.#wire === 'open') to.resume()
    })
    this.#heed(from)
  }

  #heed(socket: Socket): void {
    if (this.#wire === 'shut') socket.destroy()
    else if (this.#wire === 'silent') socket.pause()
    else socket.resume()
  }
}
