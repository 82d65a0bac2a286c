import assert from 'node:assert/strict'
import { billingDay, billingDayStart } from '../../src/billing/day.ts'
import { TARIFFS } from '../../src/billing/tariffs.ts'
import { systemClock, type Clock } from '../../src/lib/clock.ts'
import { DEFAULT_TERMS, type AccountRow, type AccountTerms, type AuditEntry } from '../../src/model/account.ts'
import { fault, isFault } from '../../src/model/fault.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { Ledger } from '../../src/partners/ledger.ts'
import { OwnInstances } from '../../src/partners/own-instances.ts'
import { PartnerInstances } from '../../src/partners/partner-instances.ts'
import { PriceList } from '../../src/partners/price-list.ts'
import type { Store } from '../../src/storage/store.ts'
import { openWorld, type Domain, type World } from '../support/domain.ts'
import { FailingStore } from './failing-store.ts'

export const DAY_MS = 86_400_000
/** The billing day on which scenes begin: 20 November 2026. */
export const TODAY = Date.UTC(2026, 10, 20) / DAY_MS

/** Stands still until it is set. Timers run as the machine's do. */
export class SetClock implements Clock {
  at = billingDayStart(TODAY) + DAY_MS / 2
  now(): number {
    return this.at
  }
  after(delayMs: number, callback: () => void) {
    return systemClock.after(delayMs, callback)
  }
}

/** The money of a server over a real store and real instances, whose daily charge is the test's. */
export class MoneyScene {
  readonly clock = new SetClock()
  readonly failing = new FailingStore()
  readonly #world: World
  #domain: Domain | undefined
  #prices: PriceList | undefined
  readonly #accounts = new Map<string, AccountRow>()
  ledger!: Ledger
  partnerInstances!: PartnerInstances
  ownInstances!: OwnInstances

  private constructor(world: World) {
    this.#world = world
  }

  static async open(): Promise<MoneyScene> {
    const scene = new MoneyScene(await openWorld())
    await scene.restart()
    await scene.store.commit({ guards: [], writes: [{ kind: 'charge.done', day: TODAY }] })
    return scene
  }

  get today(): number {
    return billingDay(this.clock.at)
  }

  get store(): Store {
    return this.domain.node.store
  }

  get domain(): Domain {
    assert.ok(this.#domain)
    return this.#domain
  }

  get prices(): PriceList {
    assert.ok(this.#prices)
    return this.#prices
  }

  /** Ends the process, as far as it gets, and starts it again on the same folder. */
  async restart(): Promise<void> {
    await this.#domain?.stop()
    this.#domain = await this.#world.startWith({
      around: (inner) => this.failing.around(inner),
      node: { clock: this.clock },
      entitlements: {
        tariffOf: (row) => this.#prices?.tariff(row.tariff) ?? TARIFFS.PARTNER,
        heldBy: (row) =>
          row.paidUntil !== null && row.paidUntil <= this.clock.at ? fault('expired', 'expired') : undefined,
      },
    })
    const { store, clock } = this.domain.node
    const { instances } = this.domain
    this.#prices = await PriceList.open({ store, clock })
    const accounts = { get: (id: string) => this.#accounts.get(id) }
    const shared = { instances, accounts, prices: this.prices, store, clock }
    this.ledger = new Ledger({ store, clock })
    this.partnerInstances = new PartnerInstances(shared)
    this.ownInstances = new OwnInstances(shared)
  }

  #made = 0

  async newAccount(kind: AccountRow['kind'], terms: Partial<AccountTerms> = {}): Promise<AccountRow> {
    this.#made += 1
    const at = this.clock.at
    const row: AccountRow = {
      id: `account-${String(this.#made)}` as AccountId,
      kind,
      name: 'someone',
      createdAt: at,
      partnerSince: kind === 'partner' ? at : null,
      suspendedAt: null,
      deletedAt: null,
      warnedAt: null,
      terms: { ...DEFAULT_TERMS, ...terms },
    }
    await this.put(row)
    return row
  }

  async put(row: AccountRow): Promise<void> {
    await this.store.commit({ guards: [], writes: [{ kind: 'account.put', row }] })
    this.#accounts.set(row.id, row)
  }

  async setPrice(
    tariff: string,
    amount: number,
    of: Partial<{ account: AccountId; currency: string; day: number }> = {},
  ) {
    const { account = null, currency = 'USD', day = this.today } = of
    const price = await this.prices.putPrice({ tariff, account, currency, fromDay: day, amount }, 'operator')
    assert.ok(!isFault(price), JSON.stringify(price))
  }

  /** A new daily tariff at this price from today on, with nothing left to charge for today. */
  async pricedAt(amount: number): Promise<string> {
    this.#made += 1
    const name = `DAILY_${String(this.#made)}`
    const row = { ...TARIFFS.PARTNER, name }
    assert.ok(!isFault(await this.prices.putTariff(row, 'operator')))
    await this.setPrice(name, amount)
    await this.store.commit({ guards: [], writes: [{ kind: 'charge.done', day: this.today }] })
    return name
  }

  async topUp(account: AccountRow, amount: number): Promise<void> {
    const added = await this.ledger.add(account.id, { kind: 'topUp', amount, reason: 'paid' }, 'operator')
    assert.ok('amount' in added)
  }

  /** Lines as `kind amount reason`, in their order. */
  async lines(account: AccountRow): Promise<readonly string[]> {
    const lines = await this.ledger.lines({ account: account.id }, 1000)
    return lines.map(({ kind, amount, reason }) => `${kind} ${String(amount)} ${reason}`)
  }

  async audit(account: AccountRow): Promise<readonly AuditEntry[]> {
    return (await this.store.audit.list({ account: account.id }, 1000)).toReversed()
  }

  close(): Promise<void> {
    return this.#world.close()
  }
}

export const WANTED = { messenger: 'whatsapp', name: 'shop', settings: {} } as const
