import { once } from 'node:events'
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'

/**
 * The writer's end of the thread that takes the log into the database file. The writer only looks, between two groups, whether a
 * checkpoint has ended; the thread is started by the first one, so that a server with little to do has none.
 */
export class CheckpointThread {
  readonly #file: string
  #running: { readonly worker: Worker; readonly port: MessagePort } | undefined
  #isUnderWay = false

  constructor(file: string) {
    this.#file = file
  }

  /** Does nothing while one is under way. */
  begin(): void {
    if (this.#isUnderWay) return
    this.#isUnderWay = true
    this.#running ??= start(this.#file)
    this.#running.port.postMessage('begin')
  }

  /** True once for each that has ended. */
  hasEnded(): boolean {
    if (!this.#isUnderWay || this.#running === undefined) return false
    if (receiveMessageOnPort(this.#running.port) === undefined) return false
    this.#isUnderWay = false
    return true
  }

  /** Resolves when the thread has ended what it was doing and closed the file. */
  async close(): Promise<void> {
    if (this.#running === undefined) return
    const { worker, port } = this.#running
    const exited = once(worker, 'exit')
    port.close()
    await exited
  }
}

/** Nobody listens for its errors on purpose: they end the writer's thread, and with it the server. */
function start(file: string): { readonly worker: Worker; readonly port: MessagePort } {
  const { port1, port2 } = new MessageChannel()
  const workerData = { file, port: port2 }
  const worker = new Worker(new URL('./sqlite-checkpointer.js', import.meta.url), { workerData, transferList: [port2] })
  return { worker, port: port1 }
}
