import type { Driver, Login, LoginWay } from '../drivers/driver.ts'
import { readRecord, recordOutgoing } from '../journal/record.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { AccountId, ChatId, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { LinkedAccount } from '../model/instance.ts'
import type { OutgoingMessage, Quote } from '../model/message.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Repeated } from '../model/once.ts'
import type { Settings } from '../model/settings.ts'
import type { InstanceState, StateChange } from '../model/state.ts'
import type { CourierClient } from '../notifications/courier.ts'
import type { Mailbox } from '../notifications/mailbox.ts'
import { enqueueWrite, OUTBOX_LIMIT } from '../queue/outbox.ts'
import type { Once } from '../storage/once.ts'
import type { Committed, QueuedMessage, Write } from '../storage/store.ts'
import { failExpired } from './giving-up.ts'
import { newInstanceToken, newMessageId } from './identifiers.ts'
import { endedLogin, Linking } from './linking.ts'
import type { Node } from './node.ts'
import type { InstanceRecord } from './record.ts'
import { Runner } from './runner.ts'
import { settle } from './settlement.ts'

/** An instance as the rest of the product sees it: what can be asked of it and done with it. */
export class Instance implements CourierClient {
  readonly driver: Driver
  readonly #record: InstanceRecord
  readonly #listingChanged: (account: AccountId) => void
  #runner: Runner | undefined
  #linking: Linking | undefined
  /** Set before the deletion is stored: what is asked from then on is refused, what was stored before is settled by it. */
  #deleting = false

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
    return this.#runner?.state ?? this.#record.row.state
  }

  /** Whether the session is connected at this moment. */
  get isOnline(): boolean {
    return this.#runner?.isOpen ?? false
  }

  get linked(): LinkedAccount | null {
    return this.#record.linked
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
    if (settings.webhookUrl === '' || deletedAt !== null) return null
    return { url: settings.webhookUrl, token: settings.webhookUrlToken }
  }

  /** Durable when it resolves, and in force at once; nothing restarts. */
  async update(patch: Partial<Settings> & { readonly name?: string }): Promise<void> {
    const { name, ...settings } = patch
    await this.#record.changes.run(async () => {
      const writes: Write[] = []
      const merged: Settings = { ...this.settings, ...settings }
      if (Object.keys(settings).length > 0) {
        writes.push({ kind: 'instance.settings', instance: this.id, settings: merged })
      }
      if (name !== undefined) writes.push({ kind: 'instance.name', instance: this.id, name })
      await this.#record.commit(writes)
      this.#record.follow({ settings: merged, ...(name === undefined ? {} : { name }) })
    })
    if (name !== undefined) this.#listingChanged(this.account)
    if (this.settings.webhookUrl !== '') this.mailbox.interrupt()
    this.#node.courier.wake(this)
    this.#runner?.sender.wake()
  }

  /** The old token is refused from the moment this resolves. */
  async renewToken(): Promise<string> {
    return this.#record.changes.run(async () => {
      const token = newInstanceToken(this.#node.random)
      await this.#record.commit([{ kind: 'instance.token', instance: this.id, token }])
      this.#record.follow({ token })
      this.#listingChanged(this.account)
      return token
    })
  }

  /** Newest first. */
  history(count: number): Promise<readonly StateChange[]> {
    return this.#node.store.instances.states(this.id, count)
  }

  /** Resolves when the restart has begun. */
  async reboot(): Promise<void> {
    this.#linking?.cancel()
    if (this.#isLinked) await this.#live().restart()
  }

  async logout(): Promise<void> {
    this.#linking?.cancel()
    if (this.#isLinked) await this.#live().logout()
    else await this.#runner?.logout()
  }

  get #isLinked(): boolean {
    return !this.#isGone && this.#record.row.state !== 'notAuthorized'
  }

  /** Queues a message; durable when it resolves. It leaves when its turn comes, the state allows it and the delay has passed. */
  async send(message: OutgoingMessage, once?: Once<MessageId>): Promise<MessageId | Fault | Repeated> {
    const { clock, random } = this.#node
    const { outbox } = this.#record
    if (this.#isGone) return DELETED
    if (outbox.isFull) return fault('queueFull', `the messages queue holds ${String(OUTBOX_LIMIT)} messages already`)
    const at = clock.now()
    const id = newMessageId(random, at)
    const position = outbox.take()
    const writes = [recordOutgoing(this.id, id, message, at), enqueueWrite(this.id, position, id, at)]
    try {
      const committed = await this.#record.tryCommit(writes, once?.(id))
      if (!committed.ok) {
        outbox.abandon(position)
        return repeated(committed)
      }
    } catch (error) {
      outbox.abandon(position)
      throw error
    }
    this.#runner?.sender.wake()
    return id
  }

  /** What the journal knows of a message that a reply in this chat refers to. */
  async quote(id: MessageId, chat: ChatId): Promise<Quote> {
    const row = await this.#node.store.journal.find(this.id, id)
    if (row?.chat !== chat) return { id, participant: '' as ChatId, text: null }
    const { author, content } = readRecord(row)
    return { id, participant: author === '' ? ((this.linked?.wid ?? '') as ChatId) : author, text: content.text }
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
    await this.#record.changes.run(() => this.#dropQueue('cleared', []))
  }

  async #dropQueue(description: string, more: readonly Write[]): Promise<void> {
    const cleared = this.#record.outbox.clear(this.#runner?.sender.attempts.count ?? 0)
    const at = this.#node.clock.now()
    await this.#record.commit([
      { kind: 'outbox.fail', instance: this.id, upTo: cleared.upTo, description, at },
      ...more,
    ])
    cleared.drop()
  }

  // Life cycle; for `Instances` alone

  /** Takes over the attempts that an earlier process began. Before anything else is asked of the instance. */
  async recover(): Promise<void> {
    if (this.queued > 0 && !this.#isGone) await this.#live().sender.recover()
  }

  /** Brings the instance back after a start of the process. */
  async start(): Promise<void> {
    this.#node.courier.wake(this)
    if (this.#record.row.state === 'notAuthorized' && this.queued === 0) return
    await this.#live().start()
  }

  /** Resolves when this process does nothing more for the instance. */
  async stop(): Promise<void> {
    this.#linking?.cancel()
    await this.#runner?.stop()
    await this.#record.changes.idle()
  }

  /**
   * Settles everything and deletes; the phone stays linked at the network, as the contract says. Durable when it resolves. False
   * when it is deleted, or being deleted, already.
   */
  async delete(): Promise<boolean> {
    if (this.#isGone) return false
    this.#deleting = true
    try {
      await this.stop()
      await this.#storeDeletion()
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

  async #storeDeletion(): Promise<void> {
    const at = this.#node.clock.now()
    await this.#record.changes.run(async () => {
      const attempts = this.#runner?.sender.attempts.all() ?? []
      const unconfirmed = { status: 'failed', description: 'unconfirmed', at } as const
      await this.#dropQueue('deleted', [
        ...attempts.flatMap((attempt) => settle(this.#record, attempt, unconfirmed).writes),
        { kind: 'instance.delete', instance: this.id, at },
        { kind: 'secret.clear', instance: this.id },
      ])
      for (const attempt of attempts) {
        this.#runner?.sender.attempts.remove(attempt.id)
        this.#record.outbox.drop()
      }
      this.#record.follow({ deletedAt: at })
    })
  }

  /** See `failExpired`. */
  async expireQueue(): Promise<void> {
    if (this.queued === 0 || this.deletedAt !== null) return
    await this.#record.changes.run(() => failExpired(this.#record, this.#runner?.sender.attempts))
  }

  #login(way: LoginWay): Login {
    return this.#isGone ? endedLogin(DELETED) : this.#live().login(way)
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

function repeated(refused: Extract<Committed, { ok: false }>): Repeated {
  if (refused.earlier === undefined) throw new Error(`a batch was refused by ${refused.refusedBy.kind}`)
  return { earlier: refused.earlier }
}
