import type { AuditEntry } from '../model/account.ts'
import type { AuditAction } from '../model/audit-action.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import type { Write } from '../storage/store.ts'
import type { Actor } from './actor.ts'

/** The write that belongs in the batch of what was done. */
export function audited(
  by: Actor,
  at: EpochMs,
  action: AuditAction,
  of: { readonly account: AccountId | null; readonly target?: string; readonly details?: AuditEntry['details'] },
): Write {
  const { account, target = '', details = {} } = of
  return { kind: 'audit.add', entry: { at, actor: by, action, account, target, details } }
}
