import type { Life } from '../../../src/drivers/max/life.ts'
import type { Answered } from '../../../src/drivers/max/questions.ts'
import type { Operation } from '../../../src/drivers/max/wire/operation.ts'
import { WireId, type WireValue } from '../../../src/drivers/max/wire/values.ts'

type Answer = (asked: Readonly<Record<string, unknown>>) => unknown

class Refused {
  readonly code: string

  constructor(code: string) {
    this.code = code
  }
}

/** For tests: a network that answers what it was told to, and remembers what it was asked. Ids are numbers of one form, as they are read. */
export class AskedNetwork {
  readonly asked: { readonly opcode: number; readonly payload: Readonly<Record<string, unknown>> }[] = []
  /** What waits for an answer that never comes. */
  isSilent = false
  readonly #answers = new Map<number, Answer>()

  /** What is not known here is refused. `answer` is given what was asked, with its ids as texts. */
  answers(opcode: number, answer: Answer): void {
    this.#answers.set(opcode, answer)
  }

  refuses(opcode: number, code: string): void {
    this.#answers.set(opcode, () => new Refused(code))
  }

  count(opcode: number): number {
    return this.asked.filter((one) => one.opcode === opcode).length
  }

  readonly connection: Life['connection'] = {
    ask: <Asked extends readonly unknown[], Value>(operation: Operation<Asked, Value>, ...asked: Asked) =>
      this.#ask(operation, asked),
  }

  async #ask<Asked extends readonly unknown[], Value>(
    { opcode, ask, read }: Operation<Asked, Value>,
    asked: Asked,
  ): Promise<Answered<Value>> {
    const payload = plain(ask(...asked)) as Readonly<Record<string, unknown>>
    this.asked.push({ opcode, payload })
    if (this.isSilent) return await new Promise(() => undefined)
    // An answer takes its time.
    await new Promise((resolve) => setImmediate(resolve))
    const answer = this.#answers.get(opcode)?.(payload)
    if (answer === undefined)
      return { ok: false, trouble: { why: 'refused', error: { code: 'not.found', message: '' } } }
    if (answer instanceof Refused)
      return { ok: false, trouble: { why: 'refused', error: { code: answer.code, message: '' } } }
    const value = read(answer)
    if (value === null) return { ok: false, trouble: { why: 'unreadable', says: 'not as it should be' } }
    return { ok: true, answer: value }
  }
}

function plain(value: WireValue | undefined): unknown {
  if (value instanceof WireId) return String(value.value)
  if (Array.isArray(value)) return value.map((one: WireValue) => plain(one))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one as WireValue)]))
}
