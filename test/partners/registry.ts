import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Instance } from '../../src/instances/instance.ts'
import { systemClock, type Clock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { createSeal } from '../../src/lib/seal.ts'
import type { AuditEntry } from '../../src/model/account.ts'
import { isFault, type Fault } from '../../src/model/fault.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { Accounts, type AccountsDeps } from '../../src/partners/accounts.ts'
import { PartnerTokens } from '../../src/partners/partner-tokens.ts'
import { PriceList } from '../../src/partners/price-list.ts'
import type { Store } from '../../src/storage/store.ts'
import { openTestStore } from '../support/test-database.ts'

const KEY = Buffer.alloc(32, 7)
export const START = Date.parse('2026-11-20T12:00:00Z')

/** A clock that stands until it is moved, in any direction. */
export class HandClock implements Clock {
  #now = START

  now(): number {
    return this.#now
  }

  move(ms: number): void {
    this.#now += ms
  }

  after(delayMs: number, callback: () => void) {
    return systemClock.after(delayMs, callback)
  }
}

/** What a test puts between the accounts and their store, or in the place of the instances. */
export interface Stead {
  readonly around?: (inner: Store) => Store
  readonly instances?: AccountsDeps['instances']
}

/** Accounts and tokens over a real store in a folder that outlives them. */
export interface Registry {
  readonly store: Store
  readonly accounts: Accounts
  readonly prices: PriceList
  readonly tokens: PartnerTokens
}

export function openFolder(clock: Clock = new HandClock()) {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-partners-'))
  const open: Store[] = []

  async function start({ around = (inner) => inner, instances = () => noInstances }: Stead = {}): Promise<Registry> {
    const inner = await openTestStore({ file: join(folder, 'jadegate.db'), sealingKey: KEY, log: silentLog })
    open.push(inner)
    return over(around(inner), instances)
  }

  /** What a process reads at its start from what is stored. */
  async function over(store: Store, instances: AccountsDeps['instances'] = () => noInstances): Promise<Registry> {
    const needs = { store, clock, random: systemRandom, log: silentLog }
    const prices = await PriceList.open(needs)
    const accounts = await Accounts.open({ ...needs, prices, instances })
    return { store, accounts, prices, tokens: await PartnerTokens.open({ ...needs, accounts, seal: createSeal(KEY) }) }
  }

  /** What a process leaves behind that ends: whatever it has in memory is gone. */
  async function end(): Promise<void> {
    for (const store of open.splice(0)) await store.close()
  }

  return {
    start,
    over,
    async restart(stead?: Stead): Promise<Registry> {
      await end()
      return start(stead)
    },
    async remove(): Promise<void> {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An account that has no instance. */
export const noInstances: ReturnType<AccountsDeps['instances']> = {
  ofAccount: () => [],
  delete: () => Promise.resolve(true),
  refreshHolds: () => Promise.resolve(),
}

/** Instances of one account as far as a deletion sees them; `ids` of those that are not deleted. */
export class FewInstances {
  readonly #all: { id: number; deletedAt: number | null; isHere: boolean }[]
  /** Called in the place of the deletion of one. */
  beforeDelete: (id: number) => Promise<void> = () => Promise.resolve()

  constructor(ids: readonly number[]) {
    this.#all = ids.map((id) => ({ id, deletedAt: null, isHere: true }))
  }

  get ids(): number[] {
    return this.#all.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id)
  }

  /** Retention has erased those that are deleted. */
  forget(): void {
    for (const each of this.#all.splice(0)) if (each.deletedAt === null) this.#all.push(each)
  }

  // The accounts see of an instance no more than these fields.
  ofAccount = (): readonly Instance[] => this.#all as unknown as Instance[]

  delete = async (instance: Instance): Promise<boolean> => {
    await this.beforeDelete(instance.id)
    const mine = this.#all.find(({ id }) => id === instance.id)
    if (mine?.deletedAt !== null) return false
    mine.deletedAt = START
    return true
  }

  refreshHolds = (): Promise<void> => Promise.resolve()
}

export async function newPartner({ accounts }: Registry): Promise<AccountId> {
  return (await ok(accounts.create({ kind: 'partner', name: 'Acme' }, 'operator'))).id
}

/** The outcome, which must not be a fault. */
export async function ok<Outcome>(outcome: Promise<Outcome | Fault>): Promise<Outcome> {
  const settled = await outcome
  if (isFault(settled)) throw new Error(`${settled.fault}: ${settled.message}`)
  return settled
}

/** The fault that it must be. */
export async function faultOf(outcome: Promise<unknown>): Promise<Fault['fault']> {
  const settled = await outcome
  if (!isFault(settled)) throw new Error('no fault')
  return settled.fault
}

/** The whole audit log, oldest first. */
export async function auditOf(store: Store): Promise<readonly AuditEntry[]> {
  return (await store.audit.list({}, 10_000)).toReversed()
}

/** What each thing that can be done with an account comes to, as the fault that it must be. */
export async function asked({ accounts }: Registry, id: AccountId): Promise<string[]> {
  return Promise.all([
    faultOf(accounts.change(id, { name: 'x' }, 'operator')),
    faultOf(accounts.becomePartner(id, 'operator')),
    faultOf(accounts.suspend(id, 'x', 'operator')),
    faultOf(accounts.resume(id, 'operator')),
    faultOf(accounts.delete(id, 'operator')),
  ])
}
