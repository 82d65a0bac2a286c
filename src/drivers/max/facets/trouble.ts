import { fault, type Fault } from '../../../model/fault.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'
import type { AskTrouble } from '../questions.ts'
import { isNotThere, isTooOften, type NetworkError } from '../wire/network-error.ts'

export const NO_ANSWER = fault('unavailable', 'MAX did not answer in time')

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
      return words[trouble.error.code] ?? refusalOf(trouble.error)
    default:
      return trouble satisfies never
  }
}

function refusalOf(error: NetworkError): Fault {
  const { code } = error
  if (isTooOften(error)) return fault('rateLimited', `MAX asks to wait (${code})`)
  if (isNotThere(error)) return fault('notFound', `MAX knows nothing of it (${code})`)
  if (code.startsWith(NOT_UNDERSTOOD)) return fault('unavailable', `MAX did not take the question (${code})`)
  return fault('refused', code === '' ? 'MAX refused it' : `MAX refused it (${code})`)
}
