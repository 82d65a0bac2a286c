import type { Clock, Timer } from '../../lib/clock.ts'
import type { Batch } from '../store.ts'
import { integer, integerOrNull } from './columns.ts'
import type { Engine } from './engine.ts'

export type LaterIndex = 'journal_chat' | 'journal_shelf' | 'delivery_index'

/** Of which table each is, and where it stands how far it goes. */
const INDEXES: Readonly<Record<LaterIndex, { readonly of: string; readonly marks: string }>> = {
  journal_chat: { of: 'message', marks: 'journal_index' },
  journal_shelf: { of: 'message', marks: 'journal_index' },
  delivery_index: { of: 'delivery', marks: 'delivery_indexed' },
}
const NAMES = Object.keys(INDEXES) as readonly LaterIndex[]

/** So many rows are indexed at a time by a query that waits for them, or when far too many are left: about 20 ms. */
const PORTION = 10_000
/** And so many in a quiet moment, which a batch that comes meanwhile has to wait out: a few milliseconds. */
const QUIET_PORTION = 2000
/** Nothing was stored for so long: the moment is quiet. */
const QUIET_MS = 100
/** What is left grows to so many rows while there is no quiet moment; beyond that, it is indexed all the same. */
const MOST_LEFT = 500_000

function lagOf(name: LaterIndex): string {
  const { of, marks } = INDEXES[name]
  return `select (select max(seq) from ${of}) as last, up_to from ${marks} where name = ?`
}

/** Raising the number is what fills the index: see the migrations. Gives no row when there is nothing to index. */
function stepOf(name: LaterIndex): string {
  const { of, marks } = INDEXES[name]
  return `update ${marks} set up_to = (
      select max(seq) from (
        select seq from ${of} where seq > (select up_to from ${marks} where name = ?) order by seq limit ?
      ) as portion
    ) where name = ? and up_to < (select max(seq) from ${of}) returning up_to`
}

/**
 * Keeps the indexes of the journal and of deliveries near their ends where they are not kept with each row: in quiet moments, so that no send
 * waits for it, and when a query needs it. While nothing is left to index there is no timer.
 */
export class LaterIndexes {
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #isLate: boolean
  /** How many rows may not be indexed; what an earlier process has left is found in the first quiet moment. */
  #left = 1
  #storedAt = 0
  #isWorking = false
  #timer: Timer | undefined
  #isClosed = false

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
    this.#isLate = engine.dialect.indexesJournalLater
  }

  /** Counts what is about to be added. */
  note({ guards, writes }: Batch): void {
    if (!this.#isLate) return
    for (const { kind } of guards) if (kind === 'newMessage') this.#left++
    for (const { kind } of writes) if (kind === 'message.add' || kind === 'delivery.done') this.#left++
    if (this.#left === 0) return
    this.#storedAt = this.#clock.now()
    if (this.#left > MOST_LEFT) this.#work(PORTION)
    else this.#timer ??= this.#clock.after(QUIET_MS, () => this.#look())
  }

  /** Nothing is indexed by itself any more. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  /** Resolves when the index holds every row whose commit had resolved. */
  async catchUp(name: LaterIndex): Promise<void> {
    if (!this.#isLate) return
    const [row] = await this.#engine.read(lagOf(name), [name])
    if (row === undefined) throw new Error(`The database has no index ${name}`)
    const last = integerOrNull(row, 'last') ?? 0
    let upTo: number | null = integer(row, 'up_to')
    // There can be less to index than there was, as rows are deleted meanwhile.
    while (upTo !== null && upTo < last) upTo = await this.#step(name)
  }

  #look(): void {
    this.#timer = undefined
    const quietAt = this.#storedAt + QUIET_MS
    const now = this.#clock.now()
    if (now < quietAt) this.#timer = this.#clock.after(quietAt - now, () => this.#look())
    else this.#work(QUIET_PORTION)
  }

  #work(portion: number): void {
    if (this.#isWorking || this.#isClosed) return
    this.#isWorking = true
    void this.#workOn(portion).finally(() => {
      this.#isWorking = false
      // One portion after the other, and each looks anew whether the moment is quiet.
      if (this.#left > 0 && !this.#isClosed) this.#timer ??= this.#clock.after(0, () => this.#look())
    })
  }

  /** A failure loses nothing: a query that needs the index meets it again and tells its caller. */
  async #workOn(portion: number): Promise<void> {
    const before = this.#left
    try {
      const steps = []
      for (const name of NAMES) steps.push(await this.#step(name, portion))
      const isDone = steps.every((upTo) => upTo === null)
      // Rows that were added meanwhile are looked for again.
      this.#left = isDone ? this.#left - before : Math.max(1, this.#left - portion)
    } catch {
      this.#left = Math.max(0, this.#left - before)
    }
  }

  async #step(name: LaterIndex, portion = PORTION): Promise<number | null> {
    const { rows } = await this.#engine.write(stepOf(name), [name, portion, name])
    return rows[0] === undefined ? null : integer(rows[0], 'up_to')
  }
}
