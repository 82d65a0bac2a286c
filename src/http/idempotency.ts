import { createHash } from 'node:crypto'
import { fault, type Fault } from '../model/fault.ts'
import { isRepeated } from '../model/once.ts'
import type { Once } from '../storage/once.ts'
import type { Guard, Store } from '../storage/store.ts'
import { RawJson, type Outcome } from './method.ts'

const KEY = /^[\x21-\x7e]{1,255}$/

/** The call was made before with the same key and body: this is what was answered then, byte for byte. */
export class Replay {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** One call with an `Idempotency-Key`. `scope` names who may meet the same key: the partner account or instance, and the method. */
export interface KeyedCall {
  readonly scope: string
  readonly key: string
  readonly bodyHash: string
}

export function isIdempotencyKey(key: string): boolean {
  return KEY.test(key)
}

/** The hash of a call's known fields; their order doesn't count. */
export function bodyHash(fields: object, variant: string): string {
  return createHash('sha256').update(variant).update('\n').update(canonical(fields)).digest('base64url')
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonical(item)).join()}]`
  const entries: [string, unknown][] = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join()}}`
}

/** Does what the call asks, with what makes the guards for its batch. */
export type Work = (once: <Result>(answer: (result: Result) => object) => Once<Result>) => Outcome | Promise<Outcome>

const nothing = (): undefined => undefined

/**
 * Makes a call happen once per key. The answer is stored in the same batch as what the call does (`Once`), so that either both are
 * there or none; of calls at the same time one goes first and the others wait for it. A call that failed has used up nothing.
 */
export class Idempotency {
  readonly #answers: Store['answers']
  readonly #now: () => number
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(answers: Store['answers'], now: () => number) {
    this.#answers = answers
    this.#now = now
  }

  async run(call: KeyedCall, work: Work): Promise<Outcome | Replay> {
    const place = `${call.scope}\n${call.key}`
    for (let other = this.#running.get(place); other !== undefined; other = this.#running.get(place)) await other
    const running = this.#first(call, work)
    const over = running.then(nothing, nothing).then(() => this.#running.delete(place))
    this.#running.set(place, over)
    return running
  }

  async #first(call: KeyedCall, work: Work): Promise<Outcome | Replay> {
    const earlier = await this.#answers.find(call.scope, call.key)
    if (earlier !== null) return judge(earlier, call)
    const outcome = await work((answer) => (result) => this.#guard(call, answer(result)))
    return isRepeated(outcome) ? judge(outcome.earlier, call) : outcome
  }

  #guard(call: KeyedCall, answer: object): Extract<Guard, { kind: 'once' }> {
    const text = answer instanceof RawJson ? answer.text.toString() : JSON.stringify(answer)
    return { kind: 'once', ...call, answer: text, at: this.#now() }
  }
}

function judge(earlier: { readonly bodyHash: string; readonly answer: string }, call: KeyedCall): Replay | Fault {
  if (earlier.bodyHash === call.bodyHash) return new Replay(earlier.answer)
  return fault('conflict', 'This Idempotency-Key was used with another request')
}
