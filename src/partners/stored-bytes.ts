import type { Instances } from '../instances/instances.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Media } from '../media/media.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'

/** Files go by themselves when they are old: so long a sum is believed. */
const BELIEVED_MS = 300_000

interface Sum {
  bytes: number
  /** What came while a measurement ran, and may or may not be in it. */
  added: number
  measuring: boolean
  measuredAt: EpochMs
}

export interface StoredBytesDeps {
  readonly clock: Clock
  readonly log: Log
  readonly media: Pick<Media, 'bytesOf'>
  readonly instances: () => Pick<Instances, 'ofAccount'>
}

/**
 * How many bytes of files the instances of accounts keep. Only accounts that somebody asks for are measured: in the background, every few
 * minutes at most while somebody asks; what comes in between is added. Until the first measurement is done only what came since counts.
 */
export class StoredBytes {
  readonly #deps: StoredBytesDeps
  readonly #sums = new Map<AccountId, Sum>()

  constructor(deps: StoredBytesDeps) {
    this.#deps = deps
  }

  /** As far as it is known; never waits. */
  of(account: AccountId): number {
    let sum = this.#sums.get(account)
    if (sum === undefined) {
      sum = { bytes: 0, added: 0, measuring: false, measuredAt: Number.NEGATIVE_INFINITY }
      this.#sums.set(account, sum)
    }
    const age = this.#deps.clock.now() - sum.measuredAt
    // A clock that was set back makes nothing believed for longer.
    if (!sum.measuring && (age >= BELIEVED_MS || age < 0)) void this.#measure(account, sum)
    return sum.bytes
  }

  /** The same; null until the first measurement is done. */
  known(account: AccountId): number | null {
    const bytes = this.of(account)
    return Number.isFinite(this.#sums.get(account)?.measuredAt) ? bytes : null
  }

  /** So many more, or fewer. */
  add(account: AccountId, bytes: number): void {
    const sum = this.#sums.get(account)
    if (sum === undefined) return
    sum.bytes += bytes
    sum.added += bytes
  }

  async #measure(account: AccountId, sum: Sum): Promise<void> {
    const { clock, log, media, instances } = this.#deps
    sum.measuring = true
    sum.added = 0
    try {
      let bytes = 0
      for (const instance of instances().ofAccount(account)) {
        if (instance.deletedAt === null) bytes += await media.bytesOf(instance.id)
      }
      sum.bytes = bytes + sum.added
    } catch (error) {
      log.error({ account, error }, "an account's files could not be measured")
    } finally {
      sum.measuring = false
      sum.measuredAt = clock.now()
    }
  }
}
