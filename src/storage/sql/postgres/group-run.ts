import type { Outcome, Operation } from '../batch-code.ts'
import type { Param } from '../statement.ts'
import type { BatchStep } from './batch-steps.ts'
import type { PgResult, PgStatement, PgTransaction } from './pg-like.ts'
import { arrayText } from './pg-values.ts'

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
interface Gathered {
  readonly operation: Operation
  /** The batch of each row, by its place in the group. */
  readonly batches: number[]
  readonly columns: readonly Param[][]
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
    const refused = refusals(group, guards, await transaction.run(guards.map(statementOf)))
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
    for (const step of steps) {
      if (!wants(batch, step)) continue
      const { operation, params } = step
      let gathered = all.get(operation.index)
      if (gathered === undefined) {
        gathered = { operation, batches: [], columns: params.map(() => []) }
        all.set(operation.index, gathered)
      }
      gathered.batches.push(batch)
      for (const [column, param] of params.entries()) gathered.columns[column]?.push(param)
    }
  }
  return [...all.values()].toSorted((a, b) => a.operation.index - b.operation.index)
}

function statementOf({ operation, columns }: Gathered): PgStatement {
  if (operation.many === undefined) throw new TypeError('A statement that can not stand for many is in a group')
  return { sql: operation.many.sql, params: columns.map(arrayText) }
}

/** Of each batch that is refused, the first guard that does not hold. */
function refusals(
  group: readonly (readonly BatchStep[])[],
  guards: readonly Gathered[],
  results: readonly PgResult[],
): ReadonlyMap<number, number> {
  const refused = new Map<number, number>()
  for (const [at, { operation, batches }] of guards.entries()) {
    const held = new Set(results[at]?.rows.map((row) => row['ord']))
    if (held.size === batches.length) continue
    for (const [row, batch] of batches.entries()) {
      if (held.has(row + 1)) continue
      const guard = group[batch]?.findIndex((step) => step.operation === operation) ?? 0
      refused.set(batch, Math.min(guard, refused.get(batch) ?? guard))
    }
  }
  return refused
}
