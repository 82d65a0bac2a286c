import assert from 'node:assert/strict'
import { isAnswer, type AnswerOf, type AskFault, type AskName } from '../../src/simulator/asks.ts'
import type { RawProcess } from './simulated-network.ts'

/** What the network answers; anything else fails the test. */
export async function answerTo<Name extends AskName>(
  server: RawProcess,
  channel: number,
  name: Name,
  value: object,
): Promise<AnswerOf<Name>> {
  const found = await server.ask(channel, name, value)
  assert.ok(found.t === 'answer', JSON.stringify(found))
  assert.ok(isAnswer(name, found.value), JSON.stringify(found.value))
  return found.value
}

/** Why the network does not answer; an answer fails the test. */
export async function faultOf(server: RawProcess, channel: number, name: AskName, value: object): Promise<AskFault> {
  const found = await server.ask(channel, name, value)
  assert.ok(found.t === 'unanswered', JSON.stringify(found))
  return found.fault
}
