import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { Seal } from '../lib/seal.ts'
import type { AccountId } from '../model/ids.ts'
import type { AccountRow } from '../model/account.ts'
import type { Store } from '../storage/store.ts'

const TOKEN_BYTES = 23
const ACCOUNT_BYTES = 12

export interface PartnersDeps {
  readonly store: Store
  readonly seal: Pick<Seal, 'hash'>
  readonly clock: Clock
  readonly random: Random
}

/** Partner accounts and their tokens, which memory keeps only as keyed hashes, but for the one that was found last. */
export class Partners {
  readonly #seal: Pick<Seal, 'hash'>
  readonly #byToken: ReadonlyMap<string, AccountRow>
  /** Calls mostly come in rows from one partner, and a comparison costs a fifth of a hash. Tokens never change here; else it must go. */
  #last: { readonly token: string; readonly account: AccountRow } | undefined

  private constructor(seal: Pick<Seal, 'hash'>, byToken: ReadonlyMap<string, AccountRow>) {
    this.#seal = seal
    this.#byToken = byToken
  }

  /**
   * Reads the accounts. The very first start makes one, with `wanted` as its token or else a random one; only then `firstToken` is
   * told, to be shown once.
   */
  static async open(
    deps: PartnersDeps,
    wanted: string | undefined,
  ): Promise<{ readonly partners: Partners; readonly firstToken: string | undefined }> {
    const { store, seal } = deps
    const hasAccount = (await store.accounts.all()).some((account) => account.kind === 'partner')
    const firstToken = hasAccount ? undefined : await makeAccount(deps, wanted)
    const accounts = new Map((await store.accounts.all()).map((account) => [account.id, account]))
    const byToken = new Map<string, AccountRow>()
    for (const { account, token } of await store.accounts.partnerTokens()) {
      const owner = accounts.get(account)
      if (owner !== undefined) byToken.set(seal.hash(token), owner)
    }
    return { partners: new Partners(seal, byToken), firstToken }
  }

  /**
   * Whose token this is. Neither comparing with the last one nor looking up a keyed hash takes longer for a near miss than for any
   * other text.
   */
  find(token: string): AccountRow | undefined {
    if (this.#last !== undefined && isSameSecret(token, this.#last.token)) return this.#last.account
    const account = this.#byToken.get(this.#seal.hash(token))
    if (account !== undefined) this.#last = { token, account }
    return account
  }
}

/** Account and token are there together or not at all. */
async function makeAccount({ store, clock, random }: PartnersDeps, wanted: string | undefined): Promise<string> {
  const token = wanted ?? `gac.${random.bytes(TOKEN_BYTES).toString('hex')}`
  const account = random.bytes(ACCOUNT_BYTES).toString('hex') as AccountId
  const createdAt = clock.now()
  await store.commit({
    guards: [],
    writes: [
      { kind: 'account.add', row: { id: account, kind: 'partner', name: 'partner', createdAt } },
      { kind: 'partnerToken.add', row: { account, token, createdAt } },
    ],
  })
  return token
}
