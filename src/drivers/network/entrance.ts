import type { LoginGate } from '../../lib/login-gate.ts'
import type { Fault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'

/** A session that holds a connection. */
export interface Connected {
  /** Another session of the same instance has opened one. */
  replaced(): void
}

/** What all sessions of a driver enter by. */
interface Entrances {
  readonly gate: LoginGate
  /** By instance: two connections of one account are none of a single device, and the newer one takes the place of the older. */
  readonly connected: Map<InstanceId, Connected>
}

/** A session's way through the gate, and its place among those that are connected. */
export class Entrance {
  readonly #shared: Entrances
  readonly #instance: InstanceId
  readonly #session: Connected
  #giveUp: (() => void) | null = null

  constructor(shared: Entrances, instance: InstanceId, session: Connected) {
    this.#shared = shared
    this.#instance = instance
    this.#session = session
  }

  /**
   * Resolves when it is this session's turn, or when it gave up. Another session of the instance is told that it is replaced.
   * @param reach makes sure of the way to the network: who has none takes nobody's turn
   * @returns why there is no way
   */
  async enter(reach: () => Promise<Fault | null>): Promise<Fault | null> {
    const { gate, connected } = this.#shared
    const other = connected.get(this.#instance)
    if (other !== this.#session) other?.replaced()
    connected.set(this.#instance, this.#session)
    const givenUp = new Promise<'givenUp'>((resolve) => (this.#giveUp = () => resolve('givenUp')))
    const reached = await Promise.race([reach(), givenUp])
    if (reached !== null) return reached === 'givenUp' ? null : reached
    const ticket = gate.enter()
    await Promise.race([ticket.entered, givenUp])
    ticket.cancel()
    return null
  }

  leave(): void {
    this.#giveUp?.()
    this.#giveUp = null
    const { connected } = this.#shared
    if (connected.get(this.#instance) === this.#session) connected.delete(this.#instance)
  }
}
