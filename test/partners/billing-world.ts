import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { billingDayStart, parseDay } from '../../src/billing/day.ts'
import type { Clock, Timer } from '../../src/lib/clock.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import type { AccountRow, AccountTerms, LifecycleEvent, LifecycleType } from '../../src/model/account.ts'
import { isFault } from '../../src/model/fault.ts'
import type { AccountId, Epoch, InstanceId } from '../../src/model/ids.ts'
import type { InstanceRow } from '../../src/model/instance.ts'
import { ID_RANGES, MESSENGERS, type Messenger } from '../../src/model/messenger.ts'
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts'
import { Accounts } from '../../src/partners/accounts.ts'
import { DailyCharge } from '../../src/partners/daily-charge.ts'
import { PartnerInstances, type PartnerInstancesDeps } from '../../src/partners/partner-instances.ts'
import { PriceList } from '../../src/partners/price-list.ts'
import { Statements } from '../../src/partners/statements.ts'
import type { Batch, Store, Write } from '../../src/storage/store.ts'
import { openTestStore } from '../support/test-database.ts'

/** What a commit may come to besides being stored: nothing is stored, or it is and nobody hears of it. */
export type Mishap = 'fails' | 'answerLost'

/** A clock that only the test moves; who waits for a time waits for a turn of the event loop, which `tickMs` may make last. */
export class TestClock implements Clock {
  at: number
  tickMs = 0

  constructor(at: number) {
    this.at = at
  }

  now(): number {
    return this.at
  }

  after(_delayMs: number, callback: () => void): Timer {
    const timer = setImmediate(() => {
      this.at += this.tickMs
      callback()
    })
    return { cancel: () => clearImmediate(timer) }
  }
}

/** A store whose commits go wrong as told, and which hands out small portions. */
class FlakyStore {
  readonly store: Store
  readonly mishaps: (Mishap | undefined)[] = []
  /** What a batch waits for before it is stored. */
  before: (batch: Batch) => Promise<unknown> = () => Promise.resolve()

  constructor(inner: Store, portionIds: number) {
    this.store = {
      ...inner,
      billing: {
        ...inner.billing,
        portion: (after, count) => inner.billing.portion(after, Math.min(count, portionIds)),
      },
      commit: async (batch) => {
        const mishap = this.mishaps.shift()
        if (mishap === 'fails') throw new Error('the disk is full')
        await this.before(batch)
        const committed = await inner.commit(batch)
        if (mishap === 'answerLost') throw new Error('the answer is lost')
        return committed
      },
    }
  }
}

/** What an account was told, as it was stored. */
export interface Told {
  readonly account: AccountId
  readonly type: LifecycleType
  readonly data: Readonly<Record<string, unknown>>
}

export interface BillingWorldOptions {
  readonly log?: Log
  /** Ids that one batch of the charge goes through. */
  readonly portionIds?: number
  /** Where a world was before; a new one without. */
  readonly folder?: string
}

/** The money of partners over a real store, without sessions and HTTP: what remembers anything is made anew by `restart`. */
export class BillingWorld {
  readonly clock: TestClock
  readonly store: Store
  readonly log: Log
  accounts!: Accounts
  prices!: PriceList
  charge!: DailyCharge
  partnerInstances!: PartnerInstances
  statements!: Statements
  readonly #folder: string
  readonly #inner: Store
  readonly #flaky: FlakyStore
  readonly #lastIds: Record<Messenger, number> = { whatsapp: 0, v3: 0, telegram: 0 }
  #events = 0

  private constructor(folder: string, inner: Store, clock: TestClock, log: Log, portionIds: number) {
    this.#folder = folder
    this.#inner = inner
    this.#flaky = new FlakyStore(inner, portionIds)
    this.store = this.#flaky.store
    this.clock = clock
    this.log = log
  }

  static async open(at: number, options: BillingWorldOptions = {}): Promise<BillingWorld> {
    const { log = silentLog, portionIds = 2, folder = mkdtempSync(join(tmpdir(), 'jadegate-billing-')) } = options
    const file = join(folder, 'jadegate.db')
    const inner = await openTestStore({ file, sealingKey: Buffer.alloc(32, 7), log: silentLog })
    const world = new BillingWorld(folder, inner, new TestClock(at), log, portionIds)
    for (const messenger of MESSENGERS) {
      world.#lastIds[messenger] = Math.max(ID_RANGES[messenger].first, await inner.instances.lastId(messenger))
    }
    await world.restart()
    return world
  }

  async close(): Promise<void> {
    await this.charge.stop()
    await this.#inner.close()
  }

  /** Closes it, and nothing is left. */
  async destroy(): Promise<void> {
    await this.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A new process on the same store: nothing is remembered. */
  async restart(): Promise<void> {
    const { store, clock, log } = this
    this.#flaky.mishaps.length = 0
    const instances = this.#instances()
    const prices = await PriceList.open({ store, clock })
    this.accounts = await Accounts.open({ store, clock, random: systemRandom, log, prices, instances: () => instances })
    this.prices = prices
    this.charge = this.runner()
    this.partnerInstances = new PartnerInstances({ instances, accounts: this.accounts, prices, clock, store })
    this.statements = new Statements({ store, clock, accounts: this.accounts })
  }

  /** One more runner on the store, as another node has one. */
  runner(): DailyCharge {
    const { store, clock, log, accounts, prices } = this
    const hooks = { news: (...of: Parameters<BillingWorld['news']>) => this.news(...of) }
    return new DailyCharge({ store, clock, log, accounts, prices, hooks })
  }

  /** As hooks tell: every time another event. */
  news(account: AccountId, type: LifecycleType, data: object, at: number): readonly Write[] {
    this.#events += 1
    const body = JSON.stringify({ type, data })
    return [
      { kind: 'event.add', event: { id: `event-${this.#events}`, account, type, body, at, attempts: 0, dueAt: 0 } },
    ]
  }

  /** What was told since it was last asked, in its order. */
  async told(): Promise<readonly Told[]> {
    const events: LifecycleEvent[] = []
    for (;;) {
      const due = await this.store.events.due(this.clock.now() + 1, 100)
      if (due.length === 0) break
      events.push(...due)
      await this.#inner.commit({ guards: [], writes: due.map(({ seq, id }) => ({ kind: 'event.remove', seq, id })) })
    }
    return events
      .toSorted((a, b) => a.seq - b.seq)
      .map(({ account, type, body }) => ({ account, type, data: (JSON.parse(body) as { data: Told['data'] }).data }))
  }

  /** What the next commits come to, in their order. */
  mishaps(...next: readonly (Mishap | undefined)[]): void {
    this.#flaky.mishaps.push(...next)
  }

  /** Keeps batches back until what this gives for them is over. */
  holdBack(before: (batch: Batch) => Promise<unknown>): void {
    this.#flaky.before = before
  }

  /** Nothing goes wrong from here on. */
  calm(): void {
    this.#flaky.mishaps.length = 0
  }

  async newAccount(name: string, terms: Partial<AccountTerms> = {}): Promise<AccountRow> {
    const row = await this.accounts.create({ kind: 'partner', name, terms }, 'operator')
    if (isFault(row)) throw new Error(row.message)
    return row
  }

  /** A price of PARTNER; says whether it was taken. */
  async price(currency: string, fromDay: number, amount: number, account: AccountId | null = null): Promise<boolean> {
    const put = await this.prices.putPrice({ tariff: 'PARTNER', account, currency, fromDay, amount }, 'operator')
    return !isFault(put)
  }

  /** Makes an instance as the API does; its id is told also when nobody heard whether it was stored. */
  create(account: AccountId, messenger: Messenger = 'whatsapp'): { readonly id: number; readonly made: Promise<void> } {
    const row = this.accounts.get(account)
    if (row === undefined) throw new Error('no such account')
    const made = this.partnerInstances.create(row, { messenger, name: '', settings: {} })
    const id = this.#lastIds[messenger]
    return { id, made: made.then((one) => (isFault(one) ? fail(one.message) : undefined)) }
  }

  async delete(id: number): Promise<void> {
    await this.#inner.commit({
      guards: [],
      writes: [{ kind: 'instance.delete', instance: id as InstanceId, at: this.clock.now() }],
    })
  }

  /** All charges of an account: `day/id` to the amount, and how often each was found. */
  async charges(account: AccountId): Promise<ReadonlyMap<string, readonly number[]>> {
    const found = new Map<string, number[]>()
    for (const line of await this.store.billing.ledger({ account }, 1_000_000)) {
      if (line.kind !== 'charge') continue
      const place = `${line.day}/${String(line.instance)}`
      const amounts = found.get(place) ?? []
      found.set(place, amounts)
      amounts.push(0 - line.amount)
    }
    return found
  }

  /** The part of `Instances` that money has to do with: one batch makes an instance with whatever belongs beside it. */
  #instances() {
    const create = async (account: AccountId, wanted: Parameters<PartnerInstancesDeps['instances']['create']>[1]) => {
      const { messenger } = wanted
      const value = ++this.#lastIds[messenger]
      const row = { ...this.#row(value as InstanceId, account), messenger }
      const beside: Batch = wanted.beside?.(row) ?? { guards: [], writes: [] }
      const add: Write = { kind: 'instance.add', row, owner: 'node', epoch: 1 as Epoch }
      const committed = await this.store.commit({
        guards: [{ kind: 'sequence', messenger, value }, ...beside.guards],
        writes: [add, ...beside.writes],
      })
      return committed.ok ? row : { refusedBy: committed.refusedBy }
    }
    const none = { ofAccount: () => [], refreshHolds: () => Promise.resolve(), delete: () => Promise.resolve(true) }
    return {
      ...none,
      create,
      get: () => undefined,
      revision: () => 0,
    } as unknown as PartnerInstancesDeps['instances'] & ReturnType<Parameters<typeof Accounts.open>[0]['instances']>
  }

  #row(id: InstanceId, account: AccountId): InstanceRow {
    return {
      id,
      account,
      messenger: 'whatsapp',
      name: '',
      token: `token-${id}`,
      settings: DEFAULT_SETTINGS,
      state: 'notAuthorized',
      linked: null,
      createdAt: this.clock.now(),
      deletedAt: null,
      receiptsUpTo: 0,
      lastSentAt: 0,
      tariff: 'PARTNER',
      paidUntil: null,
    }
  }
}

/** The day that a text like `2026-11-28` names. */
export function day(text: string): number {
  const parsed = parseDay(text)
  if (parsed === undefined) throw new Error(`${text} is no day`)
  return parsed
}

/** So many hours after the midnight with which a day begins. */
export function onDay(text: string, hours = 12): number {
  return billingDayStart(day(text)) + hours * 3_600_000
}

function fail(message: string): never {
  throw new Error(message)
}
