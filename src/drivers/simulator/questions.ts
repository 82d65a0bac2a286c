import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { fault, type Fault } from '../../model/fault.ts'
import { isAnswer, isAsk, type AnswerOf, type AskName, type AskOf } from '../../simulator/asks.ts'
import type { FromNetwork, ToNetwork } from '../../simulator/protocol.ts'

const ANSWER_MS = 10_000
/** Questions of one session that wait for their answers. */
const MOST_AT_ONCE = 64

type Answer = Extract<FromNetwork, { t: 'answer' | 'unanswered' }>

/** What was asked on one channel and waits for an answer. Every question ends: by its answer, in time, or with the channel. */
export class Questions {
  readonly #channel: number
  readonly #write: (message: ToNetwork) => void
  readonly #clock: Clock
  readonly #log: Log
  readonly #waiting = new Map<number, (answer: Answer | Fault) => void>()
  #last = 0

  constructor(channel: number, write: (message: ToNetwork) => void, clock: Clock, log: Log) {
    this.#channel = channel
    this.#write = write
    this.#clock = clock
    this.#log = log
  }

  async ask<Name extends AskName>(name: Name, value: AskOf<Name>): Promise<AnswerOf<Name> | Fault> {
    if (!isAsk(name, value)) return fault('invalid', 'the network takes no such question')
    if (this.#waiting.size >= MOST_AT_ONCE) return fault('unavailable', 'too many questions wait for an answer')
    const answer = await this.#answerTo(name, value)
    if ('fault' in answer) return fault(answer.fault, answer.message)
    if (isAnswer(name, answer.value)) return answer.value
    this.#log.error({ question: name }, 'the network does not answer what was asked')
    return fault('unavailable', 'the network gave no usable answer')
  }

  answered(answer: Answer): void {
    this.#waiting.get(answer.no)?.(answer)
  }

  /** The channel is gone. */
  end(): void {
    for (const resolve of [...this.#waiting.values()]) resolve(fault('notConnected', 'the session ended'))
  }

  #answerTo(name: AskName, value: unknown): Promise<Answer | Fault> {
    this.#last += 1
    const no = this.#last
    return new Promise((resolve) => {
      const timer = this.#clock.after(ANSWER_MS, () =>
        this.#waiting.get(no)?.(fault('unavailable', 'the network did not answer in time')),
      )
      this.#waiting.set(no, (answer) => {
        timer.cancel()
        this.#waiting.delete(no)
        resolve(answer)
      })
      this.#write({ t: 'ask', channel: this.#channel, no, name, value })
    })
  }
}
