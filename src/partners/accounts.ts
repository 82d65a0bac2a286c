import type { AccountRow, AccountTerms } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { Actor } from './actor.ts'

export interface NewAccount {
  readonly kind: AccountRow['kind']
  readonly name: string
  readonly terms?: Partial<AccountTerms>
}

export interface AccountPatch {
  readonly name?: string
  readonly terms?: Partial<AccountTerms>
}

/** All accounts: kept in memory, written through; every change is in the audit log of the same batch. Changes run one at a time. */
export interface Accounts {
  /** In the order they were made; deleted ones too, until they are erased. */
  all(): readonly AccountRow[]
  get(id: string): AccountRow | undefined
  create(wanted: NewAccount, by: Actor): Promise<AccountRow | Fault>
  /** `conflict` when the currency changes and the ledger has lines. */
  change(account: AccountId, patch: AccountPatch, by: Actor): Promise<AccountRow | Fault>
  /** From here on instances are made and deleted through the API alone. Those that it has keep their tariff. */
  becomePartner(account: AccountId, by: Actor): Promise<AccountRow | Fault>
  /** Its instances stand still, and their calls are refused; nothing is unlinked. Resolves when they have stopped. */
  suspend(account: AccountId, reason: string, by: Actor): Promise<AccountRow | Fault>
  /** Its instances come back linked. */
  resume(account: AccountId, by: Actor): Promise<AccountRow | Fault>
  /** Deletes its instances too; everything is erased for good after JADEGATE_KEEP_DELETED_DAYS, but ledger, statements and audit log. */
  delete(account: AccountId, by: Actor): Promise<AccountRow | Fault>
}
