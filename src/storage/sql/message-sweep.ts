import type { EpochMs } from '../../model/ids.ts'
import { integer, integerOrNull } from './columns.ts'
import type { Engine } from './engine.ts'

/** So many messages are looked at at a time. */
const WINDOW = 5000

/** Whether a message is queued is asked of its instance first, as most queues are empty: an index on the outbox for this would cost each send a fifth more. */
const REMOVE = `delete from message where seq in (
    select m.seq from (
      select seq, instance_id, id, at from message where seq > ? order by seq limit ${String(WINDOW)}
    ) m
    where m.at < ? and (
      not exists (select 1 from outbox o where o.instance_id = m.instance_id)
      or (m.instance_id, m.id) not in (select instance_id, message_id from outbox)
    )
    order by m.seq limit ?
  )`

/**
 * The same where others write meanwhile, and where the whole outbox may be more than fits into memory: only the queues of the window are looked
 * through, once. Tells how many went, where the last of them was, and where the first is that stayed.
 */
const REMOVE_AND_TELL = `with portion as materialized (
    select seq, instance_id, id, at from message where seq > ? order by seq limit ${String(WINDOW)}
  ),
  queued as materialized (
    select instance_id, message_id from outbox where instance_id in (select instance_id from portion)
  ),
  old as materialized (
    select p.seq from portion p where p.at < ? and not exists (
      select 1 from queued q where q.instance_id = p.instance_id and q.message_id = p.id
    ) order by p.seq limit ?
  ),
  gone as (
    delete from message where seq in (
      select m.seq from old join message m on m.seq = old.seq for update of m skip locked
    ) returning seq
  )
  select count(*) as count, max(seq) as last, (
    select min(p.seq) from portion p where not exists (select 1 from gone g where g.seq = p.seq)
  ) as stays from gone`

const END_OF_WINDOW = `select max(seq) as last from (
    select seq from message where seq > ? order by seq limit ${String(WINDOW)}
  ) as w`

/** A row can only turn up before the first one when it was stored very late; after so many rounds such are looked for. */
const ROUNDS_FROM_FIRST = 60

/**
 * Removes old messages in the order in which they were stored, which is nearly that of their times: an index on time would cost each send and
 * each event more than a sweep ever gains by it. Where nothing at the front can go, it looks further on, a window a time: what a clock that
 * was far ahead has left there holds up nothing for ever.
 */
export class MessageSweep {
  readonly #engine: Engine
  /** Where deleted rows lie in the way: nothing is before this, */
  #first = 0
  /** and in this round everything before this was looked at. */
  #place = 0
  #rounds = 0
  #further = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** How many went, at most `limit`. */
  async run(before: EpochMs, limit: number): Promise<number> {
    let removed = await this.#removeOnwards(before, limit)
    if (removed < limit && this.#place > this.#first) {
      this.#place = this.#first
      removed += await this.#removeOnwards(before, limit - removed)
    }
    if (removed < limit) this.#endRound()
    return removed > 0 ? removed : this.#lookFurther(before, limit)
  }

  #endRound(): void {
    if (++this.#rounds % ROUNDS_FROM_FIRST === 0) this.#first = 0
    this.#place = this.#first
  }

  async #removeOnwards(before: EpochMs, limit: number): Promise<number> {
    if (!this.#engine.dialect.deletesLater) return this.#remove(0, before, limit)
    const behind = this.#place
    const [row = {}] = (await this.#engine.write(REMOVE_AND_TELL, [behind, before, limit])).rows
    const last = integerOrNull(row, 'last') ?? behind
    if (behind === this.#first) this.#first = (integerOrNull(row, 'stays') ?? last + 1) - 1
    this.#place = last
    return integer(row, 'count')
  }

  async #lookFurther(before: EpochMs, limit: number): Promise<number> {
    const removed = await this.#remove(this.#further, before, limit)
    if (removed === limit) return removed
    const [row] = await this.#engine.read(END_OF_WINDOW, [this.#further])
    this.#further = (row && integerOrNull(row, 'last')) ?? 0
    return removed
  }

  async #remove(behind: number, before: EpochMs, limit: number): Promise<number> {
    const params = [behind, before, limit]
    if (!this.#engine.dialect.deletesLater) return (await this.#engine.write(REMOVE, params)).changed
    const [row = {}] = (await this.#engine.write(REMOVE_AND_TELL, params)).rows
    return integer(row, 'count')
  }
}
