import type { Push } from '../../../src/drivers/max/connection.ts'
import type { Inbound } from '../../../src/drivers/max/inbound/inbound.ts'
import type { LoginAnswer } from '../../../src/drivers/max/wire/opcodes.ts'
import { LOGIN } from '../../../src/drivers/max/wire/opcodes.ts'
import type { WireMap, WireValue } from '../../../src/drivers/max/wire/values.ts'
import { DIALOG, PEER, SELF } from './made-life.ts'

/** For tests: what the network tells, as it comes from the wire. */

export const LINKED_AT = 1_770_000_000_000
let last = LINKED_AT

/** As the network makes them. */
export function messageIdAt(time: number): bigint {
  return (BigInt(time) << 16n) | 7n
}

/** A message of the peer's in the dialog, later than the one before. */
export function told(text: string, more: WireMap = {}): WireMap & { readonly id: bigint; readonly time: number } {
  last += 1_000
  const time = typeof more['time'] === 'number' ? more['time'] : last
  return { sender: Number(PEER), text, type: 'USER', ...more, time, id: messageIdAt(time) }
}

export function byUs(text: string, more: WireMap = {}): ReturnType<typeof told> {
  return told(text, { sender: Number(SELF), ...more })
}

export function inDialog(message: WireMap, more: WireMap = {}): WireMap {
  return { chatId: Number(DIALOG), message, unread: 1, ...more }
}

/** Hands a push on as the connection does; resolves with what it was acknowledged with. */
export async function push(inbound: Inbound, opcode: number, payload: WireValue): Promise<WireMap[]> {
  const answers: WireMap[] = []
  const one: Push = { opcode, seq: 0, payload: structuredClone(payload), acknowledge: (answer) => answers.push(answer) }
  await inbound.pushed(one)
  return answers
}

export function loginAnswer(more: WireMap = {}): LoginAnswer {
  const names = [{ firstName: 'Me', type: 'ONEME' }]
  const answer = LOGIN.read({
    profile: { contact: { id: Number(SELF), names } },
    time: LINKED_AT,
    ...structuredClone(more),
  })
  if (answer === null) throw new Error('this is no answer')
  return answer
}
