import { Serial } from '../../lib/serial.ts'
import { LASTING, type SessionHost } from '../driver.ts'

/** So far ahead of what was used it is kept that a number may be: a restart goes on behind it. */
const AHEAD_MS = 10_000
/** Whatever becomes of the link: the network remembers the numbers of an account. */
const KEPT = `${LASTING}cid`

/**
 * The numbers by which the network recognises a message that comes again: the time in ms, and never one that this instance has had, also where the
 * machine's clock was set back. One that came twice would be no message to the network.
 */
class Cids {
  readonly #host: SessionHost
  readonly #turns = new Serial()
  #last = 0
  /** All below it may have been used; -1: not known yet. */
  #reserved = -1

  constructor(host: SessionHost) {
    this.#host = host
  }

  next(): Promise<number> {
    return this.#turns.run(async () => {
      if (this.#reserved === -1) this.#last = this.#reserved = await this.#kept()
      const cid = Math.max(this.#host.clock.now(), this.#last + 1)
      if (cid >= this.#reserved) await this.#reserve(cid + AHEAD_MS)
      this.#last = cid
      return cid
    })
  }

  async #kept(): Promise<number> {
    const kept = await this.#host.secret(KEPT)
    const number = kept === null ? 0 : Number(Buffer.from(kept).toString())
    return Number.isSafeInteger(number) && number > 0 ? number : 0
  }

  async #reserve(upTo: number): Promise<void> {
    await this.#host.commit({ secrets: new Map([[KEPT, Buffer.from(String(upTo))]]) })
    this.#reserved = upTo
  }
}

const ofHosts = new WeakMap<SessionHost, Cids>()

/** The next number of this instance. Rejects when it can't be kept. */
export function nextCid(host: SessionHost): Promise<number> {
  const cids = ofHosts.get(host) ?? new Cids(host)
  ofHosts.set(host, cids)
  return cids.next()
}
