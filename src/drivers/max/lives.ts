import type { Log } from '../../lib/log.ts'
import type { InstanceId } from '../../model/ids.ts'
import { Settling } from '../network/settling.ts'
import { maskedTrouble } from './masked-trouble.ts'

/** The lives of one session, of which the last alone counts: what was awaited in an older one does nothing. */
export class Lives {
  readonly #host: { readonly instance: InstanceId; readonly log: Log }
  readonly #broken: () => void
  readonly #settling: Settling
  #now = 0

  /** `broken`: what nobody expected has happened in the life that goes on. */
  constructor(host: { readonly instance: InstanceId; readonly log: Log }, broken: () => void) {
    this.#host = host
    this.#broken = broken
    this.#settling = new Settling((error) => this.complain(error, 'a connection did not end as it should'))
  }

  next(): number {
    this.#now += 1
    return this.#now
  }

  isOver(life: number): boolean {
    return life !== this.#now
  }

  /** Resolves when what was handed over has ended. */
  get settled(): Promise<void> {
    return this.#settling.over
  }

  /** What a life leaves behind is waited for. */
  settle(ending: Promise<unknown>): void {
    this.#settling.add(ending)
  }

  /** What is not expected ends the life in which it happens; whatever it is, it is waited for. */
  guard(life: number, work: Promise<void>): void {
    const guarded = work.catch((error: unknown) => {
      this.complain(error, 'a session could not go on')
      if (!this.isOver(life)) this.#broken()
    })
    this.settle(guarded)
  }

  /** Once everything before it has ended. */
  guardNext(life: number, work: () => Promise<void>): void {
    this.guard(
      life,
      this.#settling.over.then(() => (this.isOver(life) ? undefined : work())),
    )
  }

  tell(fields: object, says: string): void {
    this.#host.log.info({ idInstance: this.#host.instance, ...fields }, says)
  }

  complain(error: unknown, says: string): void {
    this.#host.log.warn({ idInstance: this.#host.instance, error: maskedTrouble(error) }, says)
  }
}
