import { fault, type Fault } from '../../model/fault.ts'
import { isRepeated, type Repeated } from '../../model/once.ts'
import type { Guard, Store } from '../../storage/store.ts'
import { type Idempotency, type KeyedCall, Replay } from '../idempotency.ts'
import type { ApiOutcome, MakeOnce } from './route.ts'

/** What a keyed call came to. `isRepeat`: it was made before, and every part that had succeeded is answered as it was then. */
export interface PartsDone {
  readonly outcome: ApiOutcome
  readonly isRepeat: boolean
}

/** Does what the call asks, with what makes the guards for its batches. */
export type ApiWork = (once: MakeOnce) => ApiOutcome | Promise<ApiOutcome>

/** A call of one outcome: answered as the first time when it was made before. */
export async function runKeyed(idempotency: Idempotency, call: KeyedCall, work: ApiWork): Promise<ApiOutcome | Replay> {
  return idempotency.run(call, (once) => work((answer) => once(answer)))
}

/**
 * A call of parts that succeed or fail each by itself. That it began is stored before anything is done, so that the key can't be used with
 * another body; each part is stored with its own answer. After a crash in the middle the same call does what is left.
 */
export async function runParts(
  deps: { readonly idempotency: Idempotency; readonly store: Pick<Store, 'commit'>; readonly now: () => number },
  call: KeyedCall,
  work: ApiWork,
): Promise<PartsDone | Fault> {
  let isRepeat = false
  const guard = (part: string, answer: object): Extract<Guard, { kind: 'once' }> => {
    const { scope, key, bodyHash } = call
    return { kind: 'once', scope: `${scope}#${part}`, key, bodyHash, answer: JSON.stringify(answer), at: deps.now() }
  }
  // Nothing is ever stored under the scope itself: it only makes equal calls wait for each other.
  const outcome = await deps.idempotency.run(call, async () => {
    const begun = await deps.store.commit({ guards: [guard('begun', {})], writes: [] })
    if (!begun.ok) {
      if (begun.earlier?.bodyHash !== call.bodyHash) return OTHER_BODY
      isRepeat = true
    }
    return work(
      (answer, part = '') =>
        (result) =>
          guard(part, answer(result)),
    )
  })
  if (outcome instanceof Replay || isRepeated(outcome)) throw new Error('a call of parts was answered as a whole')
  return { outcome, isRepeat }
}

const OTHER_BODY = fault('conflict', 'This Idempotency-Key was used with another request')

/** What an earlier call answered for this part. */
export function earlierAnswer(repeated: Repeated): unknown {
  return JSON.parse(repeated.earlier.answer)
}
