import type { Seal } from '../../lib/seal.ts'
import type { Batch, Committed } from '../store.ts'
import type { Outcome } from './batch-code.ts'
import { StorageFailed } from './engine.ts'
import { text } from './columns.ts'
import { places } from './statement.ts'

const DONE: Committed = { ok: true }

/**
 * What a caller is told about a batch that was run.
 * @throws StorageFailed
 */
export function committed(batch: Batch, outcome: Outcome, seal: Seal): Committed {
  if (outcome === null) return DONE
  if (outcome.kind === 'failed') throw new StorageFailed(outcome.error)
  const refusedBy = batch.guards[outcome.guard]
  if (refusedBy === undefined) throw new RangeError('Refused by a guard that the batch does not have')
  if (refusedBy.kind !== 'once' || outcome.why === null) return { ok: false, refusedBy }
  const answer = seal.open(text(outcome.why, 'answer'), places.answer(refusedBy.scope, refusedBy.key))
  return { ok: false, refusedBy, earlier: { bodyHash: text(outcome.why, 'body_hash'), answer } }
}
