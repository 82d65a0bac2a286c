import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/** Everything by which this process reaches others, while it is watched. */
export class Outgoing {
  /** `host:port` or the path of each connection that was begun. */
  readonly connections: string[] = []
  /** Names that were looked up. */
  readonly names: string[] = []
  #isExempt = false
  readonly #undo: (() => void)[] = []

  /** From here on; once at a time. */
  constructor() {
    this.#wrap(net.Socket.prototype, 'connect', (given) => this.connections.push(targetOf(given)))
    this.#wrap(dns, 'lookup', ([name]) => this.names.push(String(name)))
    this.#wrap(dns.promises, 'lookup', ([name]) => this.names.push(String(name)))
    syncBuiltinESMExports()
  }

  /** What is begun in here is not written down. */
  readonly exempt = <T>(work: () => T): T => {
    this.#isExempt = true
    try {
      return work()
    } finally {
      this.#isExempt = false
    }
  }

  stop(): void {
    for (const undo of this.#undo.splice(0)) undo()
    syncBuiltinESMExports()
  }

  #wrap(owner: object, name: string, note: (given: readonly unknown[]) => void): void {
    const real = Reflect.get(owner, name) as (...given: unknown[]) => unknown
    const isExempt = () => this.#isExempt
    Reflect.set(owner, name, function (this: unknown, ...given: unknown[]): unknown {
      if (!isExempt()) note(given)
      return Reflect.apply(real, this, given)
    })
    this.#undo.push(() => Reflect.set(owner, name, real))
  }
}

/** Sockets are told where to go as (options), (port, host), (path), or as `net.connect` has put that together: in a list. */
function targetOf(given: readonly unknown[]): string {
  const [first, second] = given
  if (Array.isArray(first)) return targetOf(first)
  if (typeof first === 'number') return `${typeof second === 'string' ? second : 'localhost'}:${String(first)}`
  if (typeof first === 'object' && first !== null) {
    const { host = 'localhost', port, path } = first as { host?: string; port?: number | string; path?: string }
    return port === undefined ? String(path) : `${host}:${String(port)}`
  }
  return String(first)
}
