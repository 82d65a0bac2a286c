import type { LaneKey } from '../lanes.ts'
import type { BatchStep } from './batch-steps.ts'
import { addWays, NO_WAYS, rowsIn, type GroupShape } from './group-shape.ts'
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
  /** Of what is common to instances. */
  readonly #rows = new Set<string>()
  readonly #lanes = new Map<LaneKey, Lane>()

  /** False, and nothing changed, where it does not go with those that are in. */
  takes(one: Waiting): boolean {
    const { shape, lanes } = one
    if (shape === undefined || this.batches.length === MOST_BATCHES) return false
    if (this.batches.length > 0 && this.#size + shape.size > MOST_CHARACTERS) return false
    for (const lane of lanes) if (!this.#allows(lane, one.steps, shape)) return false
    for (const row of shape.common) if (this.#rows.has(row)) return false
    this.batches.push(one)
    this.#size += shape.size
    for (const row of shape.common) this.#rows.add(row)
    for (const lane of lanes) this.#enter(lane, one.steps, shape)
    return true
  }

  /** In a lane that has others nothing but adding goes, to a table in the same way as theirs, and no row is named twice. */
  #allows(lane: LaneKey, steps: readonly BatchStep[], { adds }: GroupShape): boolean {
    const others = this.#lanes.get(lane)
    if (others === undefined) return true
    if (!others.adds || !adds) return false
    others.ways ??= addWays(others.first, NO_WAYS) || undefined
    if (addWays(steps, others.ways ?? NO_WAYS) === false) return false
    const rows = (others.rows ??= new Set(rowsIn(others.first)))
    return !rowsIn(steps).some((row) => rows.has(row))
  }

  #enter(lane: LaneKey, steps: readonly BatchStep[], { adds }: GroupShape): void {
    const others = this.#lanes.get(lane)
    if (others === undefined) {
      this.#lanes.set(lane, { adds, first: steps, rows: undefined, ways: undefined })
      return
    }
    for (const row of rowsIn(steps)) others.rows?.add(row)
    others.ways = addWays(steps, others.ways ?? NO_WAYS) || others.ways
  }
}

/** The batches of a group that are about one instance, or one account. */
interface Lane {
  /** All that they do is adding. */
  readonly adds: boolean
  readonly first: readonly BatchStep[]
  /** That they name; undefined while there is one batch: mostly there is no other, and the names take time. */
  rows: Set<string> | undefined
  /** How they add to each table; undefined as long as `rows`. */
  ways: ReadonlyMap<string, number> | undefined
}

function isFree({ lanes }: Waiting, busy: ReadonlySet<LaneKey>, blocked: ReadonlySet<LaneKey>): boolean {
  for (const lane of lanes) if (busy.has(lane) || blocked.has(lane)) return false
  return true
}
