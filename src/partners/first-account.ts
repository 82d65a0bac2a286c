import { isFault } from '../model/fault.ts'
import type { Store } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import type { PartnerTokens } from './partner-tokens.ts'

export interface FirstAccountDeps {
  readonly store: Pick<Store, 'audit'>
  readonly accounts: Pick<Accounts, 'all' | 'create'>
  readonly tokens: Pick<PartnerTokens, 'issueWith'>
}

/**
 * The very first start makes a partner account, with `wanted` as its token or else a random one, both together or not at all; only then
 * `firstToken` is told, to be shown once. A server whose accounts were all erased is no new one: its audit log still knows of them.
 */
export async function openFirstAccount(
  { store, accounts, tokens }: FirstAccountDeps,
  wanted: string | undefined,
): Promise<{ readonly firstToken: string | undefined }> {
  const hasAccount = accounts.all().some((account) => account.kind === 'partner')
  if (hasAccount || (await store.audit.list({}, 1)).length > 0) return { firstToken: undefined }
  const terms = wanted === undefined ? {} : { token: wanted }
  const made = await tokens.issueWith(terms, 'system', (beside) =>
    accounts.create({ kind: 'partner', name: 'partner' }, 'system', beside),
  )
  if (isFault(made)) throw new Error(`the first partner account could not be made: ${made.message}`)
  return { firstToken: made.issued.token }
}
