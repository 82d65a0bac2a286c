import type { EpochMs } from '../../model/ids.ts'
import type { Dialect } from '../dialect.ts'
import { integer, integerOrNull } from './columns.ts'
import type { Engine } from './engine.ts'

/** So many lines are looked at at a time. */
const WINDOW = 2000
const IN_WINDOW = `select seq, at from delivery where seq > ? order by seq limit ${String(WINDOW)}`
const END_OF_WINDOW = `select max(seq) as last from (${IN_WINDOW}) as w`

function removing({ skipLocked }: Dialect): string {
  return `delete from delivery where seq in (
      select d.seq from delivery d where d.seq in (
        select seq from (${IN_WINDOW}) as w where at < ? order by seq limit ?
      ) ${skipLocked}
    ) returning seq`
}

/**
 * Removes old lines in the order in which they were stored, which is nearly that of their times: an index on time would cost each delivery more
 * than a sweep ever gains by it. Where nothing at the front can go it looks further on, a window a round, so that what a clock that was far
 * ahead has left there holds up nothing for ever.
 */
export class DeliverySweep {
  readonly #engine: Engine
  readonly #removing: string
  /** Everything before this was looked at in this round; where deleted rows lie in the way of who begins at the front again. */
  #place = 0
  #further = 0

  constructor(engine: Engine) {
    this.#engine = engine
    this.#removing = removing(engine.dialect)
  }

  /** How many went, at most `limit`. */
  async run(before: EpochMs, limit: number): Promise<number> {
    const gone = await this.#remove(this.#place, before, limit)
    if (gone.length > 0) {
      this.#place = Math.max(...gone)
      return gone.length
    }
    this.#place = 0
    return this.#lookFurther(before, limit)
  }

  async #lookFurther(before: EpochMs, limit: number): Promise<number> {
    const gone = await this.#remove(this.#further, before, limit)
    if (gone.length === limit) return limit
    const [row = {}] = await this.#engine.read(END_OF_WINDOW, [this.#further])
    this.#further = integerOrNull(row, 'last') ?? 0
    return gone.length
  }

  async #remove(behind: number, before: EpochMs, limit: number): Promise<readonly number[]> {
    const { rows } = await this.#engine.write(this.#removing, [behind, before, limit])
    return rows.map((row) => integer(row, 'seq'))
  }
}
