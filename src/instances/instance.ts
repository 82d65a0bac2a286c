import type { Driver } from '../drivers/driver.ts'
import type { FacetName, Facets } from '../drivers/facets.ts'
import type { Draft, StoredFile } from '../media/media.ts'
import type { Tariff } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId, ChatId, Epoch, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { InstanceRow, LinkedAccount } from '../model/instance.ts'
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
import { dropQueue } from './giving-up.ts'
import { InstanceLife } from './instance-life.ts'
import { InstanceJournal } from './journal.ts'
import { keepFile } from './kept-files.ts'
import type { Linking } from './linking.ts'
import type { Node } from './node.ts'
import { InstanceNotices } from './notices.ts'
import { spend } from './quotas.ts'
import { LostOwnership, type InstanceRecord } from './record.ts'
import { NOT_LINKED, STARTING } from './refusals.ts'
import type { RefusedBy } from './refused-by.ts'
import { changeSettings, changeTariff, changeToken, type RowPatch, type TariffChange } from './row-changes.ts'

/** An instance as the rest of the product sees it: what can be asked of it and done with it. */
export class Instance implements CourierClient {
  /** For the node alone, which starts and stops it. */
  readonly life: InstanceLife
  readonly #record: InstanceRecord
  readonly #listingChanged: (account: AccountId, isDeleted?: boolean) => void

  /** `listingChanged` is called when something changes that a list of the account's instances shows. */
  constructor(
    record: InstanceRecord,
    driver: Driver,
    listingChanged: (account: AccountId, isDeleted?: boolean) => void,
  ) {
    this.#record = record
    this.life = new InstanceLife(record, driver)
    this.#listingChanged = listingChanged
    record.client = this
  }

  get id(): InstanceId {
    return this.#record.row.id
  }

  /** It lives in this process; else another node owns it, and this only shows it. */
  get isHere(): boolean {
    return this.#record.isHere
  }

  /** @throws LostOwnership where it is not this node's, or not for long */
  mustBeHere(): void {
    if (!this.isHere || this.#record.isLeaving) throw new LostOwnership(this.id)
  }

  /** `NO_EPOCH` where it is not here. */
  get epoch(): Epoch {
    return this.#record.epoch
  }

  /** All that is stored of it, as far as this process knows. */
  get row(): InstanceRow {
    return this.#record.row
  }

  get driver(): Driver {
    return this.life.driver
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
    return this.life.state
  }

  /** Whether the session is connected at this moment. */
  get isOnline(): boolean {
    return this.life.runner?.isOpen ?? false
  }

  /** Why there is no connection, in the words of whoever lost it and without secrets; null where there is nothing to say of it. */
  get trouble(): string | null {
    return this.life.runner?.trouble?.message ?? null
  }

  get linked(): LinkedAccount | null {
    return this.#record.linked
  }

  get tariff(): Tariff {
    return this.#node.entitlements.tariffOf(this.#record.row)
  }

  /** Until when a tariff that is paid ahead is paid; null for the others. */
  get paidUntil(): EpochMs | null {
    return this.#record.row.paidUntil
  }

  /** Why it stands still, and every call of it is refused: its session is closed, its queues and its link stay as they are. */
  get held(): Fault | undefined {
    return this.life.held
  }

  get mailbox(): Mailbox {
    return this.#record.mailbox
  }

  /** How many notifications wait. */
  get notifications(): number {
    return this.#record.notifications
  }

  get linking(): Linking {
    return this.life.linking
  }

  /** Where the courier delivers, or null while it must not. */
  target(): { url: string; token: string } | null {
    const { settings, deletedAt } = this.#record.row
    if (settings.webhookUrl === '' || deletedAt !== null || this.#record.isLeaving || this.held !== undefined)
      return null
    return { url: settings.webhookUrl, token: settings.webhookUrlToken }
  }

  /** Durable, with `beside`, when it resolves, and in force at once; nothing restarts. */
  async update(patch: RowPatch, beside: readonly Write[] = []): Promise<void> {
    await changeSettings(this.#record, patch, beside)
    if (patch.name !== undefined) this.#listingChanged(this.account)
    if (this.settings.webhookUrl !== '') this.mailbox.interrupt()
    this.#record.wakeCourier()
    this.life.runner?.settingsChanged()
  }

  /** The old token is refused from the moment this resolves. */
  renewToken(beside: readonly Write[] = []): Promise<string> {
    return changeToken(this.#record, () => this.#listingChanged(this.account), beside)
  }

  /** Durable, with `beside`, when it resolves; where one of its guards refused nothing has changed. What it holds follows `refreshHolds`. */
  async changeTariff(change: TariffChange, beside: Batch): Promise<{ readonly ok: true } | RefusedBy | Repeated> {
    const outcome = await changeTariff(this.#record, change, beside)
    this.#listingChanged(this.account)
    return outcome
  }

  /** Newest first. */
  history(count: number): Promise<readonly StateChange[]> {
    return this.#node.store.instances.states(this.id, count)
  }

  /** Resolves when the restart has begun. */
  reboot(): Promise<void> {
    return this.life.reboot()
  }

  logout(): Promise<void> {
    return this.life.logout()
  }

  /** Queues a message; durable when it resolves. It leaves when its turn comes, the state allows it and the delay has passed. */
  async send(message: OutgoingMessage, once?: Once<MessageId>): Promise<MessageId | Fault | Repeated> {
    const refused = this.life.closed
    if (refused !== undefined) return refused
    const queued = await enqueue(this.#record, message, once)
    this.life.runner?.sender.wake()
    return queued
  }

  /** Queues messages of one chat for another; new ids in the order of the old ones. What the journal doesn't know is `failed` at once. */
  async forward(wanted: Forward, once?: Once<readonly MessageId[]>): Promise<readonly MessageId[] | Fault | Repeated> {
    const refused = this.life.closed
    if (refused !== undefined) return refused
    const queued = await enqueueForward(this.#record, wanted, once)
    this.life.runner?.sender.wake()
    return queued
  }

  /** What was sent and received. */
  get journal(): InstanceJournal {
    return new InstanceJournal(this.#record)
  }

  /** Shows "typing", or what `type` says in the wire's words, in a chat at once; until it ends nothing else is sent. */
  typing(chat: ChatId, durationMs: number, type?: string): Fault | undefined {
    const refused = this.life.refusal
    if (refused !== undefined) return refused
    if (!this.life.isLinked) return NOT_LINKED
    if (this.state === 'starting') return STARTING
    this.life.live().sender.typing(chat, durationMs, type)
    return undefined
  }

  /** Counts a call of a method (lower case) against the month. Undefined at once where nothing limits it; a fault once it is used up. */
  spend(what: string): Promise<Fault | undefined> | undefined {
    return spend(this.#record, what)
  }

  /** What the messenger offers beyond sending and receiving; it answers from the network, which may be away. */
  facet<Name extends FacetName>(name: Name): Facets[Name] | Fault {
    return this.life.refusal ?? this.life.live().facet(name)
  }

  /** Makes sure that the bytes of a file are in the media store. */
  async bringFile(file: KeptFile): Promise<Fault | undefined> {
    return this.life.refusal ?? this.life.live().files.bring(file)
  }

  /** A file of this instance by its hash, fetched from the network again where it must be. */
  async openFile(sha256: string): Promise<StoredFile | Fault> {
    return this.life.refusal ?? this.life.live().files.open(sha256)
  }

  /** Keeps what a caller brought as a file of this instance, if its account has room; durable when it resolves. */
  async keepFile(draft: Draft): Promise<KeptFile | Fault> {
    return this.life.closed ?? keepFile(this.#record, draft)
  }

  /** Where a file can be fetched for as long as files are kept. */
  linkOf(file: KeptFile, name: string): string {
    return this.#record.linkOf(file, name)
  }

  /** What it has told its receivers, and will. */
  get notices(): InstanceNotices {
    return new InstanceNotices(this.#record, () => this.life.closed)
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
    await this.#record.changes.run(() => dropQueue(this.#record, this.life.runner?.sender.attempts, 'cleared', []))
  }

  /**
   * Settles everything and deletes; the phone stays linked at the network, as the contract says. Durable when it resolves. False
   * when it is deleted, or being deleted, already.
   */
  async delete(beside: readonly Write[] = []): Promise<boolean> {
    if (!(await this.life.delete(beside))) return false
    this.#listingChanged(this.account, true)
    this.mailbox.interrupt()
    await this.mailbox.clear()
    return true
  }

  get #node(): Node {
    return this.#record.node
  }
}
