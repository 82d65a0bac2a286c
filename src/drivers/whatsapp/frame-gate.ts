import type { RawSocket } from './engine/engine.ts'

/**
 * Stands between the engine and the wire. A frame leaves when what it speaks of is durable, as `settle` tells, and in the order in which
 * it was encrypted, which the network's cipher demands; after `shut` nothing leaves.
 *
 * The engine writes a message before it commits the ratchet step that encrypted it. After a crash in between the next message would be
 * encrypted with the same key, and the phone at the other end takes it for a repetition and drops it.
 */
export class FrameGate {
  readonly #socket: RawSocket
  readonly #settle: () => Promise<void> | undefined
  readonly #send: RawSocket['send']
  #tail: Promise<void> | undefined
  #isShut = false

  constructor(socket: RawSocket, settle: () => Promise<void> | undefined) {
    this.#socket = socket
    this.#settle = settle
    this.#send = socket.send.bind(socket)
    socket.send = (frame, done) => this.#take(frame, done)
  }

  /** At once and for good: nothing more leaves, and the connection is dropped. */
  cut(): void {
    this.#isShut = true
    this.#socket.terminate()
  }

  #take(frame: Uint8Array, done: (trouble?: Error) => void): void {
    const settled = this.#settle()
    const before = this.#tail
    if (settled === undefined && before === undefined) {
      this.#pass(frame, done)
      return
    }
    const mine = Promise.all([before, settled]).then(
      () => this.#pass(frame, done),
      (trouble: unknown) => done(trouble instanceof Error ? trouble : new Error('it could not be kept')),
    )
    this.#tail = mine
    void mine.then(() => {
      if (this.#tail === mine) this.#tail = undefined
    })
  }

  #pass(frame: Uint8Array, done: (trouble?: Error) => void): void {
    if (this.#isShut) done(new Error('the connection was cut'))
    else this.#send(frame, done)
  }
}
