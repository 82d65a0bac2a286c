import type { LedgerLine, StatementRow } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'

/** A month's statement, frozen, or what it would be now (`isFinal` false, for a month that is not closed yet). */
export interface Statement extends StatementRow {
  readonly isFinal: boolean
}

export interface Statements {
  /** The frozen ones, newest first. */
  list(account: AccountId): Promise<readonly StatementRow[]>
  /** `notFound` for a month in the future or before the account. */
  of(account: AccountId, month: number): Promise<Statement | Fault>
  /** The lines that it consists of, in portions; the sum of their amounts is `charged + paid`. Those of an open month up to now. */
  lines(account: AccountId, month: number): AsyncIterable<readonly LedgerLine[]>
}
