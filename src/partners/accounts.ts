import type { Instance } from '../instances/instance.ts'
import type { Instances } from '../instances/instances.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import { Serial } from '../lib/serial.ts'
import type { AccountRow, AccountTerms, AuditEntry } from '../model/account.ts'
import type { AuditAction } from '../model/audit-action.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import { isRepeated, type Repeated } from '../model/once.ts'
import type { Batch, Guard, Store, Write } from '../storage/store.ts'
import { differences, nameOf, termsOf } from './account-terms.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'
import type { PriceList } from './price-list.ts'
import { unsharedJobs, type JobChanges } from './register.ts'

export interface NewAccount {
  readonly kind: AccountRow['kind']
  readonly name: string
  readonly terms?: Partial<AccountTerms>
}

export interface AccountPatch {
  readonly name?: string
  readonly terms?: Partial<AccountTerms>
}

/** What else goes into the batch that stores this row: the first token of a new account, the answer to a call that may be repeated. */
export type Beside = (row: AccountRow) => Batch

export interface AccountsDeps {
  readonly store: Pick<Store, 'commit' | 'accounts'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly prices: Pick<PriceList, 'tariff'>
  /** Asked for when an account is suspended, resumed or deleted; not before they are loaded. */
  readonly instances: () => Pick<Instances, 'ofAccount' | 'delete' | 'refreshHolds'>
  /** How it is warned and erased; as everything else where absent. */
  readonly jobs?: JobChanges
  /** Lets the other nodes do with their instances what an account's new standing wants; resolves when they have. */
  readonly announce?: () => Promise<void>
}

/** What is stored with a row, and what the audit log says of it. */
interface Change {
  readonly action: AuditAction
  readonly by: Actor
  readonly details?: AuditEntry['details']
  readonly beside?: Beside | undefined
  readonly guards?: readonly Guard[]
}

const ID_BYTES = 12
const DELETIONS_AT_ONCE = 50
const nothing: Beside = () => ({ guards: [], writes: [] })

/** All accounts: kept in memory, written through; every change is in the audit log of the same batch. Changes run one at a time. */
export class Accounts {
  readonly #deps: AccountsDeps
  readonly #jobs: JobChanges
  #rows = new Map<string, AccountRow>()
  readonly #changes = new Serial()
  #erased: (account: AccountId) => void = () => undefined

  private constructor(deps: AccountsDeps) {
    this.#deps = deps
    this.#jobs = deps.jobs ?? unsharedJobs(deps.store)
  }

  static async open(deps: AccountsDeps): Promise<Accounts> {
    const accounts = new Accounts(deps)
    await accounts.reload()
    return accounts
  }

  /** Reads all accounts anew, as other nodes may have changed them. */
  reload(): Promise<void> {
    return this.#changes.run(async () => {
      const before = this.#rows
      this.#rows = new Map((await this.#deps.store.accounts.all()).map((row) => [row.id, row]))
      for (const { id } of before.values()) if (!this.#rows.has(id)) this.#erased(id)
    })
  }

  /** In the order they were made; deleted ones too, until they are erased. */
  all(): readonly AccountRow[] {
    return [...this.#rows.values()]
  }

  get(id: string): AccountRow | undefined {
    return this.#rows.get(id)
  }

  /** `invalid` also for a tariff that is not there, or is not charged daily; a person may become a partner, and is looked at alike. */
  create(wanted: NewAccount, by: Actor): Promise<AccountRow | Fault>
  create(wanted: NewAccount, by: Actor, beside: Beside | undefined): Promise<AccountRow | Fault | Repeated>
  create(wanted: NewAccount, by: Actor, beside?: Beside): Promise<AccountRow | Fault | Repeated> {
    return this.#changes.run(async () => {
      const name = nameOf(wanted.name, 1)
      const terms = this.#termsOf(wanted.terms ?? {})
      if (isFault(name)) return name
      if (isFault(terms)) return terms
      const { kind } = wanted
      const createdAt = this.#deps.clock.now()
      const row: AccountRow = {
        id: this.#deps.random.bytes(ID_BYTES).toString('hex') as AccountId,
        kind,
        name,
        createdAt,
        partnerSince: kind === 'partner' ? createdAt : null,
        suspendedAt: null,
        deletedAt: null,
        warnedAt: null,
        terms,
      }
      return this.#putOnce(row, { action: 'account.create', by, details: { kind, name, terms }, beside })
    })
  }

  /** `conflict` when the currency changes and the ledger has lines; `invalid` as in `create`. */
  change(account: AccountId, patch: AccountPatch, by: Actor): Promise<AccountRow | Fault> {
    return this.#onLiving<AccountRow>(account, async (row) => {
      const name = patch.name === undefined ? row.name : nameOf(patch.name, 1)
      const terms = this.#termsOf(patch.terms ?? {}, row.terms)
      if (isFault(name)) return name
      if (isFault(terms)) return terms
      const details = differences({ name: row.name, ...row.terms }, { name, ...terms })
      if (Object.keys(details).length === 0) return row
      const guards: Guard[] = terms.currency === row.terms.currency ? [] : [{ kind: 'emptyLedger', account }]
      return this.#put({ ...row, name, terms }, { action: 'account.change', by, details, guards })
    })
  }

  /** From here on instances are made and deleted through the API alone. Those that it has keep their tariff. */
  becomePartner(account: AccountId, by: Actor): Promise<AccountRow | Fault>
  becomePartner(account: AccountId, by: Actor, beside: Beside | undefined): Promise<AccountRow | Fault | Repeated>
  becomePartner(account: AccountId, by: Actor, beside?: Beside): Promise<AccountRow | Fault | Repeated> {
    return this.#onLiving(account, async (row) => {
      if (row.kind === 'partner') return fault('conflict', 'The account is a partner account already')
      const partner: AccountRow = { ...row, kind: 'partner', partnerSince: this.#deps.clock.now() }
      return this.#putOnce(partner, { action: 'account.partner', by, beside })
    })
  }

  /**
   * Its instances stand still, and their calls are refused; nothing is unlinked. Resolves when they have stopped. One that is suspended
   * stays as it is.
   */
  async suspend(account: AccountId, reason: string, by: Actor): Promise<AccountRow | Fault> {
    const suspended = await this.#onLiving(account, async (row) => {
      if (row.suspendedAt !== null) return row
      const at = this.#deps.clock.now()
      return this.#put({ ...row, suspendedAt: at }, { action: 'account.suspend', by, details: { reason } })
    })
    return this.#refreshed(suspended)
  }

  /** Its instances come back linked. */
  async resume(account: AccountId, by: Actor): Promise<AccountRow | Fault> {
    const resumed = await this.#onLiving(account, async (row) => {
      if (row.suspendedAt === null) return row
      return this.#put({ ...row, suspendedAt: null }, { action: 'account.resume', by })
    })
    return this.#refreshed(resumed)
  }

  /**
   * Deletes its instances too, and resolves when they are gone; everything is erased for good after JADEGATE_KEEP_DELETED_DAYS, but
   * ledger, statements and audit log. What a crash leaves over, the next start deletes.
   */
  async delete(account: AccountId, by: Actor): Promise<AccountRow | Fault> {
    const deleted = await this.#onLiving(account, (row) =>
      this.#put({ ...row, deletedAt: this.#deps.clock.now() }, { action: 'account.delete', by }),
    )
    if (isFault(deleted)) return deleted
    await this.#deleteInstances(deleted.id)
    await this.#deps.announce?.()
    return deleted
  }

  /**
   * Notes since when the account is warned of a low balance (null: it has recovered), in one batch with what else is to be stored then.
   * Does nothing for an account that is gone, and where it has been noted already.
   */
  setWarned(account: AccountId, warnedAt: EpochMs | null, beside: readonly Write[] = []): Promise<void> {
    return this.#asJob(async () => {
      const row = this.#rows.get(account)
      if (row?.deletedAt !== null || (row.warnedAt === null) === (warnedAt === null)) return
      const next = { ...row, warnedAt }
      await this.#jobs.store.commit({ guards: [], writes: [{ kind: 'account.put', row: next }, ...beside] })
      this.#rows.set(account, next)
    })
  }

  /** Deletes the instances of this node that deleted accounts still have: of a deletion that a crash cut off, made while it went on, or of another node's. */
  async recover(signal?: AbortSignal): Promise<void> {
    for (const { id, deletedAt } of this.all()) if (deletedAt !== null) await this.#deleteInstances(id, signal)
  }

  /** Erases accounts that were deleted before this time for good, once nothing is left of their instances. */
  async erase(before: EpochMs, signal?: AbortSignal): Promise<void> {
    for (const { id, deletedAt } of this.all()) {
      if (signal?.aborted === true) return
      if (deletedAt === null || deletedAt >= before || this.#deps.instances().ofAccount(id).length > 0) continue
      await this.#asJob(() => this.#erase(id))
    }
  }

  /** Tells of accounts that are erased; there is one listener. */
  onErased(listener: (account: AccountId) => void): void {
    this.#erased = listener
  }

  #asJob(change: () => Promise<void>): Promise<void> {
    return this.#jobs.decide(() => this.#changes.run(change))
  }

  #termsOf(patch: Partial<AccountTerms>, before?: AccountTerms): AccountTerms | Fault {
    const { tariff } = patch
    if (tariff === undefined || this.#deps.prices.tariff(tariff)?.plan === 'daily') return termsOf(patch, before)
    return fault('invalid', `'tariff' must be one of the plan daily: ${tariff} is none`)
  }

  #onLiving<Outcome>(
    account: AccountId,
    change: (row: AccountRow) => Promise<Outcome | Fault>,
  ): Promise<Outcome | Fault> {
    return this.#changes.run(async () => {
      const row = this.#rows.get(account)
      return row?.deletedAt === null ? change(row) : NOT_FOUND
    })
  }

  async #put(row: AccountRow, change: Omit<Change, 'beside'>): Promise<AccountRow | Fault> {
    const put = await this.#putOnce(row, change)
    if (isRepeated(put)) throw new Error('a change of an account without a key was told to be repeated')
    return put
  }

  async #putOnce(row: AccountRow, change: Change): Promise<AccountRow | Fault | Repeated> {
    const { action, by, details = {}, beside = nothing, guards = [] } = change
    const audit = audited(by, this.#deps.clock.now(), action, { account: row.id, details })
    const more = beside(row)
    const committed = await this.#deps.store.commit({
      guards: [...more.guards, ...guards],
      writes: [{ kind: 'account.put', row }, ...more.writes, audit],
    })
    if (!committed.ok && committed.earlier !== undefined) return { earlier: committed.earlier }
    if (!committed.ok) return fault('conflict', 'The currency stays: the ledger of the account has lines in it')
    this.#rows.set(row.id, row)
    return row
  }

  async #refreshed(row: AccountRow | Fault): Promise<AccountRow | Fault> {
    if (isFault(row)) return row
    await this.#deps.instances().refreshHolds(row.id)
    await this.#deps.announce?.()
    return row
  }

  /** One that can't be deleted keeps none of the others, and is tried again later. */
  async #deleteInstances(account: AccountId, signal?: AbortSignal): Promise<void> {
    const instances = this.#deps.instances()
    const left = instances.ofAccount(account).filter((instance) => instance.isHere && instance.deletedAt === null)
    while (left.length > 0 && signal?.aborted !== true) {
      await Promise.all(left.splice(0, DELETIONS_AT_ONCE).map((instance) => this.#deleteInstance(instance)))
    }
  }

  async #deleteInstance(instance: Instance): Promise<void> {
    try {
      await this.#deps.instances().delete(instance)
    } catch (error) {
      const fields = { account: instance.account, idInstance: instance.id, error }
      this.#deps.log.error(fields, 'an instance of a deleted account could not be deleted yet')
    }
  }

  async #erase(account: AccountId): Promise<void> {
    if (!this.#rows.has(account)) return
    const audit = audited('system', this.#deps.clock.now(), 'account.erase', { account })
    await this.#jobs.store.commit({ guards: [], writes: [{ kind: 'account.erase', account }, audit] })
    this.#rows.delete(account)
    this.#erased(account)
  }
}
