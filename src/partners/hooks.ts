import type { AccountHook } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { Actor } from './actor.ts'

/** Where accounts hear of what happens to their instances, by Standard Webhooks. */
export interface Hooks {
  get(account: AccountId): Omit<AccountHook, 'secret'> | undefined
  /** Sets the address; the secret of the first time stays, or is made anew where `newSecret`. The secret is told by this answer alone. */
  put(account: AccountId, url: string, newSecret: boolean, by: Actor): Promise<AccountHook | Fault>
  remove(account: AccountId, by: Actor): Promise<Fault | null>
  /** Puts a `hook.test` event on its way; gives its id. `notFound` without a hook. */
  test(account: AccountId): Promise<{ readonly id: string } | Fault>
  /** What the receiver did lately with the events of this account, newest first; kept in memory. */
  attempts(account: AccountId): readonly HookAttempt[]
}

export interface HookAttempt {
  readonly at: number
  readonly id: string
  readonly type: string
  readonly attempt: number
  /** Status of the answer, 0 where there was none. */
  readonly status: number
}
