import type { Outcome } from '../batch-code.ts'
import type { BatchStep } from './batch-steps.ts'
import { asOne, claimOrStatement, DIVISION_BY_ZERO, mayBeOne, statementOf, type Columns } from './group-statements.ts'
import type { PgResult, PgTransaction } from './pg-like.ts'
import { PgTrouble } from './pg-trouble.ts'

/** A batch of the group can't be left out without undoing what its guards have changed: nothing is stored, and it must go alone. */
export class MustGoAlone extends Error {
  /** Places in the group. */
  readonly batches: readonly number[]

  constructor(batches: readonly number[]) {
    super('a guard refused')
    this.batches = batches
  }
}

/** One kind of statement for all batches of a group that have it. */
interface Gathered extends Columns {
  /** Of each row: its batch by the place in the group, and its own place in the batch. */
  readonly rows: { readonly batch: number; readonly step: number }[]
}

/** Not every guard holds, or one can't be asked: nothing is stored, and they are to be asked first. */
export class NotAllHold extends Error {}

/**
 * Runs batches in one transaction and one round trip, each kind of statement once, in the belief that all guards hold.
 * @throws NotAllHold
 */
export async function runGroupAtOnce(
  transaction: PgTransaction,
  group: readonly (readonly BatchStep[])[],
): Promise<readonly Outcome[]> {
  const all = gather(group, () => true)
  try {
    await transaction.commit(mayBeOne(all) ? [asOne(all)] : all.map(claimOrStatement))
  } catch (error) {
    if (error instanceof PgTrouble && error.sqlState === DIVISION_BY_ZERO) throw new NotAllHold()
    throw error
  }
  return group.map(() => null)
}

/**
 * Runs batches in one transaction, each kind of statement once: all guards in one round trip, then all writes with the commit. Gives their
 * outcomes in their order.
 * @throws MustGoAlone
 */
export async function runGroup(
  transaction: PgTransaction,
  group: readonly (readonly BatchStep[])[],
): Promise<readonly Outcome[]> {
  const outcomes = group.map((): Outcome => null)
  const guards = gather(group, (_, { operation }) => operation.guard !== null)
  if (guards.length > 0) {
    const refused = refusals(guards, await transaction.run(guards.map(statementOf)))
    const undone = [...refused.keys()].filter((batch) => group[batch]?.some(changesByGuard))
    if (undone.length > 0) throw new MustGoAlone(undone)
    for (const [batch, guard] of refused) outcomes[batch] = { kind: 'refused', guard, why: null }
  }
  const writes = gather(group, (batch, { operation }) => operation.guard === null && outcomes[batch] === null)
  if (outcomes.includes(null)) await transaction.commit(writes.map(statementOf))
  return outcomes
}

function changesByGuard({ operation }: BatchStep): boolean {
  return operation.guard?.reads === false
}

/** In the order of the operations, which is that of what belongs before what. */
function gather(
  group: readonly (readonly BatchStep[])[],
  wants: (batch: number, step: BatchStep) => boolean,
): readonly Gathered[] {
  const all = new Map<number, Gathered>()
  for (const [batch, steps] of group.entries()) {
    for (const [at, step] of steps.entries()) {
      if (!wants(batch, step)) continue
      const { operation, params } = step
      let gathered = all.get(operation.index)
      if (gathered === undefined) {
        gathered = { operation, rows: [], columns: params.map(() => []) }
        all.set(operation.index, gathered)
      }
      gathered.rows.push({ batch, step: at })
      for (const [column, param] of params.entries()) gathered.columns[column]?.push(param)
    }
  }
  return [...all.values()].toSorted((a, b) => a.operation.index - b.operation.index)
}

/** Of each batch that is refused, the first guard that does not hold. */
function refusals(guards: readonly Gathered[], results: readonly PgResult[]): ReadonlyMap<number, number> {
  const refused = new Map<number, number>()
  for (const [at, { rows }] of guards.entries()) {
    const held = new Set(results[at]?.rows.map((row) => row['ord']))
    for (const [place, { batch, step }] of rows.entries()) {
      if (!held.has(place + 1)) refused.set(batch, Math.min(step, refused.get(batch) ?? step))
    }
  }
  return refused
}
