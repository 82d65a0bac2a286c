import type { EpochMs } from '../../model/ids.ts'
import { integerOrNull } from './columns.ts'
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

const END_OF_WINDOW = `select max(seq) as last from (
    select seq from message where seq > ? order by seq limit ${String(WINDOW)}
  ) as w`

/**
 * Removes old messages in the order in which they were stored, which is nearly that of their times: an index on time would cost each send and
 * each event more than a sweep ever gains by it. Where nothing at the front can go, it looks further on, a window a time: what a clock that
 * was far ahead has left there holds up nothing for ever.
 */
export class MessageSweep {
  readonly #engine: Engine
  #further = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** How many went, at most `limit`. */
  async run(before: EpochMs, limit: number): Promise<number> {
    const removed = await this.#remove(0, before, limit)
    return removed > 0 ? removed : this.#lookFurther(before, limit)
  }

  async #lookFurther(before: EpochMs, limit: number): Promise<number> {
    const removed = await this.#remove(this.#further, before, limit)
    if (removed === limit) return removed
    const [row] = await this.#engine.read(END_OF_WINDOW, [this.#further])
    this.#further = (row && integerOrNull(row, 'last')) ?? 0
    return removed
  }

  async #remove(behind: number, before: EpochMs, limit: number): Promise<number> {
    return (await this.#engine.write(REMOVE, [behind, before, limit])).changed
  }
}
