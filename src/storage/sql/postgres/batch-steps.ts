import type { Seal } from '../../../lib/seal.ts'
import { placeholders, postgresDialect } from '../../dialect.ts'
import type { Batch } from '../../store.ts'
import { encodeBatch, operationAt, type Operation } from '../batch-code.ts'
import { sealParams, type Param } from '../statement.ts'
import type { PgStatement } from './pg-like.ts'

/** One statement of a batch, with what is secret sealed. */
export interface BatchStep {
  readonly operation: Operation
  readonly params: readonly Param[]
}

/** The statements of a batch in their order; the first ones are its guards. */
export function stepsOf(batch: Batch, seal: Seal): readonly BatchStep[] {
  const coded: Param[] = []
  encodeBatch(coded, batch, seal)
  const steps: BatchStep[] = []
  for (let at = 1; at < coded.length;) {
    const operation = operationAt(coded, at)
    const params = coded.slice(at + 1, at + 1 + operation.paramCount)
    sealParams(params, operation.sealed, seal)
    steps.push({ operation, params })
    at += 1 + operation.paramCount
  }
  return steps
}

/** A statement that is written with `?`. */
export function numbered(sql: string, params: readonly Param[]): PgStatement {
  let text = known.get(sql)
  if (text === undefined) known.set(sql, (text = placeholders(postgresDialect, sql)))
  return { sql: text, params }
}

const known = new Map<string, string>()
