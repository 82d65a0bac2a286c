import type { StaticDecode, TSchema } from 'typebox'
import { readAs } from './shapes.ts'
import type { WireMap } from './values.ts'

/** A question that the network answers: its number, how it is put, and what its answer must look like. */
export interface Operation<Asked extends readonly unknown[] = readonly unknown[], Answer = unknown> {
  readonly opcode: number
  readonly ask: (...asked: Asked) => WireMap
  /** What an answer says; null: it is not as it should be. The answer is used up. */
  readonly read: (payload: unknown) => Answer | null
}

/** `ask`: the fields in the order of the web client. An answer without a body is an empty one. */
export function operation<Asked extends readonly unknown[], T extends TSchema>(
  opcode: number,
  ask: (...asked: Asked) => WireMap,
  answer: T,
): Operation<Asked, StaticDecode<T>> {
  return { opcode, ask, read: (payload) => readAs(answer, payload ?? {}) }
}
