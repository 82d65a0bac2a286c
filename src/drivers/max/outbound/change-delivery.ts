import { fault, isFault, retryOf, type Fault } from '../../../model/fault.ts'
import type { EpochMs, MessageId } from '../../../model/ids.ts'
import { onAbort } from '../../network/on-abort.ts'
import { STOPPED } from '../../network/verdicts.ts'
import type { Life, Sent } from '../life.ts'
import { maskedTrouble } from '../masked-trouble.ts'
import { preparedChange, type AskForChange, type ChangeContent, type Place } from './changes.ts'
import type { Pacing } from './pacing.ts'
import { troubleOf } from './refusals.ts'

/** Of what became of a change so long is known. */
const KEPT_MS = 7 * 86_400_000
const UNSURE = fault('unconfirmed', 'MAX did not answer whether it was done')

const nameOf = (id: MessageId) => `changed|${id}`

/** Edits, deletions and reactions on their way. The network can't be asked what became of one, so that it is noted; done twice it comes to the same. */
export class Changes {
  readonly #life: Life
  readonly #pacing: Pacing

  constructor(life: Life, pacing: Pacing) {
    this.#life = life
    this.#pacing = pacing
  }

  async send(id: MessageId, content: ChangeContent, place: Place, signal: AbortSignal): Promise<Sent | Fault> {
    const before = await this.#noted(id)
    if (typeof before === 'number') return { message: '', at: before }
    const ask = await preparedChange(this.#life, content, place)
    if (isFault(ask)) return ask
    await this.#pacing.turn(signal)
    if (signal.aborted) return STOPPED
    await this.#note(id, 0)
    const stopped = onAbort(signal)
    const work = this.#ask(id, ask, place, signal)
    const end = await Promise.race([work, stopped.aborted]).finally(stopped.off)
    return end === 'aborted' ? fault('unconfirmed', 'stopped before MAX answered') : end
  }

  async lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'> {
    const noted = await this.#noted(id)
    if (noted === null) return 'absent'
    return noted === 'open' ? 'unknown' : 'sent'
  }

  /** What came of it is noted also when nobody waits for it any more. */
  async #ask(id: MessageId, ask: AskForChange, { network }: Place, signal: AbortSignal): Promise<Sent | Fault> {
    let asked = await ask()
    const isLate = !asked.ok && asked.trouble.why === 'late'
    if (isLate && !signal.aborted) asked = await ask()
    const trouble = asked.ok ? undefined : troubleOf(asked.trouble, network)
    if (trouble !== undefined && (isLate || retryOf(trouble) === 'unsure')) return UNSURE
    const at = this.#life.host.clock.now()
    await this.#note(id, trouble === undefined ? at : null).catch((error: unknown) => {
      const { log, instance } = this.#life.host
      const fields = { idInstance: instance, idMessage: id, error: maskedTrouble(error) }
      log.warn(fields, 'what became of a change could not be stored')
    })
    return trouble ?? { message: '', at }
  }

  /** When it was done; open: it was asked for, and nobody knows; null: it was never asked for. */
  async #noted(id: MessageId): Promise<EpochMs | 'open' | null> {
    const kept = await this.#life.host.secret(nameOf(id))
    if (kept === null) return null
    const at = Number(Buffer.from(kept).toString())
    return Number.isSafeInteger(at) && at > 0 ? at : 'open'
  }

  /** 0 before it is asked for; null: it was refused, which is as if it had never been asked for. */
  async #note(id: MessageId, at: EpochMs | null): Promise<void> {
    const { host } = this.#life
    const value = Buffer.from(String(at))
    const note = { value, until: host.clock.now() + KEPT_MS }
    await host.commit(
      at === null ? { secrets: new Map([[nameOf(id), null]]) } : { notes: new Map([[nameOf(id), note]]) },
    )
  }
}
