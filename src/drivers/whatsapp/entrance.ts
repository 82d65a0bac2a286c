import type { InstanceId } from '../../model/ids.ts'
import type { Connected, Surroundings } from './surroundings.ts'

/** A session's way through the gate, and its place among those that are connected. */
export class Entrance {
  readonly #shared: Pick<Surroundings, 'gate' | 'connected'>
  readonly #instance: InstanceId
  readonly #session: Connected
  #giveUp: (() => void) | null = null

  constructor(shared: Pick<Surroundings, 'gate' | 'connected'>, instance: InstanceId, session: Connected) {
    this.#shared = shared
    this.#instance = instance
    this.#session = session
  }

  /** Resolves when it is this session's turn, or when it gave up. Another session of the instance is told that it is replaced. */
  async enter(): Promise<void> {
    const { gate, connected } = this.#shared
    const other = connected.get(this.#instance)
    if (other !== this.#session) other?.replaced()
    connected.set(this.#instance, this.#session)
    const ticket = gate.enter()
    const givenUp = new Promise<void>((resolve) => (this.#giveUp = resolve))
    await Promise.race([ticket.entered, givenUp])
    ticket.cancel()
  }

  leave(): void {
    this.#giveUp?.()
    this.#giveUp = null
    const { connected } = this.#shared
    if (connected.get(this.#instance) === this.#session) connected.delete(this.#instance)
  }
}
