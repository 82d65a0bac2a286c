import { fault, type Fault } from '../../../model/fault.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'
import type { AskTrouble } from '../questions.ts'

export const NO_ANSWER = fault('unavailable', 'MAX did not answer in time')

/** Whoever goes on asking then loses more than the answer. */
const TOO_OFTEN: ReadonlySet<string> = new Set(['too.many.requests', 'error.limit.violate'])
/** `not.found`, `chat.not.found` and their like. */
const NOT_THERE = /(^|\.)not\.found$/
/** Of what the network can't read of ours: our mistake, and no answer to what was asked. */
const NOT_UNDERSTOOD = 'proto.'

/** What a code of the network's means where it was asked. */
export type Words = Readonly<Record<string, Fault>>

/** A question that failed, as a fault; `words` come before what a code means elsewhere. */
export function troubleOf(trouble: AskTrouble, words: Words = {}): Fault {
  switch (trouble.why) {
    case 'notSent':
    case 'unreadable':
      return fault('unavailable', `MAX could not be asked: ${trouble.says}`)
    case 'late':
      return NO_ANSWER
    case 'lost':
      return NOT_CONNECTED
    case 'refused':
      return words[trouble.error.code] ?? refusalOf(trouble.error.code)
    default:
      return trouble satisfies never
  }
}

export function isTooOften(trouble: AskTrouble): boolean {
  return trouble.why === 'refused' && TOO_OFTEN.has(trouble.error.code)
}

export function isNotThere(trouble: AskTrouble): boolean {
  return trouble.why === 'refused' && NOT_THERE.test(trouble.error.code)
}

function refusalOf(code: string): Fault {
  if (TOO_OFTEN.has(code)) return fault('rateLimited', `MAX asks to wait (${code})`)
  if (NOT_THERE.test(code)) return fault('notFound', `MAX knows nothing of it (${code})`)
  if (code.startsWith(NOT_UNDERSTOOD)) return fault('unavailable', `MAX did not take the question (${code})`)
  return fault('refused', code === '' ? 'MAX refused it' : `MAX refused it (${code})`)
}
