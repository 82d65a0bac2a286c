import type { EpochMs } from '../../model/ids.ts'
import type { ConnectionUpdate } from './engine/engine.ts'
import { newDraft, type Life } from './life.ts'

type TimeLock = NonNullable<ConnectionUpdate['reachoutTimeLock']>

/** Until when the account is restricted, while it is. */
const NAME = 'standing'
/** So long where WhatsApp names no end. */
const USUAL_MS = 24 * 3_600_000

/** Tells when WhatsApp restricts the account and when that is over, each once, across restarts. */
export class Standing {
  readonly #life: Life
  /** 0: it is not restricted; undefined: not read yet. */
  #until: EpochMs | undefined
  #tail: Promise<void> = Promise.resolve()

  constructor(life: Life) {
    this.#life = life
  }

  told({ isActive, timeEnforcementEnds }: TimeLock): void {
    const { clock } = this.#life.host
    this.#next(isActive === true ? (timeEnforcementEnds?.getTime() ?? clock.now() + USUAL_MS) : 0)
  }

  /** To be called now and then: nobody tells that a restriction's time is over. */
  look(): void {
    this.#next()
  }

  #next(until?: EpochMs): void {
    this.#tail = this.#tail
      .then(() => this.#settle(until))
      .catch(() => {
        const { log, instance } = this.#life.host
        log.warn({ idInstance: instance }, 'a restriction of the account could not be stored')
      })
  }

  async #settle(told: EpochMs | undefined): Promise<void> {
    const { host, store } = this.#life
    const at = host.clock.now()
    this.#until ??= numberIn(await store.read(NAME))
    const before = this.#until
    const until = told ?? before
    const isRestricted = until > at
    if (isRestricted === before > 0 && (!isRestricted || until === before)) return
    const draft = newDraft()
    draft.secrets.set(NAME, isRestricted ? Buffer.from(String(until)) : null)
    if (isRestricted !== before > 0) {
      draft.events.push({ kind: 'restricted', state: isRestricted ? 'suspended' : 'authorized', at })
    }
    await store.commit(draft)
    this.#until = isRestricted ? until : 0
  }
}

function numberIn(kept: Uint8Array | null): EpochMs {
  const value = kept === null ? 0 : Number(Buffer.from(kept).toString())
  return Number.isSafeInteger(value) ? value : 0
}
