import { postgresDialect } from '../dialect.ts'
import type { Batch, Guard, Write } from '../store.ts'
import type { Lock, Param } from './statement.ts'

export interface LockStatement {
  readonly sql: string
  readonly params: readonly Param[]
}

/** What batches share with batches about other instances. */
interface Wanted {
  changesRegister: boolean
  mark: Lock | undefined
  readonly accounts: Set<string>
  /** The accounts of these. */
  readonly instances: Set<number>
  /** The accounts of the instances in these. */
  readonly ranges: { readonly from: number; readonly to: number }[]
}

/**
 * An account's own row, its balance and its numbers of instances may not be there yet, so that none of them could be locked: a lock without
 * a row stands for all of them. Accounts share so many of these, as the database has room for few.
 */
const ACCOUNT_LOCKS = 256
/** Any number that neither ids of instances come near to nor the lock of migrations. */
const FIRST_ACCOUNT_LOCK = 7_000_000_000

const REGISTER = `select 1 as locked from register where name = 'accounts' for update`
const MARK = { share: lockMark('share'), update: lockMark('update') }
const ACCOUNTS = `select pg_advisory_xact_lock(${String(FIRST_ACCOUNT_LOCK)} + number) from (
    select distinct hashtextextended(id, 0) & ${String(ACCOUNT_LOCKS - 1)} as number from (
      select value as id from json_array_elements_text(cast(? as json))
      union all
      select account_id from instance where id in (${postgresDialect.numbers})
      union all
      select i.account_id from json_to_recordset(cast(? as json)) as r ("from" bigint, "to" bigint)
      join instance i on i.id > r."from" and i.id <= r."to"
    ) as accounts order by number
  ) as numbers`

/**
 * Where several write at once: what these batches, in one transaction, must lock before anything else, so that nobody waits in a ring. All
 * take the register first, then how far the daily charge has come, then accounts in one order. Of an instance's own rows only its owner
 * writes, one batch after the other; for these, and so for all sends, there is nothing to be locked.
 */
export function locksOf(batches: readonly Batch[]): readonly LockStatement[] {
  let wanted: Wanted | undefined
  for (const { guards, writes } of batches) {
    for (const { kind } of guards) if (LOCKING.has(kind)) wanted ??= nothing()
    for (const { kind } of writes) if (LOCKING.has(kind)) wanted ??= nothing()
  }
  if (wanted === undefined) return []
  for (const { guards, writes } of batches) {
    for (const guard of guards) addGuard(wanted, guard)
    for (const write of writes) addWrite(wanted, write)
  }
  return statements(wanted)
}

const LOCKING: ReadonlySet<(Guard | Write)['kind']> = new Set<(Guard | Write)['kind']>([
  'register',
  'chargedUpTo',
  'person',
  'member',
  'otherOwner',
  'otherOperator',
  'fewInvitations',
  'fewResets',
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
  'instance.tariff',
  'instance.delete',
])

function nothing(): Wanted {
  return { changesRegister: false, mark: undefined, accounts: new Set(), instances: new Set(), ranges: [] }
}

function addGuard(wanted: Wanted, guard: Guard): void {
  switch (guard.kind) {
    case 'register':
      wanted.changesRegister = true
      break
    case 'chargedUpTo':
      wanted.mark = 'update'
      break
    case 'balance':
    case 'emptyLedger':
    case 'currency':
    case 'instances':
      wanted.accounts.add(guard.account)
      break
    default:
      addGuardOfPeople(wanted, guard)
  }
}

/** What is counted or compared of people has locks of the same kind, by names that no account has: ids of accounts have no spaces. */
function addGuardOfPeople(wanted: Wanted, guard: Guard): void {
  switch (guard.kind) {
    case 'person':
      wanted.accounts.add(`person ${guard.person}`)
      break
    case 'member':
    case 'otherOwner':
    case 'fewInvitations':
      wanted.accounts.add(`people of ${guard.account}`)
      break
    case 'otherOperator':
      wanted.accounts.add('all operators')
      break
    case 'fewResets':
      wanted.accounts.add(`mailbox ${guard.email}`)
      break
    default:
  }
}

function addWrite(wanted: Wanted, write: Write): void {
  switch (write.kind) {
    case 'ledger.add':
      wanted.mark ??= 'share'
      wanted.accounts.add(write.line.account)
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
      wanted.accounts.add(write.account)
      break
    case 'instance.tariff':
    case 'instance.delete':
      wanted.instances.add(write.instance)
      break
    default:
      addChangeOfRegister(wanted, write)
  }
}

function addChangeOfRegister(wanted: Wanted, write: Write): void {
  switch (write.kind) {
    case 'account.put':
      wanted.accounts.add(write.row.id)
      wanted.changesRegister = true
      break
    case 'account.erase':
      wanted.accounts.add(write.account)
      wanted.changesRegister = true
      break
    case 'token.put':
    case 'token.remove':
    case 'hook.put':
    case 'tariff.put':
    case 'price.put':
    case 'price.remove':
      wanted.changesRegister = true
      break
    default:
  }
}

function statements({ changesRegister, mark, accounts, instances, ranges }: Wanted): readonly LockStatement[] {
  const found: LockStatement[] = []
  if (changesRegister) found.push({ sql: REGISTER, params: [] })
  if (mark !== undefined) found.push({ sql: MARK[mark], params: [] })
  if (accounts.size + instances.size + ranges.length > 0) {
    const params = [[...accounts], [...instances], ranges].map((of) => JSON.stringify(of))
    found.push({ sql: ACCOUNTS, params })
  }
  return found
}

function lockMark(lock: Lock): string {
  return `select 1 as locked from billing_mark for ${lock}`
}
