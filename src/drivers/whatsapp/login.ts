import { StepStream } from '../../lib/step-stream.ts'
import type { Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { Login, LoginStep } from '../driver.ts'

/** An attempt to link, as its caller sees it. WhatsApp asks nothing that a word answers: codes are shown, a passkey is the phone's. */
export class LoginAttempt implements Login {
  readonly #steps = new StepStream<LoginStep>()
  readonly #cancelled: () => void

  /** `cancelled`: the person gives up before the end. */
  constructor(cancelled: () => void) {
    this.#cancelled = cancelled
  }

  get steps(): AsyncIterable<LoginStep> {
    return this.#steps
  }

  answer(): void {
    // Nothing is asked that has an answer.
  }

  cancel(): void {
    if (!this.#steps.isOver) this.#cancelled()
  }

  show(what: 'qr' | 'code', value: string, until: EpochMs): void {
    this.#steps.show({ kind: 'show', what, value, until })
  }

  askPasskey(): void {
    this.#steps.show({ kind: 'ask', what: 'passkey' })
  }

  done(): void {
    this.#steps.end({ kind: 'done' })
  }

  fail(trouble: Fault): void {
    this.#steps.end({ kind: 'ended', fault: trouble })
  }
}
