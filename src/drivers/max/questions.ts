import type { Clock, Timer } from '../../lib/clock.ts'
import { CMD, encodeFrame, type Frame } from './wire/frame.ts'
import { readNetworkError, type NetworkError } from './wire/network-error.ts'
import type { Operation } from './wire/operation.ts'
import { WireError } from './wire/wire-error.ts'

/**
 * What became of a question that was not answered well.
 * notSent: nothing left this machine. refused: the network said so, and did nothing. late, lost: no answer came in time or before the connection
 * ended; it may have taken effect. unreadable: it was answered, not as it should be; it probably has.
 */
export type AskTrouble =
  | { readonly why: 'notSent' | 'late' | 'lost' | 'unreadable'; readonly says: string }
  | { readonly why: 'refused'; readonly error: NetworkError }

export type Answered<T> =
  { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly trouble: AskTrouble }

/** How long a question waits for its answer. */
export const ANSWER_MS = 20_000
/** Questions that wait for an answer at the same time. */
const MOST = 128
const SEQUENCES = 65_536

interface Open {
  readonly opcode: number
  readonly answered: (payload: unknown) => void
  readonly failed: (trouble: AskTrouble) => void
  timer: Timer
}

/** The questions of one connection: they are numbered, and an answer finds its question by that number. */
export class Questions {
  readonly #clock: Clock
  readonly #send: (frame: Buffer) => void
  readonly #open = new Map<number, Open>()
  #next = 0
  #isOver = false

  /** @param send throws a `WireError` when nothing can leave now */
  constructor(clock: Clock, send: (frame: Buffer) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** Never rejects. */
  ask<Asked extends readonly unknown[], Answer>(
    operation: Operation<Asked, Answer>,
    asked: Asked,
    limitMs = ANSWER_MS,
  ): Promise<Answered<Answer>> {
    return new Promise((resolve) => {
      const failed = (trouble: AskTrouble) => resolve({ ok: false, trouble })
      const notSent = (says: string) => failed({ why: 'notSent', says })
      if (this.#isOver) return notSent('the connection is over')
      if (this.#open.size >= MOST) return notSent('too many questions wait for an answer')
      const seq = this.#free()
      const { opcode } = operation
      try {
        this.#send(encodeFrame({ cmd: CMD.ask, seq, opcode, payload: operation.ask(...asked) }))
      } catch (error) {
        if (!(error instanceof WireError)) throw error
        return notSent(error.message)
      }
      const answered = (payload: unknown) => {
        const answer = operation.read(payload)
        if (answer === null) failed({ why: 'unreadable', says: `the answer to ${opcode} is not as it should be` })
        else resolve({ ok: true, answer })
      }
      this.#open.set(seq, { opcode, answered, failed, timer: this.#limit(seq, limitMs) })
    })
  }

  /** False: it is the answer to nothing that waits. */
  answered({ cmd, seq, opcode, payload }: Frame): boolean {
    const open = this.#open.get(seq)
    if (open === undefined || (cmd === CMD.answer && open.opcode !== opcode)) return false
    this.#close(seq, open)
    if (cmd === CMD.error) open.failed({ why: 'refused', error: readNetworkError(payload) })
    else open.answered(payload)
    return true
  }

  /** All that still wait are lost, and nothing more is asked. */
  end(): void {
    this.#isOver = true
    for (const [seq, open] of this.#open) {
      this.#close(seq, open)
      open.failed({ why: 'lost', says: 'the connection ended before the answer' })
    }
  }

  #free(): number {
    while (this.#open.has(this.#next)) this.#next = (this.#next + 1) % SEQUENCES
    const seq = this.#next
    this.#next = (seq + 1) % SEQUENCES
    return seq
  }

  #limit(seq: number, limitMs: number): Timer {
    return this.#clock.after(limitMs, () => {
      // A process that stood still is no network that does: what has come meanwhile is heard first.
      const rest = setImmediate(() => {
        const open = this.#open.get(seq)
        if (open === undefined) return
        this.#open.delete(seq)
        open.failed({ why: 'late', says: `no answer to ${open.opcode} in time` })
      })
      const open = this.#open.get(seq)
      if (open !== undefined) open.timer = { cancel: () => clearImmediate(rest) }
    })
  }

  #close(seq: number, open: Open): void {
    open.timer.cancel()
    this.#open.delete(seq)
  }
}
