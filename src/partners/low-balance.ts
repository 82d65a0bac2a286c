import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { AccountRow, AccountTerms } from '../model/account.ts'
import type { Store } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import type { Hooks } from './hooks.ts'

/** After so many balances whatever else waits has its turn. */
const TURN = 200

export interface LowBalanceDeps {
  readonly store: { readonly billing: Pick<Store['billing'], 'balance'> }
  readonly clock: Clock
  readonly log: Log
  readonly accounts: Pick<Accounts, 'all' | 'setWarned'>
  readonly hooks: Pick<Hooks, 'news'>
}

/** A balance below this is warned of: what was agreed, else zero where the account may not go below some limit; null: never. */
function warnBelow({ warnBelow: agreed, overdraftLimit }: AccountTerms): number | null {
  return agreed ?? (overdraftLimit === null ? null : 0)
}

/** Warns of low balances, each time that one becomes low: in the log and to the account's hook. */
export class LowBalance {
  readonly #deps: LowBalanceDeps

  constructor(deps: LowBalanceDeps) {
    this.#deps = deps
  }

  async run(signal: AbortSignal): Promise<void> {
    let looked = 0
    for (const account of this.#deps.accounts.all()) {
      if (signal.aborted) return
      if (account.deletedAt !== null) continue
      if (warnBelow(account.terms) === null && account.warnedAt === null) continue
      await this.#look(account)
      looked += 1
      if (looked % TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #look({ id, terms, warnedAt }: AccountRow): Promise<void> {
    const { store, clock, log, accounts, hooks } = this.#deps
    const limit = warnBelow(terms)
    const balance = await store.billing.balance(id)
    const isLow = limit !== null && balance < limit
    if (isLow === (warnedAt !== null)) return
    if (!isLow) return accounts.setWarned(id, null)
    const at = clock.now()
    const data = { accountId: id, balance, currency: terms.currency, warnBelow: limit }
    await accounts.setWarned(id, at, hooks.news(id, 'account.lowBalance', data, at))
    log.warn({ account: id, balance, currency: terms.currency, warnBelow: limit }, 'The balance of an account is low')
  }
}
