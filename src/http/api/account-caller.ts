import type { AccountRow, TokenScope } from '../../model/account.ts'
import type { Actor } from '../../partners/actor.ts'
import { defineRoute } from './route.ts'

/** Who acts in an account: the holder of one of its tokens, or a person who is signed in. */
export interface AccountCaller {
  readonly account: AccountRow
  /** What the caller may do with what the row is about. */
  readonly scope: 'full' | 'read'
  /** What a token may allow at most that the caller issues, changes, rotates or is shown. */
  readonly tokenScope: TokenScope
  /** How the audit log and the ledger name the caller. */
  readonly actor: Actor
  /** Whether an instance comes with its token wherever it is shown; else only where that was asked for. */
  readonly showsTokens: boolean
}

/** Defines a row for whoever acts in an account, by whatever door. */
export const accountRoute = defineRoute<AccountCaller>()
