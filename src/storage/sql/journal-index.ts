import type { Batch } from '../store.ts'
import { integer, integerOrNull } from './columns.ts'
import type { Engine } from './engine.ts'

export type JournalIndexName = 'journal_chat' | 'journal_shelf'

/**
 * So many rows are indexed at a time. More share more pages, and hold up other writers for longer: 10,000 rows take about 20 ms.
 * At once, so many are left until a query needs them or as many have come again.
 */
const PORTION = 10_000

const LAG = 'select (select max(seq) from message) as last, up_to from journal_index where name = ?'

/** Raising the number is what fills the index: see the migration. Gives no row when there is nothing to index. */
const STEP = `update journal_index set up_to = (
    select max(seq) from (
      select seq from message where seq > (select up_to from journal_index where name = ?) order by seq limit ?
    ) as portion
  ) where name = ? and up_to < (select max(seq) from message) returning up_to`

/**
 * Keeps the journal's indexes near its end where they are not kept with each row. Holds no timer: it works when enough messages
 * have been added, and when a query needs it.
 */
export class JournalIndex {
  readonly #engine: Engine
  readonly #isLate: boolean
  #added = PORTION
  #isWorking = false

  constructor(engine: Engine) {
    this.#engine = engine
    this.#isLate = engine.dialect.indexesJournalLater
  }

  /** Counts what is about to be added. The first batch finds what an earlier process has left. */
  note({ writes }: Batch): void {
    if (!this.#isLate) return
    for (const { kind } of writes) if (kind === 'message.add') this.#added++
    if (this.#added < PORTION || this.#isWorking) return
    this.#added = 0
    this.#isWorking = true
    void this.#workBehind()
  }

  /** Resolves when the index holds every message whose commit had resolved. */
  async catchUp(name: JournalIndexName): Promise<void> {
    if (!this.#isLate) return
    const [row] = await this.#engine.read(LAG, [name])
    if (row === undefined) throw new Error(`The database has no index ${name}`)
    const last = integerOrNull(row, 'last') ?? 0
    let upTo: number | null = integer(row, 'up_to')
    // There can be less to index than there was, as messages are deleted meanwhile.
    while (upTo !== null && upTo < last) upTo = await this.#step(name)
  }

  /** A failure loses nothing: a query that needs the index meets it again and tells its caller. */
  async #workBehind(): Promise<void> {
    try {
      await this.catchUp('journal_chat')
      await this.catchUp('journal_shelf')
    } catch {
      // Said above.
    } finally {
      this.#isWorking = false
    }
  }

  async #step(name: JournalIndexName): Promise<number | null> {
    const { rows } = await this.#engine.write(STEP, [name, PORTION, name])
    return rows[0] === undefined ? null : integer(rows[0], 'up_to')
  }
}
