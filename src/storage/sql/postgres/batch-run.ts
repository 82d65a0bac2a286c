import { locksOf } from '../batch-locks.ts'
import type { Outcome } from '../batch-code.ts'
import type { Batch } from '../../store.ts'
import { numbered, type BatchStep } from './batch-steps.ts'
import type { PgStatement, PgTransaction } from './pg-like.ts'

/** Runs a batch in a transaction of its own: what it locks and its guards in one round trip, its writes and the commit in another. */
export async function runBatch(
  transaction: PgTransaction,
  batch: Batch,
  steps: readonly BatchStep[],
): Promise<Outcome> {
  const { guards, writes } = partsOf(steps)
  const asked = locksOf([batch]).map(({ sql, params }) => numbered(sql, params))
  const places: number[] = []
  for (const guard of guards) {
    asked.push(...before(guard))
    places.push(asked.push(guardStatement(guard)) - 1)
  }
  if (asked.length > 0) {
    const results = await transaction.run(asked)
    const refused = places.findIndex((place) => results[place]?.count === 0)
    const guard = guards[refused]
    if (guard !== undefined) return refusal(transaction, refused, guard)
  }
  await transaction.commit(writes.map(({ operation, params }) => withLock(operation.sql, operation.lock, params)))
  return null
}

function partsOf(steps: readonly BatchStep[]) {
  const first = steps.findIndex(({ operation }) => operation.guard === null)
  const end = first === -1 ? steps.length : first
  return { guards: steps.slice(0, end), writes: steps.slice(end) }
}

function before({ operation, params }: BatchStep): readonly PgStatement[] {
  const first = operation.guard?.before ?? null
  return first === null ? [] : [numbered(first.sql, params.slice(0, first.paramCount))]
}

/** What a guard has read stays so until the commit: a new owner's claim waits for this row. */
function guardStatement({ operation, params }: BatchStep): PgStatement {
  return withLock(operation.sql, operation.lock, params)
}

function withLock(sql: string, lock: string | undefined, params: BatchStep['params']): PgStatement {
  return numbered(lock === undefined ? sql : `${sql} for ${lock}`, params)
}

async function refusal(transaction: PgTransaction, guard: number, { operation, params }: BatchStep): Promise<Outcome> {
  const why = operation.guard?.why ?? null
  if (why === null) return { kind: 'refused', guard, why: null }
  const [result] = await transaction.run([numbered(why, params.slice(0, operation.guard?.whyParamCount))])
  return { kind: 'refused', guard, why: result?.rows[0] ?? null }
}
