import type { Driver, Login, LoginWay } from '../drivers/driver.ts'
import type { FacetName, Facets } from '../drivers/facets.ts'
import type { Draft, StoredFile } from '../media/media.ts'
import type { Tariff } from '../model/account.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { AccountId, ChatId, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { LinkedAccount } from '../model/instance.ts'
import type { KeptFile } from '../model/content.ts'
import type { OutgoingMessage } from '../model/message.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Repeated } from '../model/once.ts'
import type { Settings } from '../model/settings.ts'
import type { InstanceState, StateChange } from '../model/state.ts'
import type { CourierClient } from '../notifications/courier.ts'
import type { Mailbox } from '../notifications/mailbox.ts'
import type { Once } from '../storage/once.ts'
import type { Batch, QueuedMessage, Write } from '../storage/store.ts'
import { enqueue, enqueueForward } from './enqueue.ts'
import type { Forward } from './forwarded.ts'
import { dropQueue, failExpired, storeDeletion } from './giving-up.ts'
import { InstanceJournal } from './journal.ts'
import { keepFile } from './kept-files.ts'
import { endedLogin, Linking } from './linking.ts'
import type { Node } from './node.ts'
import { spend } from './quotas.ts'
import type { InstanceRecord } from './record.ts'
import type { RefusedBy } from './refused-by.ts'
import { changeSettings, changeTariff, changeToken, type RowPatch, type TariffChange } from './row-changes.ts'
import { NOT_LINKED, Runner, STARTING } from './runner.ts'

/** An instance as the rest of the product sees it: what can be asked of it and done with it. */
export class Instance implements CourierClient {
  readonly driver: Driver
  readonly #record: InstanceRecord
  readonly #listingChanged: (account: AccountId) => void
  #runner: Runner | undefined
  #linking: Linking | undefined
  /** Set before the deletion is stored: what is asked from then on is refused, what was stored before is settled by it. */
  #deleting = false
  /** It was stopped because it is held, and is not back yet. */
  #isStill = false

  /** `listingChanged` is called when something changes that a list of the account's instances shows. */
  constructor(record: InstanceRecord, driver: Driver, listingChanged: (account: AccountId) => void) {
    this.#record = record
    this.driver = driver
    this.#listingChanged = listingChanged
    record.client = this
  }

  get id(): InstanceId {
    return this.#record.row.id
  }

  get account(): AccountId {
    return this.#record.row.account
  }

  get messenger(): Messenger {
    return this.#record.row.messenger
  }

  get createdAt(): EpochMs {
    return this.#record.row.createdAt
  }

  get deletedAt(): EpochMs | null {
    return this.#record.row.deletedAt
  }

  get name(): string {
    return this.#record.row.name
  }

  /** `apiTokenInstance`: 50 hex digits. */
  get token(): string {
    return this.#record.row.token
  }

  get settings(): Settings {
    return this.#record.row.settings
  }

  /** `stateInstance` as the wire shows it now. */
  get state(): InstanceState {
    if (this.#isStill) return this.#record.row.state
    return this.#linking?.state ?? this.#runner?.state ?? this.#record.row.state
  }

  /** Whether the session is connected at this moment. */
  get isOnline(): boolean {
    return this.#runner?.isOpen ?? false
  }

  get linked(): LinkedAccount | null {
    return this.#record.linked
  }

  get tariff(): Tariff {
    return this.#node.business.tariffOf(this.#record.row)
  }

  /** Until when a tariff that is paid ahead is paid; null for the others. */
  get paidUntil(): EpochMs | null {
    return this.#record.row.paidUntil
  }

  /** Why it stands still, and every call of it is refused: its session is closed, its queues and its link stay as they are. */
  get held(): Fault | undefined {
    return this.#node.business.heldBy(this.#record.row)
  }

  get mailbox(): Mailbox {
    return this.#record.mailbox
  }

  /** How many notifications wait. */
  get notifications(): number {
    return this.#record.notifications
  }

  get linking(): Linking {
    this.#linking ??= new Linking(this.#record, (way) => this.#login(way))
    return this.#linking
  }

  /** Where the courier delivers, or null while it must not. */
  target(): { url: string; token: string } | null {
    const { settings, deletedAt } = this.#record.row
    if (settings.webhookUrl === '' || deletedAt !== null || this.held !== undefined) return null
    return { url: settings.webhookUrl, token: settings.webhookUrlToken }
  }

  /** Durable, with `beside`, when it resolves, and in force at once; nothing restarts. */
  async update(patch: RowPatch, beside: readonly Write[] = []): Promise<void> {
    await changeSettings(this.#record, patch, beside)
    if (patch.name !== undefined) this.#listingChanged(this.account)
    if (this.settings.webhookUrl !== '') this.mailbox.interrupt()
    this.#node.courier.wake(this)
    this.#runner?.settingsChanged()
  }

  /** The old token is refused from the moment this resolves. */
  renewToken(beside: readonly Write[] = []): Promise<string> {
    return changeToken(this.#record, () => this.#listingChanged(this.account), beside)
  }

  /** Durable, with `beside`, when it resolves; where one of its guards refused nothing has changed. What it holds follows `refreshHolds`. */
  async changeTariff(change: TariffChange, beside: Batch): Promise<{ readonly ok: true } | RefusedBy> {
    const outcome = await changeTariff(this.#record, change, beside)
    this.#listingChanged(this.account)
    return outcome
  }

  /** Newest first. */
  history(count: number): Promise<readonly StateChange[]> {
    return this.#node.store.instances.states(this.id, count)
  }

  /** Resolves when the restart has begun. */
  async reboot(): Promise<void> {
    if (this.#refusal !== undefined) return
    this.#linking?.cancel()
    if (this.#isLinked) await this.#live().restart()
  }

  async logout(): Promise<void> {
    if (this.#refusal !== undefined) return
    this.#linking?.cancel()
    if (this.#isLinked) await this.#live().logout()
    else await this.#runner?.logout()
  }

  get #isLinked(): boolean {
    return this.#record.row.state !== 'notAuthorized'
  }

  /** Queues a message; durable when it resolves. It leaves when its turn comes, the state allows it and the delay has passed. */
  async send(message: OutgoingMessage, once?: Once<MessageId>): Promise<MessageId | Fault | Repeated> {
    const refused = this.#isGone ? DELETED : this.held
    if (refused !== undefined) return refused
    const queued = await enqueue(this.#record, message, once)
    this.#runner?.sender.wake()
    return queued
  }

  /** Queues messages of one chat for another; new ids in the order of the old ones. What the journal doesn't know is `failed` at once. */
  async forward(wanted: Forward, once?: Once<readonly MessageId[]>): Promise<readonly MessageId[] | Fault | Repeated> {
    const refused = this.#isGone ? DELETED : this.held
    if (refused !== undefined) return refused
    const queued = await enqueueForward(this.#record, wanted, once)
    this.#runner?.sender.wake()
    return queued
  }

  /** What was sent and received. */
  get journal(): InstanceJournal {
    return new InstanceJournal(this.#record)
  }

  /** Shows "typing", or what `type` says in the wire's words, in a chat at once; until it ends nothing else is sent. */
  typing(chat: ChatId, durationMs: number, type?: string): Fault | undefined {
    const refused = this.#refusal
    if (refused !== undefined) return refused
    if (!this.#isLinked) return NOT_LINKED
    if (this.state === 'starting') return STARTING
    this.#live().sender.typing(chat, durationMs, type)
    return undefined
  }

  /** Counts a call of a method (lower case) against the month. Undefined at once where nothing limits it; a fault once it is used up. */
  spend(what: string): Promise<Fault | undefined> | undefined {
    return spend(this.#record, what)
  }

  /** What the messenger offers beyond sending and receiving; it answers from the network, which may be away. */
  facet<Name extends FacetName>(name: Name): Facets[Name] | Fault {
    return this.#refusal ?? this.#live().facet(name)
  }

  /** Makes sure that the bytes of a file are in the media store. */
  async bringFile(file: KeptFile): Promise<Fault | undefined> {
    return this.#refusal ?? this.#live().files.bring(file)
  }

  /** A file of this instance by its hash, fetched from the network again where it must be. */
  async openFile(sha256: string): Promise<StoredFile | Fault> {
    return this.#refusal ?? this.#live().files.open(sha256)
  }

  /** Keeps what a caller brought as a file of this instance, if its account has room; durable when it resolves. */
  async keepFile(draft: Draft): Promise<KeptFile | Fault> {
    return (this.#isGone ? DELETED : this.held) ?? keepFile(this.#record, draft)
  }

  /** Where a file can be fetched for as long as files are kept. */
  linkOf(file: KeptFile, name: string): string {
    return this.#record.linkOf(file, name)
  }

  /** How many messages wait. */
  get queued(): number {
    return this.#record.queued
  }

  /** The queue behind a position, oldest first. */
  queue(limit: number, after: number): Promise<readonly QueuedMessage[]> {
    return this.#node.store.outbox.list(this.id, limit, after)
  }

  /** Settles everything queued as `failed`/`cleared`, without notifications. An attempt under way is not called back. */
  async clearQueue(): Promise<void> {
    await this.#record.changes.run(() => dropQueue(this.#record, this.#runner?.sender.attempts, 'cleared', []))
  }

  // Life cycle; for `Instances` alone

  /** Takes over the attempts that an earlier process began. Before anything else is asked of the instance. */
  async recover(): Promise<void> {
    if (this.queued > 0 && !this.#isGone) await this.#live().sender.recover()
  }

  /** Brings the instance back after a start of the process; one that is held stands still until `refreshHold`. */
  async start(): Promise<void> {
    if (this.#isStill) return
    if (this.held !== undefined) return this.#standStill()
    this.#node.courier.wake(this)
    if (this.#record.row.state === 'notAuthorized' && this.queued === 0) return
    await this.#live().start()
  }

  /** Resolves when this process does nothing more for the instance. */
  async stop(): Promise<void> {
    await this.#linking?.stop()
    await this.#runner?.stop()
    await this.#record.changes.idle()
  }

  /** `refreshHold` has something to do. */
  get isHoldDue(): boolean {
    return !this.#isGone && (this.held !== undefined) !== this.#isStill
  }

  /** Stops the instance where it is held, or brings it back where it is held no more. One at a time. */
  async refreshHold(): Promise<void> {
    if (!this.isHoldDue) return
    if (this.#isStill) await this.#goOn()
    else await this.#standStill()
  }

  async #standStill(): Promise<void> {
    this.#isStill = true
    // A delivery that pauses ends here, and polls that wait.
    this.#node.courier.wake(this)
    this.#record.interruptReceives()
    await this.stop()
  }

  async #goOn(): Promise<void> {
    if (this.#runner !== undefined) {
      const runner = new Runner(this.#record, this.driver)
      if (this.queued > 0) await runner.sender.recover()
      // A deletion that began meanwhile goes by the attempts of the old one.
      if (this.#isGone) return
      this.#runner = runner
    }
    this.#isStill = false
    await this.start()
  }

  /**
   * Settles everything and deletes; the phone stays linked at the network, as the contract says. Durable when it resolves. False
   * when it is deleted, or being deleted, already.
   */
  async delete(beside: readonly Write[] = []): Promise<boolean> {
    if (this.#isGone) return false
    this.#deleting = true
    try {
      await this.stop()
      await this.#record.changes.run(() => storeDeletion(this.#record, this.#runner?.sender.attempts, beside))
    } catch (error) {
      await this.#revive()
      throw error
    }
    this.#node.courier.forget(this.id)
    this.#runner = undefined
    this.#listingChanged(this.account)
    this.mailbox.interrupt()
    await this.mailbox.clear()
    return true
  }

  /** A deletion that was not stored has stopped the instance all the same: it lives on, as after a start of the process. */
  async #revive(): Promise<void> {
    this.#runner = undefined
    this.#deleting = false
    try {
      await this.recover()
      await this.start()
    } catch (error) {
      this.#node.log.error({ idInstance: this.id, error }, 'an instance that could not be deleted is not back either')
    }
  }

  /** See `failExpired`. */
  async expireQueue(): Promise<void> {
    if (this.queued === 0 || this.deletedAt !== null || this.#isStill) return
    await this.#record.changes.run(() => failExpired(this.#record, this.#runner?.sender.attempts))
  }

  #login(way: LoginWay): Login {
    const refused = this.#refusal
    return refused === undefined ? this.#live().login(way) : endedLogin(refused)
  }

  /** Why nothing can be done with it now. */
  get #refusal(): Fault | undefined {
    if (this.#isGone) return DELETED
    return this.held ?? (this.#isStill ? STARTING : undefined)
  }

  get #isGone(): boolean {
    return this.#deleting || this.deletedAt !== null
  }

  #live(): Runner {
    this.#runner ??= new Runner(this.#record, this.driver)
    return this.#runner
  }

  get #node(): Node {
    return this.#record.node
  }
}

const DELETED = fault('deleted', 'Instance is deleted')
