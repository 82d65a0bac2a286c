import type { Store } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import type { DailyCharge } from './daily-charge.ts'
import type { Hooks } from './hooks.ts'
import type { Ledger } from './ledger.ts'
import type { Links } from './links.ts'
import type { OwnInstances } from './own-instances.ts'
import type { PartnerInstances } from './partner-instances.ts'
import type { PartnerTokens } from './partner-tokens.ts'
import type { PriceList } from './price-list.ts'
import type { Register } from './register.ts'
import type { Statements } from './statements.ts'
import type { StoredBytes } from './stored-bytes.ts'

/** All of the partner business, as the APIs see it. */
export interface PartnerBusiness {
  readonly register: Pick<Register, 'decide'>
  readonly accounts: Accounts
  readonly tokens: PartnerTokens
  readonly prices: PriceList
  readonly ledger: Ledger
  readonly statements: Statements
  readonly partnerInstances: PartnerInstances
  readonly ownInstances: OwnInstances
  readonly links: Links
  readonly hooks: Hooks
  readonly stored: Pick<StoredBytes, 'known'>
  readonly dailyCharge: DailyCharge
  readonly audit: Store['audit']
}
