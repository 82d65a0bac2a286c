import { pause } from '../../../lib/pause.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import { askWhileOpen } from '../../network/asking.ts'
import type { Life } from '../life.ts'
import { maskedTrouble } from '../masked-trouble.ts'
import type { Operation } from '../wire/operation.ts'
import { NO_ANSWER, troubleOf, type Words } from './trouble.ts'

/** The life of a session that is open now; null while there is none. */
export type Current = () => Life | null

const PAGE_MS = 80
const FAILED = fault('unavailable', 'what MAX told could not be kept')

/** Asks the network while it can be asked; every trouble is a fault, and the question ends by itself or with the session. */
export function ask<T>(current: Current, work: (life: Life) => Promise<T | Fault>): Promise<T | Fault> {
  return askWhileOpen(current(), work, { noAnswer: NO_ANSWER, failed: notKept })
}

/** As `ask`, for what has no answer but that it is done. */
export async function told(
  current: Current,
  work: (life: Life) => Promise<Fault | undefined>,
): Promise<Fault | undefined> {
  const answer = await ask(current, work)
  return isFault(answer) ? answer : undefined
}

/** One question, and what came of it. `words`: what codes of the network's mean where it is asked. */
export async function answerTo<Asked extends readonly unknown[], Answer>(
  { connection }: Pick<Life, 'connection'>,
  words: Words,
  operation: Operation<Asked, Answer>,
  ...asked: Asked
): Promise<Answer | Fault> {
  const answered = await connection.ask(operation, ...asked)
  return answered.ok ? answered.answer : troubleOf(answered.trouble, words)
}

/** Between two pages of one answer: nobody who turns pages does it without a break. */
export function turnPage({ host, ended }: Pick<Life, 'host' | 'ended'>): Promise<void> {
  return pause(host.clock, PAGE_MS * (1 + host.random.fraction()), ended)
}

/** What the network refuses is no error: only what could not be kept is one. */
function notKept(error: unknown, { host }: Life): Fault {
  host.log.warn({ error: maskedTrouble(error) }, 'a question to MAX came to nothing')
  return FAILED
}
