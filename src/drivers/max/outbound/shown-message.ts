import { fault, type Fault } from '../../../model/fault.ts'
import type { Life } from '../life.ts'
import { HISTORY } from '../wire/opcodes.ts'
import type { Message } from '../wire/shapes.ts'
import { troubleOf } from './refusals.ts'

/** Times are in the ids of messages, above so many bits. */
const TIME_BITS = 16n
/** Those of the same millisecond, should there be any. */
const AROUND = 3

/** One message of a chat as the network shows it now, both by its ids; null: it does not. Nothing is changed by it. */
export async function shownMessage(
  { connection }: Pick<Life, 'connection'>,
  chat: string,
  message: string,
): Promise<Message | null | Fault> {
  const asked = await connection.ask(HISTORY, chat, Number(BigInt(message) >> TIME_BITS) + 1, AROUND)
  if (asked.ok) return asked.answer.messages.find(({ id }) => id === message) ?? null
  const trouble = troubleOf(asked.trouble, chat)
  // A lost answer to a question is no lost message.
  return trouble.fault === 'unconfirmed'
    ? fault('unavailable', 'MAX did not show the message that it is about')
    : trouble
}
