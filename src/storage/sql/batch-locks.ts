import { postgresDialect } from '../dialect.ts'
import type { Batch, Guard, Write } from '../store.ts'
import type { Lock, Param } from './statement.ts'

export interface LockStatement {
  readonly sql: string
  readonly params: readonly Param[]
}

/** What batches will lock that others lock too, in the order in which everybody takes it. */
interface Wanted {
  accountsAreCounted: boolean
  mark: Lock | undefined
  accountLock: Lock
  readonly accounts: Set<string>
  readonly balances: Set<string>
  readonly counts: Set<string>
  readonly countsOf: Set<number>
  readonly ranges: { readonly from: number; readonly to: number }[]
}

const TEXTS = 'select value from json_array_elements_text(cast(? as json))'
const IN_RANGES = `select i.account_id from json_to_recordset(cast(? as json)) as r ("from" bigint, "to" bigint)
  join instance i on i.id > r."from" and i.id <= r."to"`

const REGISTER = `select 1 as locked from register where name = 'accounts' for update`
const MARK = { share: lockMark('share'), update: lockMark('update') }
const ACCOUNTS = { share: lockAccounts('share'), update: lockAccounts('update') }
const BALANCES = `select 1 as locked from account_balance
  where account_id in (${TEXTS}) or account_id in (${IN_RANGES}) order by account_id for update`
const COUNTS = `select 1 as locked from instance_count where account_id in (${TEXTS})
  or account_id in (select account_id from instance where id in (${postgresDialect.numbers}))
  order by account_id, tariff for update`

/**
 * Where several write at once: what these batches, in one transaction, must lock before anything else, so that nobody waits for each other.
 * All take the register first, then how far the daily charge has come, accounts, balances and numbers of instances, each by its key. Of an
 * instance's own rows only its owner writes, one batch after the other; for these, and so for all sends, there is nothing to be locked.
 */
export function locksOf(batches: readonly Batch[]): readonly LockStatement[] {
  let wanted: Wanted | undefined
  for (const { guards, writes } of batches) {
    for (const guard of guards) if (LOCKING.has(guard.kind)) addGuard((wanted ??= nothing()), guard)
    for (const write of writes) if (LOCKING.has(write.kind)) addWrite((wanted ??= nothing()), write)
  }
  return wanted === undefined ? [] : statements(wanted)
}

const LOCKING: ReadonlySet<(Guard | Write)['kind']> = new Set<(Guard | Write)['kind']>([
  'register',
  'chargedUpTo',
  'balance',
  'emptyLedger',
  'currency',
  'instances',
  'account.put',
  'account.erase',
  'token.put',
  'token.remove',
  'hook.put',
  'tariff.put',
  'price.put',
  'price.remove',
  'ledger.add',
  'charge.day',
  'charge.done',
  'charge.reopen',
  'month.close',
  'statement.make',
  'instance.add',
  'instance.tariff',
  'instance.delete',
])

function nothing(): Wanted {
  return {
    accountsAreCounted: false,
    mark: undefined,
    accountLock: 'share',
    accounts: new Set(),
    balances: new Set(),
    counts: new Set(),
    countsOf: new Set(),
    ranges: [],
  }
}

function addGuard(wanted: Wanted, guard: Guard): void {
  switch (guard.kind) {
    case 'register':
      wanted.accountsAreCounted = true
      break
    case 'chargedUpTo':
      wanted.mark = 'update'
      break
    case 'balance':
    case 'emptyLedger':
      wanted.balances.add(guard.account)
      break
    case 'currency':
      wanted.accounts.add(guard.account)
      break
    case 'instances':
      wanted.counts.add(guard.account)
      break
    default:
  }
}

function addWrite(wanted: Wanted, write: Write): void {
  switch (write.kind) {
    case 'ledger.add':
      wanted.mark ??= 'share'
      wanted.balances.add(write.line.account)
      break
    case 'charge.day':
      wanted.mark ??= 'share'
      wanted.ranges.push({ from: write.from, to: write.to })
      break
    case 'charge.done':
    case 'charge.reopen':
    case 'month.close':
      wanted.mark = 'update'
      break
    case 'statement.make':
      wanted.balances.add(write.account)
      break
    case 'instance.add':
      if (write.isUnlimited !== true) wanted.counts.add(write.row.account)
      break
    case 'instance.tariff':
    case 'instance.delete':
      wanted.countsOf.add(write.instance)
      break
    default:
      addChangeOfAccount(wanted, write)
  }
}

function addChangeOfAccount(wanted: Wanted, write: Write): void {
  wanted.accountsAreCounted = true
  if (write.kind !== 'account.put' && write.kind !== 'account.erase') return
  const account = write.kind === 'account.put' ? write.row.id : write.account
  wanted.accountLock = 'update'
  wanted.accounts.add(account)
  if (write.kind === 'account.put') wanted.counts.add(account)
  else wanted.balances.add(account)
}

function statements(wanted: Wanted): readonly LockStatement[] {
  const { accountsAreCounted, mark, accountLock, accounts, balances, counts, countsOf, ranges } = wanted
  const found: LockStatement[] = []
  const json = (of: Iterable<unknown>): string => JSON.stringify([...of])
  if (accountsAreCounted) found.push({ sql: REGISTER, params: [] })
  if (mark !== undefined) found.push({ sql: MARK[mark], params: [] })
  if (accounts.size + ranges.length > 0) {
    found.push({ sql: ACCOUNTS[accountLock], params: [json(accounts), json(ranges)] })
  }
  if (balances.size + ranges.length > 0) found.push({ sql: BALANCES, params: [json(balances), json(ranges)] })
  if (counts.size + countsOf.size > 0) found.push({ sql: COUNTS, params: [json(counts), json(countsOf)] })
  return found
}

function lockMark(lock: Lock): string {
  return `select 1 as locked from billing_mark for ${lock}`
}

function lockAccounts(lock: Lock): string {
  return `select 1 as locked from account where id in (${TEXTS}) or id in (${IN_RANGES}) order by id for ${lock}`
}
