import { setTimeout as sleep } from 'node:timers/promises'
import { phoneOf } from './app-state.ts'
import type { Network } from './network.ts'

export interface FloodOptions {
  /** Numbers; the n-th message goes from the n-th of these to the n-th of those, both in turn. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly count: number
  /** 0: as fast as it goes. */
  readonly perSecond: number
  /** UTF-16 code units of each text, at least. */
  readonly length: number
}

/** Many messages at a rate that doesn't depend on how the receivers get on. */
export class Flood {
  readonly options: FloodOptions
  readonly ids: string[] = []
  /** What could not be sent, in words. */
  readonly troubles: string[] = []
  readonly startedAt: number
  endedAt: number | null = null
  readonly #network: Network
  #isStopped = false

  constructor(network: Network, options: FloodOptions) {
    this.#network = network
    this.options = options
    this.startedAt = network.now()
  }

  /** Resolves when the last one is on its way. Never rejects. */
  async run(): Promise<void> {
    const { count, perSecond } = this.options
    for (let index = 0; index < count && !this.#isStopped; index += 1) {
      const dueAt = this.startedAt + (perSecond === 0 ? 0 : (index * 1000) / perSecond)
      const earlyMs = dueAt - this.#network.now()
      if (earlyMs > 0) await sleep(earlyMs)
      // Others of this process must have their turn, above all the sockets.
      else if (index % 32 === 0) await sleep(0)
      await this.#say(index)
    }
    this.endedAt = this.#network.now()
  }

  stop(): void {
    this.#isStopped = true
  }

  async #say(index: number): Promise<void> {
    const { from, to, length } = this.options
    const author = from[index % from.length] ?? ''
    const reader = to[index % to.length] ?? ''
    try {
      const phone = phoneOf(this.#network.account(author))
      this.ids.push(await phone.say(reader, `flood ${String(index)} `.padEnd(length, '.')))
    } catch (error) {
      this.troubles.push(error instanceof Error ? error.message : String(error))
    }
  }
}
