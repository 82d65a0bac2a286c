import { OperatorTrouble } from '../lib/operator-trouble.ts'
import type { InstanceId } from '../model/ids.ts'
import { ID_RANGES, idRangeOfCell, MESSENGERS, type IdRange, type Messenger } from '../model/messenger.ts'
import type { Store } from '../storage/store.ts'

interface Ids {
  readonly range: IdRange
  last: number
}

/** Gives new instances their ids: one after the other for each messenger, of the cell where there is one. */
export class InstanceIds {
  readonly #store: Store
  readonly #ids: ReadonlyMap<Messenger, Ids>

  private constructor(store: Store, ids: ReadonlyMap<Messenger, Ids>) {
    this.#store = store
    this.#ids = ids
  }

  /**
   * `known`: the ids of the instances that there are.
   * @throws OperatorTrouble where ids were given that are not of this cell
   */
  static async open(store: Store, cell: number | undefined, known: Iterable<number>): Promise<InstanceIds> {
    const ids = new Map<Messenger, Ids>()
    for (const messenger of MESSENGERS) {
      const range = cell === undefined ? ID_RANGES[messenger] : idRangeOfCell(messenger, cell)
      ids.set(messenger, { range, last: await lastOf(store, messenger, cell === undefined ? undefined : range) })
    }
    if (cell !== undefined) mustBeOf(cell, [...ids.values()], known)
    return new InstanceIds(store, ids)
  }

  /** Undefined where none is left. Whether another node has taken it is told by the guard `sequence`: see `refused`. */
  next(messenger: Messenger): InstanceId | undefined {
    const ids = this.#of(messenger)
    const next = Math.max(ids.last, ids.range.first - 1) + 1
    if (next > ids.range.last) return undefined
    ids.last = next
    return next as InstanceId
  }

  /** Another node took it: goes on after the last one that anybody took, and never back to what others wait with here. */
  async refused(messenger: Messenger): Promise<void> {
    const ids = this.#of(messenger)
    const last = await this.#store.instances.lastId(messenger)
    ids.last = Math.max(ids.last, last)
  }

  #of(messenger: Messenger): Ids {
    const ids = this.#ids.get(messenger)
    if (ids === undefined) throw new Error('no such messenger')
    return ids
  }
}

/** Where none was given yet, those before the cell's count as given: by whatever settings another node gives some, they are the cell's. */
async function lastOf(store: Store, messenger: Messenger, cell: IdRange | undefined): Promise<number> {
  const last = await store.instances.lastId(messenger)
  if (cell === undefined || last !== 0) return last
  const value = cell.first - 1
  await store.commit({ guards: [{ kind: 'sequence', messenger, value }], writes: [] })
  return store.instances.lastId(messenger)
}

function mustBeOf(cell: number, all: readonly Ids[], known: Iterable<number>): void {
  const isOne = (id: number) => all.some(({ range: { first, last } }) => id >= first && id <= last)
  const lasts = all.flatMap(({ range, last }) => (last === range.first - 1 ? [] : [last]))
  const strange = [...lasts, ...known].find((id) => !isOne(id))
  if (strange === undefined) return
  throw new OperatorTrouble(
    `JADEGATE_CELL=${String(cell)}: this database has given out ${String(strange)}, which is not of that cell.`,
  )
}
