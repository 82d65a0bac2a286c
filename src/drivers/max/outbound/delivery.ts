import { pause } from '../../../lib/pause.ts'
import { fault, isFault, retryOf, type Fault } from '../../../model/fault.ts'
import { STOPPED } from '../../network/verdicts.ts'
import type { Life, Sending, Sent } from '../life.ts'
import type { AskTrouble } from '../questions.ts'
import { isNotThere, type NetworkError } from '../wire/network-error.ts'
import { SEND } from '../wire/opcodes.ts'
import type { Composed } from './contents.ts'
import { NOT_READY, troubleOf } from './refusals.ts'
import { searchSent } from './sent-search.ts'

/** A message that is ready to leave, under its number. */
export interface Ready {
  readonly sending: Sending
  readonly composed: Composed
}

/** How far it came: whoever stops waiting must know. */
export interface Progress {
  mayHaveLeft: boolean
}

const UNSURE = fault('unconfirmed', 'MAX did not answer whether it took the message')
const FORGOTTEN = fault('unavailable', 'MAX does not know the file any more that was handed over before')

/** Between two attempts with a file that the network is not done with. */
const NOT_READY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000]

/**
 * Sends a message and waits for the network's word on it. One that gave none in time is looked for and sent once more under the same number, by which
 * the network knows it; what it refused did not leave. Once aborted nothing more is sent.
 */
export async function deliver(
  life: Life,
  ready: Ready,
  signal: AbortSignal,
  progress: Progress,
): Promise<Sent | Fault> {
  const attempt = new Attempt(life, ready, signal, progress)
  return await attempt.run()
}

class Attempt {
  readonly #life: Life
  readonly #ready: Ready
  readonly #signal: AbortSignal
  readonly #progress: Progress
  #link: Composed['link']
  #waits = 0
  /** One was not answered: it may have left, whatever is said of the next. */
  #isUnsure = false

  constructor(life: Life, ready: Ready, signal: AbortSignal, progress: Progress) {
    this.#life = life
    this.#ready = ready
    this.#signal = signal
    this.#progress = progress
    this.#link = ready.composed.link
  }

  async run(): Promise<Sent | Fault> {
    for (;;) {
      if (this.#signal.aborted) return this.#isUnsure ? UNSURE : STOPPED
      const asked = await this.#ask()
      if (asked.ok) return { message: asked.answer.message.id, at: asked.answer.message.time }
      const end = await this.#again(asked.trouble)
      if (end !== 'again') return end
    }
  }

  async #ask() {
    const { sending, composed } = this.#ready
    const { text, formats, attaches } = composed
    this.#progress.mayHaveLeft = true
    const asked = await this.#life.connection.ask(SEND, sending.chat, {
      ...{ cid: sending.cid, attaches: attaches ?? [] },
      ...(text !== undefined && { text }),
      ...(formats !== undefined && { formats }),
      ...(this.#link !== undefined && { link: this.#link }),
    })
    if (!asked.ok && isKnown(asked.trouble)) this.#progress.mayHaveLeft = this.#isUnsure
    return asked
  }

  async #again(trouble: AskTrouble): Promise<Sent | Fault | 'again'> {
    const { sending } = this.#ready
    if (trouble.why === 'late' && !this.#isUnsure) {
      this.#isUnsure = true
      const found = await searchSent(this.#life, sending)
      return typeof found === 'string' ? 'again' : found
    }
    if (this.#isUnsure) return UNSURE
    if (trouble.why !== 'refused') return troubleOf(trouble, sending.chat)
    return await this.#refused(trouble, trouble.error)
  }

  async #refused(trouble: AskTrouble, error: NetworkError): Promise<Fault | 'again'> {
    const { code } = error
    const { uploaded } = this.#ready.composed
    const waitMs = NOT_READY_MS[this.#waits]
    if (code === NOT_READY && waitMs !== undefined) {
      this.#waits += 1
      await pause(this.#life.host.clock, waitMs, this.#signal)
      return 'again'
    }
    if (isNotThere(error) && code !== 'chat.not.found' && this.#link?.kind === 'reply') {
      // What it replies to is not there any more; what it says is still to be said.
      this.#link = undefined
      return 'again'
    }
    uploaded?.forget()
    if (uploaded?.isReused === true && isNotThere(error)) return FORGOTTEN
    return troubleOf(trouble, this.#ready.sending.chat)
  }
}

/** The network said what it did, or nothing left. */
function isKnown({ why }: AskTrouble): boolean {
  return why === 'refused' || why === 'notSent'
}

/** Whether it is certain that nothing has left. */
export function hasNotLeft(end: Sent | Fault): end is Fault {
  return isFault(end) && retryOf(end) !== 'unsure'
}
