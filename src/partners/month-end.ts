import { billingDay } from '../billing/day.ts'
import { monthOfDay, monthText } from '../billing/month.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pause } from '../lib/pause.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import { firstBilledMonth } from './first-billed-day.ts'
import { planOf } from './statements.ts'

/** Statements that one batch makes. */
const PORTION_ACCOUNTS = 50
const PAUSE_MS = 10

export interface MonthEndDeps {
  readonly store: Pick<Store, 'commit' | 'billing'>
  readonly clock: Clock
  readonly log: Log
  readonly accounts: Pick<Accounts, 'all'>
}

/**
 * Closes months that are over, once all their days are charged, and then makes every account's statement: no line can come any more. A
 * crash between the two leaves the last closed month without some of them; so that one is looked at first, by whoever hasn't.
 */
export class MonthEnd {
  readonly #deps: MonthEndDeps
  /** The month whose statements are all made, as far as this process knows. */
  #stated: number | undefined

  constructor(deps: MonthEndDeps) {
    this.#deps = deps
  }

  /** Resolves when every month that can be closed is, or when it was told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#deps
    for (;;) {
      const closedUpTo = await store.billing.closedUpTo()
      if (closedUpTo !== null && !(await this.#state(closedUpTo, signal))) return
      const chargedUpTo = await store.billing.chargedUpTo()
      if (chargedUpTo === null) return
      const last = monthOfDay(Math.min(chargedUpTo + 1, billingDay(clock.now()))) - 1
      const month = closedUpTo === null ? await this.#first(last) : closedUpTo + 1
      if (month > last) return
      // Refused where the mark moves at this moment: the next run sees what is due then.
      if (!(await this.#close(month, chargedUpTo))) return
    }
  }

  /** Before the first closing there is nothing to state, unless the server was off at every month's end until now. */
  async #first(last: number): Promise<number> {
    return Math.min((await firstBilledMonth(this.#deps)) ?? last, last)
  }

  async #close(month: number, chargedUpTo: number): Promise<boolean> {
    const { store, log } = this.#deps
    const guard = { kind: 'chargedUpTo', day: chargedUpTo } as const
    const closed = await store.commit({ guards: [guard], writes: [{ kind: 'month.close', month }] })
    if (!closed.ok) return false
    // Where nothing was ever priced it is no news: whoever runs such a server has no months.
    const isPriced = (await store.billing.prices()).length > 0
    log[isPriced ? 'info' : 'debug']({ month: monthText(month) }, 'The month is closed')
    return true
  }

  /** Makes the statements of a closed month. Those that are there stay; for an account without lines and money there is none. False: stopped before the end. */
  async #state(month: number, signal: AbortSignal): Promise<boolean> {
    if (this.#stated === month) return !signal.aborted
    const { store, clock, accounts } = this.#deps
    const all = accounts.all()
    for (let from = 0; from < all.length; from += PORTION_ACCOUNTS) {
      if (from > 0) await pause(clock, PAUSE_MS, signal)
      if (signal.aborted) return false
      const at = clock.now()
      const writes: readonly Write[] = all
        .slice(from, from + PORTION_ACCOUNTS)
        .map((account) => ({ kind: 'statement.make', account: account.id, month, plan: planOf(account, month), at }))
      await store.commit({ guards: [], writes })
    }
    this.#stated = month
    return !signal.aborted
  }
}
