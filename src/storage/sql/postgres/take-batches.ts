import type { LaneKey } from '../lanes.ts'
import type { Waiting } from './waiting.ts'

/** A group's statements stay small enough to be run at once. */
const MOST_BATCHES = 256
const MOST_CHARACTERS = 1_000_000

/**
 * Takes from those that wait, in their order, the first one that needs a transaction of its own and has nothing before it; its lanes are
 * busy from then on.
 */
export function takeSingle(waiting: Waiting[], busy: Set<LaneKey>): Waiting | undefined {
  if (!waiting.some(({ shape }) => shape === undefined)) return undefined
  const blocked = new Set<LaneKey>()
  for (const [at, one] of waiting.entries()) {
    if (one.shape === undefined && isFree(one, busy, blocked)) {
      waiting.splice(at, 1)
      for (const lane of one.lanes) busy.add(lane)
      return one
    }
    for (const lane of one.lanes) blocked.add(lane)
  }
  return undefined
}

/** Whether `takeGroup` would find any. */
export function isGroupReady(waiting: readonly Waiting[], busy: ReadonlySet<LaneKey>): boolean {
  const blocked = new Set<LaneKey>()
  for (const one of waiting) {
    if (one.shape !== undefined && isFree(one, busy, blocked)) return true
    for (const lane of one.lanes) blocked.add(lane)
  }
  return false
}

/**
 * Takes those that may share a transaction: none waits for one that is under way or stays behind, no two name the same row, and those of one
 * lane come to the same in any order. A statement changes the rows in its own order.
 */
export function takeGroup(waiting: Waiting[], busy: Set<LaneKey>): readonly Waiting[] {
  const group = new Group()
  const left: Waiting[] = []
  const blocked = new Set<LaneKey>()
  for (const one of waiting) {
    if (isFree(one, busy, blocked) && group.takes(one)) continue
    left.push(one)
    for (const lane of one.lanes) blocked.add(lane)
  }
  for (const { lanes } of group.batches) for (const lane of lanes) busy.add(lane)
  waiting.splice(0, waiting.length, ...left)
  return group.batches
}

class Group {
  readonly batches: Waiting[] = []
  #size = 0
  readonly #rows = new Set<string>()
  /** And whether all that is done in a lane is adding. */
  readonly #lanes = new Map<LaneKey, boolean>()

  /** False, and nothing changed, where it does not go with those that are in. */
  takes(one: Waiting): boolean {
    const { shape, lanes } = one
    if (shape === undefined || this.batches.length === MOST_BATCHES) return false
    if (this.batches.length > 0 && this.#size + shape.size > MOST_CHARACTERS) return false
    for (const lane of lanes) if (!this.#allows(lane, shape.adds)) return false
    for (const row of shape.rows.keys()) if (this.#rows.has(row)) return false
    this.batches.push(one)
    this.#size += shape.size
    for (const row of shape.rows.keys()) this.#rows.add(row)
    for (const lane of lanes) this.#lanes.set(lane, shape.adds)
    return true
  }

  #allows(lane: LaneKey, adds: boolean): boolean {
    const others = this.#lanes.get(lane)
    return others === undefined || (others && adds)
  }
}

function isFree({ lanes }: Waiting, busy: ReadonlySet<LaneKey>, blocked: ReadonlySet<LaneKey>): boolean {
  for (const lane of lanes) if (busy.has(lane) || blocked.has(lane)) return false
  return true
}
