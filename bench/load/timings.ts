import { quantile } from '../harness/statistics.ts'
import type { Answer } from './connection.ts'
import type { JobResult } from './job.ts'

/** Collects how long each request took within the measured window. */
export class Timings {
  readonly #from: number
  #to: number
  readonly #tookMs: number[] = []
  #doneInAll = 0

  constructor(from: number, to: number) {
    this.#from = from
    this.#to = to
  }

  /** `startedAt` is when the request was sent, or was due to be. */
  add(startedAt: number, now: number): void {
    this.#doneInAll += 1
    if (now >= this.#from && now < this.#to) this.#tookMs.push(now - startedAt)
  }

  /** What comes from now on is outside the window. */
  end(now: number): void {
    this.#to = Math.min(this.#to, now)
  }

  result(): JobResult {
    const share = (part: number) => quantile(this.#tookMs, part)
    return {
      done: this.#tookMs.length,
      doneInAll: this.#doneInAll,
      tookMs: this.#to - this.#from,
      p50Ms: share(0.5),
      p99Ms: share(0.99),
      p999Ms: share(0.999),
    }
  }
}

/** Why an answer is not the expected one, or null: a benchmark of refusals measures nothing. */
export function wrongAnswer(expect: string, answer: Answer): Error | null {
  if (answer.status === 200 && answer.body.includes(expect)) return null
  const shown = answer.body.subarray(0, 300).toString()
  return new Error(`expected 200 with ${expect}, got ${answer.status}: ${shown}`)
}
