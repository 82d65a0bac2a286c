import { isFault, type Fault } from '../../../model/fault.ts'
import { maskedTrouble } from '../engine/log.ts'
import { newDraft, type Draft, type Life } from '../life.ts'
import { askWhileOpen } from '../../network/asking.ts'
import { NO_ANSWER, troubleOf } from './trouble.ts'

/** The life of a session that is open now; null while there is none. */
export type Current = () => Life | null

/** Asks the network while it can be asked; every trouble is a fault, and the question ends by itself or with the session. */
export function ask<T>(
  current: Current,
  work: (life: Life) => Promise<T | Fault>,
  words: Readonly<Record<number, Fault>> = {},
): Promise<T | Fault> {
  const failed = (error: unknown, { host }: Life) => {
    const trouble = troubleOf(error, words)
    if (trouble.fault === 'unavailable')
      host.log.warn({ error: maskedTrouble(error) }, 'a question to WhatsApp came to nothing')
    return trouble
  }
  return askWhileOpen(current(), work, { noAnswer: NO_ANSWER, failed })
}

/** As `ask`, for what has no answer but that it is done. */
export async function told(
  current: Current,
  work: (life: Life) => Promise<Fault | undefined>,
  words: Readonly<Record<number, Fault>> = {},
): Promise<Fault | undefined> {
  const answer = await ask(current, work, words)
  return isFault(answer) ? answer : undefined
}

/** Keeps what was changed at the network. */
export async function keep({ store }: Life, change: (draft: Draft) => Promise<void>): Promise<void> {
  const draft = newDraft()
  await change(draft)
  if (draft.secrets.size > 0 || draft.notes.size > 0 || draft.events.length > 0) await store.commit(draft)
}
