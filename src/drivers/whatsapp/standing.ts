import { fault, type Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import { LASTING } from '../driver.ts'
import type { ConnectionUpdate } from './engine/engine.ts'
import { newDraft, type Life } from './life.ts'

type TimeLock = NonNullable<ConnectionUpdate['reachoutTimeLock']>

/** That the restriction was told of; goes with the link, whose state begins anew with the next one. */
const TOLD = 'standing'
/** So long where WhatsApp names no end. */
const USUAL_MS = 24 * 3_600_000

interface Kept {
  /** Until when the account is restricted; 0: it is not. */
  readonly until: EpochMs
  readonly isTold: boolean
}

/**
 * WhatsApp restricts an account by closing new chats for it (463). Whoever goes on trying is banned, so nobody new is written to until
 * WhatsApp lifts it or its time is over. That is known across restarts and links, and told when it begins and when it is over, each once.
 * Who has been written with before is written to as ever.
 */
export class Standing {
  readonly #life: Life
  /** Undefined: not read yet. */
  #kept: Kept | undefined
  #tail: Promise<void> = Promise.resolve()

  constructor(life: Life) {
    this.#life = life
  }

  /** What WhatsApp says of it by itself. */
  told({ isActive, timeEnforcementEnds }: TimeLock): void {
    const usual = this.#life.host.clock.now() + USUAL_MS
    this.#inBackground(() => (isActive === true ? (timeEnforcementEnds?.getTime() ?? usual) : 0))
  }

  /** To be called now and then: nobody tells that a restriction's time is over. */
  look(): void {
    this.#inBackground((kept) => kept.until)
  }

  /** A message was refused for it. Resolves when that is durable. */
  closed(): Promise<void> {
    const { clock, log, instance } = this.#life.host
    log.warn({ idInstance: instance }, 'WhatsApp has closed new chats for this account (463)')
    // Where WhatsApp has named an end, that holds.
    return this.#next(({ until }) => (until > clock.now() ? until : clock.now() + USUAL_MS))
  }

  /** Why nobody new may be written to now. */
  async trouble(): Promise<Fault | undefined> {
    await this.#tail
    const { until } = await this.#read()
    if (until <= this.#life.host.clock.now()) return undefined
    const end = new Date(until).toISOString()
    return fault('refused', `WhatsApp has closed new chats for this account until ${end} (463); nothing was sent`)
  }

  #inBackground(untilOf: (kept: Kept) => EpochMs): void {
    this.#next(untilOf).catch(() => {
      const { log, instance } = this.#life.host
      log.warn({ idInstance: instance }, 'a restriction of the account could not be stored')
    })
  }

  #next(untilOf: (kept: Kept) => EpochMs): Promise<void> {
    const next = this.#tail.then(() => this.#settle(untilOf))
    this.#tail = next.catch(() => undefined)
    return next
  }

  async #settle(untilOf: (kept: Kept) => EpochMs): Promise<void> {
    const { host, store } = this.#life
    const before = await this.#read()
    const at = host.clock.now()
    const until = untilOf(before)
    const isRestricted = until > at
    const next: Kept = { until: isRestricted ? until : 0, isTold: isRestricted }
    if (next.until === before.until && next.isTold === before.isTold) return
    const draft = newDraft()
    if (isRestricted) draft.notes.set(this.#name, { value: Buffer.from(String(until)), until })
    else draft.secrets.set(this.#name, null)
    if (isRestricted !== before.isTold) {
      draft.secrets.set(TOLD, isRestricted ? Buffer.of(1) : null)
      draft.events.push({ kind: 'restricted', state: isRestricted ? 'suspended' : 'authorized', at })
    }
    await store.commit(draft)
    this.#kept = next
  }

  async #read(): Promise<Kept> {
    const { store } = this.#life
    this.#kept ??= { until: numberIn(await store.read(this.#name)), isTold: (await store.read(TOLD)) !== null }
    return this.#kept
  }

  /** It is the account's, whichever link it is reached by. */
  get #name(): string {
    return `${LASTING}${this.#life.own.pn}|restriction`
  }
}

function numberIn(kept: Uint8Array | null): EpochMs {
  const value = kept === null ? 0 : Number(Buffer.from(kept).toString())
  return Number.isSafeInteger(value) ? value : 0
}
