import { fault, type Fault, type FaultCode } from '../../../model/fault.ts'
import type { AskTrouble } from '../questions.ts'
import { isTokenGone, type NetworkError } from '../wire/network-error.ts'

/** What MAX says when a message doesn't go, as faults. */

interface Refusal {
  readonly fault: FaultCode
  readonly reason: string
}

/** What was handed over can't be sent yet. */
export const NOT_READY = 'attachment.not.ready'

const RATE: Refusal = { fault: 'rateLimited', reason: 'MAX takes no more messages for now' }
const BUSY: Refusal = { fault: 'unavailable', reason: 'MAX could not take the message now' }
const MALFORMED: Refusal = { fault: 'refused', reason: 'MAX does not take such a message' }
const NOT_ALLOWED: Refusal = { fault: 'refused', reason: 'MAX does not let the account write there' }
const NOBODY: Refusal = { fault: 'noAccount', reason: 'there is no such person on MAX' }
const NO_FILE: Refusal = { fault: 'unavailable', reason: 'MAX does not find the file that was handed over' }
const OUTSIDE: Refusal = { fault: 'notInGroup', reason: 'the account is not in this group' }
const NO_TARGET: Refusal = { fault: 'refused', reason: 'MAX does not find what the message is about' }

/** By the code of an error. */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['too.many.requests', RATE],
  ['error.limit.violate', RATE],
  ['service.unavailable', BUSY],
  ['internal.error', BUSY],
  ['proto.state', BUSY],
  ['proto.payload', MALFORMED],
  ['proto.opcode', MALFORMED],
  ['chat.not.found', NOBODY],
  ['user.not.found', NOBODY],
  ['not.found', NO_TARGET],
  ['message.not.found', NO_TARGET],
  ['photo.not.found', NO_FILE],
  ['video.not.found', NO_FILE],
  ['file.not.found', NO_FILE],
  ['audio.not.found', NO_FILE],
  [NOT_READY, { fault: 'unavailable', reason: 'MAX is not done with the file yet' }],
  ['access.denied', NOT_ALLOWED],
  ['chat.denied', NOT_ALLOWED],
  ['privacy.restricted', { fault: 'refused', reason: 'this person takes no messages from the account' }],
  ['participants.filter.out', { fault: 'refused', reason: 'this person does not let the account do that' }],
  [
    'error.phone.binding.required',
    { fault: 'refused', reason: 'MAX wants the phone number of the account bound first' },
  ],
  ['auth.blocked', { fault: 'refused', reason: 'MAX has blocked the account' }],
  ['poll.denied', { fault: 'refused', reason: 'MAX does not take such a poll there' }],
  ['message.edit.expired', { fault: 'refused', reason: 'the message is too old to be edited' }],
])

/** In groups these say that it is not the account's. */
const GROUP_REFUSALS: ReadonlyMap<string, Refusal> = new Map([['chat.not.found', OUTSIDE]])

/** What an error means for a message to a chat of the network's; the reason holds the code. What nobody has seen yet is a refusal. */
export function refusalOf(error: NetworkError, chat: string): Fault {
  const { code, message } = error
  // The session's next login tells the rest.
  if (isTokenGone(error)) return fault('notConnected', 'MAX does not take the token any more')
  const known = (chat.startsWith('-') ? GROUP_REFUSALS.get(code) : undefined) ?? REFUSALS.get(code)
  if (known !== undefined) return fault(known.fault, `${known.reason} (${code})`)
  const said = [message, code === '' ? '' : `(${code})`].filter((part) => part !== '').join(' ')
  return fault('refused', said === '' ? 'MAX refused the message' : `MAX refused the message: ${said}`)
}

/** What became of a message that was not answered well. `unsure` where it may have left. */
export function troubleOf(trouble: AskTrouble, chat: string): Fault {
  switch (trouble.why) {
    case 'refused':
      return refusalOf(trouble.error, chat)
    case 'notSent':
      return fault('notConnected', `nothing was sent: ${trouble.says}`)
    case 'late':
    case 'lost':
    case 'unreadable':
      return fault('unconfirmed', `it is not known whether the message left: ${trouble.says}`)
    default:
      return trouble satisfies never
  }
}
