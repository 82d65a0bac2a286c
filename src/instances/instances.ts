import { NO_EPOCH } from '../cluster/ownership.ts'
import type { Measure } from '../drivers/driver.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import { Serial } from '../lib/serial.ts'
import type { LinkedFile } from '../media/links.ts'
import type { Draft, StoredFile } from '../media/media.ts'
import type { KeptFile } from '../model/content.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { AccountId, Epoch, EpochMs, InstanceId } from '../model/ids.ts'
import type { InstanceRow } from '../model/instance.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Repeated } from '../model/once.ts'
import type { Settings } from '../model/settings.ts'
import type { Once } from '../storage/once.ts'
import type { Batch, Guard, Write } from '../storage/store.ts'
import { AccountInstances } from './account-instances.ts'
import { newInstanceToken } from './identifiers.ts'
import { Instance } from './instance.ts'
import { InstanceIds } from './instance-ids.ts'
import type { Node } from './node.ts'
import { InstanceRecord, type QueueSizes } from './record.ts'
import type { RefusedBy } from './refused-by.ts'
import { EMPTY, inOrderOfCreation, NO_SIZES, readSizes, Residency } from './residency.ts'
import { SharedSettings } from './shared-settings.ts'

/** What a new instance is to be. */
export interface NewInstance {
  readonly messenger: Messenger
  readonly name: string
  readonly settings: Partial<Settings>
  readonly tariff: string
  readonly paidUntil: EpochMs | null
  /** What else the batch holds that makes it: the charge of its first day, what an account may have at most. */
  readonly beside?: ((row: InstanceRow) => Batch) | undefined
  readonly once?: Once<{ readonly id: InstanceId; readonly token: string }> | undefined
}

const NO_INSTANCE = fault('notFound', 'there is no such instance')

/** So many sessions are opened or closed before the process looks at anything else again. */
const START_CHUNK = 200
/** So many instances are only looked at in one go. */
const LOOK_CHUNK = 5000

/**
 * All instances: loaded once, kept in memory, written through. Those that another node owns are shadows, which lists show and which are never
 * live; where the server is alone there are none.
 */
export class Instances {
  readonly #node: Node
  readonly #byId = new Map<number, Instance>()
  readonly #byAccount = new Map<AccountId, AccountInstances>()
  readonly #ids: InstanceIds
  /** One for all instances: a function of its own for each would be a tenth of what an instance keeps in memory. */
  readonly #listingChanged = (account: AccountId, isDeleted = false): void => {
    this.#byAccount.get(account)?.changed(isDeleted)
  }
  readonly #sharedSettings = new SharedSettings()
  /** What the cluster brings to life and lets go. */
  readonly residency: Residency
  readonly #holds = new Serial()
  #stopping = false

  private constructor(node: Node, ids: InstanceIds, known: number) {
    this.#node = node
    this.#ids = ids
    const put = (row: InstanceRow, epoch: Epoch, sizes: QueueSizes) => this.#read(row, epoch, sizes)
    this.residency = new Residency(node, { get: (id) => this.#byId.get(id), put }, known)
  }

  /**
   * Reads every instance. Nothing is live until `start`.
   * @throws OperatorTrouble where they are not of this cell
   */
  static async load(node: Node): Promise<Instances> {
    const known = (await node.store.cluster?.register())?.instances ?? 0
    const rows = inOrderOfCreation(await node.store.instances.all())
    const ids = await InstanceIds.open(
      node.store,
      node.cell,
      rows.map(({ id }) => id),
    )
    const instances = new Instances(node, ids, known)
    // Of a cluster a node owns nothing yet; a server that is alone owns everything.
    const sizes = node.ownership.isShared ? NO_SIZES : await readSizes(node.store)
    for (const row of rows) {
      await instances.#read(row, node.ownership.epochOf(row.id) ?? NO_EPOCH, sizes(row.id)).life.recover()
    }
    return instances
  }

  /** The instance with this id; deleted ones too, until they are erased. */
  get(id: number): Instance | undefined {
    return this.#byId.get(id)
  }

  /** What one of our links to files names, fetched from its messenger again where it must be; gone with its instance. */
  openFile({ instance, sha256 }: LinkedFile): Promise<StoredFile | Fault> {
    return this.#byId.get(instance)?.openFile(sha256) ?? Promise.resolve(NO_INSTANCE)
  }

  /** See `Instance.keepFile`. */
  keepFile(instance: InstanceId, draft: Draft): Promise<KeptFile | Fault> {
    return this.#byId.get(instance)?.keepFile(draft) ?? Promise.resolve(NO_INSTANCE)
  }

  /** An account's instances by the time of their creation; deleted ones too. */
  ofAccount(account: AccountId): readonly Instance[] {
    return this.#byAccount.get(account)?.all ?? []
  }

  all(): IterableIterator<Instance> {
    return this.#byId.values()
  }

  /** What the drivers tell an operator of themselves. */
  measures(): readonly Measure[] {
    return [...this.#node.drivers.values()].flatMap((driver) => [...(driver.measures?.() ?? [])])
  }

  /** Rises whenever something changes that a list of this account's instances shows. */
  revision(account: AccountId): number {
    return this.#byAccount.get(account)?.revision ?? 0
  }

  /** How many instances of an account are not deleted. */
  living(account: AccountId): number {
    return this.#byAccount.get(account)?.living ?? 0
  }

  /**
   * Makes an instance; durable when it resolves. Its id was never used before and never will be again. Where a guard of `beside` refused
   * nothing is made.
   */
  async create(account: AccountId, wanted: NewInstance): Promise<Instance | Fault | Repeated | RefusedBy> {
    const { store } = this.#node
    if (!this.#node.drivers.has(wanted.messenger)) return fault('unsupported', 'this messenger is switched off')
    const settings = this.#sharedSettings.of(wanted.settings)
    for (;;) {
      const id = this.#ids.next(wanted.messenger)
      if (id === undefined) return fault('unavailable', 'no ids are left for this messenger')
      const row = this.#newRow(id, account, wanted, settings)
      const committed = await store.commit(this.#creation(row, wanted))
      if (committed.ok) return this.#made(row)
      if (committed.earlier !== undefined) return { earlier: committed.earlier }
      const { refusedBy } = committed
      if (refusedBy.kind !== 'sequence') return { refusedBy }
      await this.#ids.refused(wanted.messenger)
    }
  }

  /** The store may have told of it already, by way of what has changed, or of what this node owns. */
  #made(row: InstanceRow): Instance {
    const { ownership } = this.#node
    ownership.made(row.id)
    const known = this.#byId.get(row.id)
    return known?.isHere === true ? known : this.#put(row, ownership.firstEpoch, EMPTY)
  }

  #newRow(id: InstanceId, account: AccountId, wanted: NewInstance, settings: InstanceRow['settings']): InstanceRow {
    const { clock, random } = this.#node
    return {
      id,
      account,
      messenger: wanted.messenger,
      name: wanted.name,
      token: newInstanceToken(random),
      settings,
      state: 'notAuthorized',
      linked: null,
      createdAt: clock.now(),
      deletedAt: null,
      receiptsUpTo: 0,
      lastSentAt: 0,
      tariff: wanted.tariff,
      paidUntil: wanted.paidUntil,
    }
  }

  /** A call that was made before is told so before anything else is looked at. */
  #creation(row: InstanceRow, { once, beside }: NewInstance): Batch {
    const { ownership } = this.#node
    const first = once?.({ id: row.id, token: row.token })
    const more = beside?.(row)
    const guards: Guard[] = first === undefined ? [] : [first]
    guards.push({ kind: 'sequence', messenger: row.messenger, value: row.id })
    if (more !== undefined) guards.push(...more.guards)
    const isUnlimited = more?.guards.some(({ kind }) => kind === 'instances') !== true
    const { owner, firstEpoch: epoch } = ownership
    const add: Write = { kind: 'instance.add', row, owner, epoch, isUnlimited }
    const writes = [add, ...this.#node.news('instance.created', row, row.createdAt), ...(more?.writes ?? [])]
    return { guards, writes }
  }

  /** Deletes an instance and settles what it held; durable, with `beside`, when it resolves. False when it was deleted already. */
  delete(instance: Instance, beside: readonly Write[] = []): Promise<boolean> {
    return instance.delete(beside)
  }

  /**
   * Stops the instances that are held now (`Instance.held`) and brings those back that are held no more: of one account, or all. Resolves
   * when that is done, as far as it can be.
   */
  refreshHolds(account?: AccountId): Promise<void> {
    return this.#holds.run(() => this.#refresh(account === undefined ? this.all() : this.ofAccount(account)))
  }

  async #refresh(instances: Iterable<Instance>): Promise<void> {
    let looked = 0
    let changing: Promise<void>[] = []
    for (const instance of instances) {
      if (this.#stopping) break
      if (instance.life.isHoldDue) changing.push(this.#refreshOne(instance))
      looked += 1
      if (looked % LOOK_CHUNK !== 0 && changing.length < START_CHUNK) continue
      await Promise.all(changing)
      changing = []
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(changing)
  }

  /** One that fails keeps no other from its turn, and has another turn itself. */
  async #refreshOne(instance: Instance): Promise<void> {
    try {
      await instance.life.refreshHold()
    } catch (error) {
      this.#node.log.error({ idInstance: instance.id, error }, 'an instance could not be stopped or brought back')
    }
  }

  /** Brings every live instance back. Resolves when all attempts are under way. */
  async start(): Promise<void> {
    let inChunk = 0
    for (const instance of this.#byId.values()) {
      if (instance.deletedAt !== null || !instance.isHere) continue
      await instance.life.start()
      inChunk += 1
      if (inChunk % START_CHUNK === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Resolves when no instance does anything more. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.residency.stop()
    await this.#holds.idle()
    await Promise.all([...this.#byId.values()].map((instance) => instance.life.stop()))
  }

  /** Forgets deleted instances that retention has erased from the store. */
  forget(deletedBefore: number): void {
    const accounts = new Set<AccountId>()
    for (const instance of this.#byId.values()) {
      if (instance.deletedAt === null || instance.deletedAt >= deletedBefore) continue
      this.#byId.delete(instance.id)
      accounts.add(instance.account)
    }
    for (const account of accounts) this.#byAccount.get(account)?.forget(deletedBefore)
  }

  /** As `#put`, of a row as the store has it. */
  #read(row: InstanceRow, epoch: Epoch, sizes: QueueSizes): Instance {
    return this.#put({ ...row, settings: this.#sharedSettings.of(row.settings) }, epoch, sizes)
  }

  /** New, or in the place of what was known of it until now. */
  #put(row: InstanceRow, epoch: Epoch, sizes: QueueSizes): Instance {
    const { drivers } = this.#node
    const driver = drivers.get(row.messenger)
    if (driver === undefined) {
      throw new OperatorTrouble(
        `Instance ${String(row.id)} needs the messenger ${row.messenger}, which is switched off.`,
      )
    }
    const instance = new Instance(new InstanceRecord(this.#node, row, epoch, sizes), driver, this.#listingChanged)
    const before = this.#byId.get(row.id)
    this.#byId.set(row.id, instance)
    const siblings = this.#byAccount.get(row.account) ?? new AccountInstances()
    if (before === undefined) siblings.add(instance)
    else siblings.replace(before, instance)
    this.#byAccount.set(row.account, siblings)
    return instance
  }
}
