import type { AccountRow, PartnerTokenRow, TokenScope } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import type { Actor } from './actor.ts'

/** What may be shown of a token at any time. */
export type TokenInfo = Omit<PartnerTokenRow, 'token'>

export interface IssuedToken {
  readonly info: TokenInfo
  /** Shown once. */
  readonly token: string
}

export interface TokenTerms {
  readonly name?: string
  readonly scope?: TokenScope
  readonly expiresAt?: EpochMs | null
  readonly allowFrom?: readonly string[]
}

/** Who calls with a partner token. */
export interface PartnerCaller {
  readonly account: AccountRow
  readonly token: TokenInfo
}

/** Partner tokens, which memory keeps only as keyed hashes, but for the one that was found last. Every change is in the audit log of the same batch. */
export interface PartnerTokens {
  /**
   * Whose token this is. Undefined for an unknown, expired or revoked one, for one of a deleted account, and for one that is used from an
   * address that it does not allow; a caller can't tell these apart. `address` is asked for only where the token has such a list.
   */
  find(token: string, address: () => string): PartnerCaller | undefined
  of(account: AccountId): readonly TokenInfo[]
  issue(account: AccountId, terms: TokenTerms & { readonly token?: string }, by: Actor): Promise<IssuedToken | Fault>
  change(account: AccountId, id: string, terms: TokenTerms, by: Actor): Promise<TokenInfo | Fault>
  /** A new token with the same terms; the old one goes on for `overlapMs`. */
  rotate(account: AccountId, id: string, overlapMs: number, by: Actor): Promise<IssuedToken | Fault>
  revoke(account: AccountId, id: string, by: Actor): Promise<TokenInfo | Fault>
  /** The token itself; that it was shown is in the audit log. */
  show(account: AccountId, id: string, by: Actor): Promise<IssuedToken | Fault>
}
