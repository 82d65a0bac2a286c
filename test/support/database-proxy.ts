import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * What happens to a COMMIT: it gets through; it never arrives and the connection is cut; it arrives and the connection is cut before its
 * answer; it arrives and nothing is ever heard again; it never arrives and nothing is ever heard again.
 */
export type Fate = 'pass' | 'lost' | 'answerLost' | 'answerSwallowed' | 'swallowed'

/** Stands between a store and PostgreSQL, and knows a COMMIT when it passes. */
export class DatabaseProxy {
  /** Asked for each COMMIT. */
  fate: () => Fate = () => 'pass'
  readonly #server = createServer((client) => this.#join(client))
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  readonly #silencing = new Set<() => void>()

  constructor(target: number) {
    this.#target = target
  }

  static async start(target: number): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Nothing is ever heard again of the connections that there are, as where a machine loses its power. */
  silence(): void {
    for (const each of this.#silencing) each()
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.#server.close()
    this.cutAll()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    const upstream = connect(this.#target, '127.0.0.1')
    const commits = new CommitFinder()
    let answers: 'pass' | 'cut' | 'swallow' = 'pass'
    const cut = () => {
      client.destroy()
      upstream.destroy()
    }
    const silence = () => (answers = 'swallow')
    this.#silencing.add(silence)
    client.on('close', () => this.#silencing.delete(silence))
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', cut).on('close', () => {
        this.#sockets.delete(socket)
        // One that is silent stays so: the other side hears nothing of its end.
        if (answers !== 'swallow' || socket === client) cut()
      })
    }
    client.on('data', (bytes: Buffer) => {
      if (answers === 'swallow') return
      const fate = commits.isIn(bytes) ? this.fate() : 'pass'
      if (fate === 'lost') return cut()
      if (fate === 'swallowed' || fate === 'answerSwallowed') answers = 'swallow'
      if (fate === 'answerLost') answers = 'cut'
      if (fate !== 'swallowed') upstream.write(bytes)
    })
    upstream.on('data', (bytes: Buffer) => {
      if (answers === 'pass') client.write(bytes)
      else if (answers === 'cut') cut()
    })
  }
}

const MARKING = 'with marked as'

/** Reads what a client sends, and finds what ends a transaction: `commit`, or a mark without a `begin` before it, as all then goes in one. */
class CommitFinder {
  #rest = Buffer.alloc(0)
  #isStarted = false
  readonly #texts = new Map<string, string>()

  isIn(bytes: Buffer): boolean {
    let data = Buffer.concat([this.#rest, bytes])
    const bound: string[] = []
    for (;;) {
      const head = this.#isStarted ? 1 : 0
      if (data.length < head + 4) break
      const length = head + data.readUInt32BE(head)
      if (data.length < length) break
      if (this.#isStarted) bound.push(...this.#boundIn(data.subarray(0, length)))
      this.#isStarted = true
      data = data.subarray(length)
    }
    this.#rest = data
    return bound.includes('commit') || (!bound.includes('begin') && bound.some((sql) => sql.includes(MARKING)))
  }

  /** The text of the statement that a message runs. */
  #boundIn(message: Buffer): readonly string[] {
    const [first = '', second = ''] = message.subarray(5).toString('latin1').split('\0', 2)
    const type = message.toString('latin1', 0, 1)
    if (type === 'P') this.#texts.set(first, second)
    const text = type === 'B' ? this.#texts.get(second) : undefined
    return text === undefined ? [] : [text]
  }
}
