import { systemClock, type Timer } from '../../../lib/clock.ts'
import type { Outcome } from '../batch-code.ts'
import type { LaneKey } from '../lanes.ts'
import { runBatch } from './batch-run.ts'
import type { BatchStep } from './batch-steps.ts'
import { MustGoAlone, NotAllHold, runGroup, runGroupAtOnce } from './group-run.ts'
import type { PgLike } from './pg-like.ts'
import { OutcomeUnknown, PgTrouble } from './pg-trouble.ts'
import { isGroupReady, takeGroup, takeSingle } from './take-batches.ts'
import type { Waiting } from './waiting.ts'

/** So many groups run at once: while one waits for the disk, another is under way. More would only make them smaller. */
const GROUPS = 2
/** Another one begins only when so many times as many wait as the last one had: small groups cost the database more for each batch. */
const GROWTH = 1.5
/** Where no group is under way, one begins as soon as so many wait, and not only when the turn of the event loop is over. */
const FEW = 8
/** So many transactions of single batches run at once. */
const SINGLES = 6
/** How often batches are looked for whose patience is over. */
const EXPIRY_MS = 100

/**
 * Batches on their way to the database. Those that come while others are under way go together in one transaction, as far as that can't be
 * told from running them one after the other.
 */
export class CommitQueue {
  readonly #db: PgLike
  /** In the order of the calls. */
  #waiting: Waiting[] = []
  readonly #busy = new Set<LaneKey>()
  /** A group that is under way has taken nothing yet. */
  #isForming = false
  #groups = 0
  #singles = 0
  /** Batches of the group that began last; none where it began early: what else its turn brings does not wait for it. */
  #lastSize = 0
  #isEarly = false
  #isPumping = false
  #expiry: Timer | undefined

  constructor(db: PgLike) {
    this.#db = db
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting)
    // A turn can bring so many that they take as long here as in the database, which would wait for the last of them.
    if (this.#groups === 0 && this.#waiting.length === FEW) {
      this.#isEarly = true
      this.#start()
    }
    this.#pump()
  }

  /** After all that this turn of the event loop brings, so that it goes together. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    setImmediate(() => {
      this.#isPumping = false
      this.#start()
    })
  }

  #start(): void {
    if (this.#waiting.length === 0) return
    this.#expiry ??= systemClock.after(EXPIRY_MS, () => this.#expire())
    if (!this.#isForming && this.#isGroupDue() && isGroupReady(this.#waiting, this.#busy)) {
      this.#groups++
      this.#isForming = true
      void this.#runGroup().then((tell) => {
        this.#groups--
        // What comes next is on its way before the callers go on: their work is as long as the database's, and it would wait for them.
        this.#start()
        setImmediate(tell)
      })
    }
    while (this.#singles < SINGLES) {
      const single = takeSingle(this.#waiting, this.#busy)
      if (single === undefined) break
      this.#singles++
      void this.#runSingle(single).finally(() => {
        this.#singles--
        this.#pump()
      })
    }
  }

  #isGroupDue(): boolean {
    return this.#groups === 0 || (this.#groups < GROUPS && this.#waiting.length >= GROWTH * this.#lastSize)
  }

  /** What goes together is decided when there is a connection. Gives what tells the callers. */
  async #runGroup(): Promise<() => void> {
    let group: readonly Waiting[] = []
    try {
      const outcomes = await this.#db.transaction(
        (transaction) => {
          group = this.#takeGroup()
          return group.length === 0 ? Promise.resolve([]) : runGroupAtOnce(transaction, stepsIn(group))
        },
        { patienceMs: Number.POSITIVE_INFINITY },
      )
      return () => tell(group, outcomes)
    } catch (error) {
      if (group.length === 0) this.#rejectAll(error)
      else if (error instanceof NotAllHold) return await this.#runAsking(group)
      else this.#fail(group, error)
      return NOTHING_TO_TELL
    } finally {
      if (group.length === 0) this.#isForming = false
      this.#free(group)
    }
  }

  /** A guard of the group does not hold: which, is asked before anything is written. */
  async #runAsking(group: readonly Waiting[]): Promise<() => void> {
    try {
      const outcomes = await this.#db.transaction((transaction) => runGroup(transaction, stepsIn(group)))
      return () => tell(group, outcomes)
    } catch (error) {
      this.#fail(group, error)
      return NOTHING_TO_TELL
    }
  }

  #takeGroup(): readonly Waiting[] {
    this.#isForming = false
    const group = takeGroup(this.#waiting, this.#busy)
    this.#lastSize = this.#isEarly ? 0 : group.length
    this.#isEarly = false
    if (this.#waiting.length > 0) this.#pump()
    return group
  }

  /** Nothing of it is stored. What may be the fault of one batch is not let out on the others: each goes alone. */
  #fail(group: readonly Waiting[], error: unknown): void {
    if (error instanceof OutcomeUnknown) {
      for (const { reject } of group) reject(error)
      return
    }
    const alone = error instanceof MustGoAlone ? error.batches : isLoss(error) ? [] : group.keys()
    for (const at of alone) {
      const waiting = group[at]
      if (waiting !== undefined) waiting.shape = undefined
    }
    this.#waiting = [...group, ...this.#waiting]
  }

  async #runSingle(single: Waiting): Promise<void> {
    const { batch, steps, until } = single
    try {
      const options = { isRepeatable: true, patienceMs: until - performance.now() }
      single.resolve(await this.#db.transaction((transaction) => runBatch(transaction, batch, steps), options))
    } catch (error) {
      single.reject(error)
    } finally {
      this.#free([single])
    }
  }

  #free(done: readonly Waiting[]): void {
    for (const { lanes } of done) for (const lane of lanes) this.#busy.delete(lane)
  }

  #expire(): void {
    const now = performance.now()
    const over = this.#waiting.filter(({ until }) => until < now)
    if (over.length > 0) this.#waiting = this.#waiting.filter(({ until }) => until >= now)
    for (const { reject } of over) reject(new PgTrouble('unreachable', 'The database was out of reach for too long'))
    this.#expiry = this.#waiting.length > 0 ? systemClock.after(EXPIRY_MS, () => this.#expire()) : undefined
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

const NOTHING_TO_TELL = (): void => undefined

function tell(group: readonly Waiting[], outcomes: readonly Outcome[]): void {
  for (const [at, { resolve }] of group.entries()) resolve(outcomes[at] ?? null)
}

function stepsIn(group: readonly Waiting[]): readonly (readonly BatchStep[])[] {
  return group.map(({ steps }) => steps)
}

function isLoss(error: unknown): boolean {
  return error instanceof PgTrouble && error.kind === 'lost'
}
