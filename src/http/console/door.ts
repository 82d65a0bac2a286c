import type { IncomingMessage } from 'node:http'
import type { AccountRow } from '../../model/account.ts'
import type { Fault } from '../../model/fault.ts'
import type { AccountId } from '../../model/ids.ts'
import type { ConsoleCaller, Role } from './caller.ts'

/** Lets people in, and says what they may do where. Both ask the database each time: what was taken away is gone at once, on every node. */
export interface ConsoleDoor {
  /**
   * Who calls by the cookie of a session. Verbs that change something also need the session's `X-CSRF-Token`. `unauthorized` without a
   * session, `csrf` with a wrong token.
   */
  admit(request: IncomingMessage): Promise<ConsoleCaller | Fault>
  /** What the caller is in an account that is not deleted; `notFound` for strangers, as if it were not there. Operators are owners everywhere. */
  roleIn(
    caller: ConsoleCaller,
    account: AccountId,
  ): Promise<{ readonly account: AccountRow; readonly role: Role } | Fault>
  /** What the caller is in whatever accounts, each role once; for what belongs to no account. */
  roles(caller: ConsoleCaller): Promise<readonly Role[]>
}
