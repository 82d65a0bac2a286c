import { fault, type Fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { ConnectionUpdate } from '../engine/engine.ts'
import { newDraft, type Life } from '../life.ts'

/**
 * WhatsApp has closed new chats for the account (463). Whoever goes on trying is banned, so nobody new is written to until WhatsApp lifts
 * it or its time is over; that is known across restarts. Who has been written with before is written to as ever.
 */

const NAME = 'restriction'
/** So long where WhatsApp names no end. */
const USUAL_MS = 24 * 3_600_000

export class Restriction {
  readonly #life: Life
  #closedUntil: EpochMs | undefined
  readonly #unfollow: () => void

  constructor(life: Life) {
    this.#life = life
    this.#unfollow = life.socket.ev.process((events) => {
      const told = events['connection.update']?.reachoutTimeLock
      if (told !== undefined) this.#told(told)
    })
  }

  stop(): void {
    this.#unfollow()
  }

  /** Why nobody new may be written to now. */
  async trouble(): Promise<Fault | undefined> {
    this.#closedUntil ??= await this.#kept()
    if (this.#closedUntil <= this.#life.host.clock.now()) return undefined
    const until = new Date(this.#closedUntil).toISOString()
    return fault('refused', `WhatsApp has closed new chats for this account until ${until} (463); nothing was sent`)
  }

  /** A message was refused with 463. Resolves when that is durable. */
  async close(): Promise<void> {
    const { clock, log, instance } = this.#life.host
    log.warn({ idInstance: instance }, 'WhatsApp has closed new chats for this account (463)')
    this.#closedUntil ??= await this.#kept()
    // Where WhatsApp has named an end, that holds.
    if (this.#closedUntil <= clock.now()) await this.#keep(clock.now() + USUAL_MS)
  }

  #told(told: TimeLock): void {
    const until = told.isActive === true ? (endOf(told) ?? this.#life.host.clock.now() + USUAL_MS) : 0
    void this.#keep(until).catch(() => {
      this.#life.host.log.warn({ idInstance: this.#life.host.instance }, 'a restriction could not be stored')
    })
  }

  async #keep(until: EpochMs): Promise<void> {
    this.#closedUntil = until
    const draft = newDraft()
    draft.secrets.set(NAME, until === 0 ? null : Buffer.from(String(until)))
    await this.#life.store.commit(draft)
  }

  async #kept(): Promise<EpochMs> {
    const kept = await this.#life.store.read(NAME)
    const until = kept === null ? 0 : Number(Buffer.from(kept).toString())
    return Number.isSafeInteger(until) ? until : 0
  }
}

type TimeLock = NonNullable<ConnectionUpdate['reachoutTimeLock']>

function endOf({ timeEnforcementEnds }: TimeLock): EpochMs | undefined {
  return timeEnforcementEnds?.getTime()
}
