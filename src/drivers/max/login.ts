import { StepStream } from '../../lib/step-stream.ts'
import { fault, type Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { Login, LoginStep } from '../driver.ts'

/** Nobody's password is longer, UTF-16 code units. */
const LONGEST_PASSWORD = 256

export const WRONG_PASSWORD = fault('wrongPassword', 'the password is wrong')

/** An attempt to link, as its caller sees it: a QR that is shown, and the account's password where it has one. */
export class LoginAttempt implements Login {
  readonly #steps = new StepStream<LoginStep>()
  readonly #cancelled: () => void
  #answered: ((password: string) => void) | null = null

  /** `cancelled`: the person gives up before the end. */
  constructor(cancelled: () => void) {
    this.#cancelled = cancelled
  }

  get steps(): AsyncIterable<LoginStep> {
    return this.#steps
  }

  /** What nobody asked for goes nowhere. */
  answer(value: string): void {
    const answered = this.#answered
    if (this.#steps.isOver || answered === null) return
    if (value === '' || value.length > LONGEST_PASSWORD) return this.#ask(WRONG_PASSWORD)
    this.#answered = null
    answered(value)
  }

  cancel(): void {
    if (!this.#steps.isOver) this.#cancelled()
  }

  showQr(value: string, until: EpochMs): void {
    this.#answered = null
    this.#steps.show({ kind: 'show', what: 'qr', value, until })
  }

  /** Resolves with what the person says; never where nobody says anything. `trouble`: what was wrong with it before. */
  askPassword(trouble?: Fault): Promise<string> {
    return new Promise((resolve) => {
      this.#answered = resolve
      this.#ask(trouble)
    })
  }

  done(): void {
    this.#steps.end({ kind: 'done' })
  }

  fail(trouble: Fault): void {
    this.#steps.end({ kind: 'ended', fault: trouble })
  }

  #ask(trouble?: Fault): void {
    this.#steps.show({ kind: 'ask', what: 'password', ...(trouble !== undefined && { trouble }) })
  }
}
