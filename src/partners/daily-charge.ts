import { billingDayEnd } from '../billing/day.ts'
import type { Timer } from '../lib/clock.ts'
import { Serial } from '../lib/serial.ts'
import { DayWalk, type DayWalkDeps } from './day-walk.ts'
import { LowBalance, type LowBalanceDeps } from './low-balance.ts'
import { MonthEnd } from './month-end.ts'

const EVERY_MS = 60_000

export type DailyChargeDeps = DayWalkDeps & LowBalanceDeps

/** The midnight run: charges days, closes months with their statements, warns of low balances; catches up after whatever happened. */
export class DailyCharge {
  readonly #deps: DailyChargeDeps
  readonly #days: DayWalk
  readonly #months: MonthEnd
  readonly #lowBalance: LowBalance
  readonly #runs = new Serial()
  #stopping = new AbortController()
  #timer: Timer | undefined

  constructor(deps: DailyChargeDeps) {
    this.#deps = deps
    this.#days = new DayWalk(deps)
    this.#months = new MonthEnd(deps)
    this.#lowBalance = new LowBalance(deps)
  }

  /** Looks now, every minute, and at each midnight UTC+3; after a stop too. */
  start(): void {
    if (this.#stopping.signal.aborted) this.#stopping = new AbortController()
    this.#look(this.#stopping.signal)
  }

  #look(signal: AbortSignal): void {
    void this.run()
      .catch(() => undefined)
      .then(() => this.#sleep(signal))
  }

  /** Resolves when nothing more is written. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#timer?.cancel()
    await this.#runs.idle()
  }

  /** Does now what is due. Resolves when it is done, or stopped; rejects, after saying so in the log, when a part of it failed: the next run does it. */
  run(): Promise<void> {
    return this.#runs.run(() => this.#run())
  }

  /** Billing day and month up to which everything is done; null before the first run. */
  async progress(): Promise<{ readonly chargedUpTo: number | null; readonly closedUpTo: number | null }> {
    const { billing } = this.#deps.store
    return { chargedUpTo: await billing.chargedUpTo(), closedUpTo: await billing.closedUpTo() }
  }

  #sleep(signal: AbortSignal): void {
    if (signal.aborted) return
    const { clock } = this.#deps
    const now = clock.now()
    this.#timer = clock.after(Math.min(EVERY_MS, billingDayEnd(now) - now), () => this.#look(signal))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const errors: unknown[] = []
    const part = async (name: string, work: () => Promise<void>) => {
      if (signal.aborted) return
      try {
        await work()
      } catch (error) {
        this.#deps.log.error({ part: name, error }, 'the daily charge failed for this round')
        errors.push(error)
      }
    }
    await part('days', () => this.#days.run(signal))
    await part('months', () => this.#months.run(signal))
    await part('balances', () => this.#lowBalance.run(signal))
    if (errors.length > 0) throw new AggregateError(errors, 'the daily charge is not done')
  }
}
