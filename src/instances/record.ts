import { NO_EPOCH } from '../cluster/ownership.ts'
import type { Capabilities } from '../drivers/driver.ts'
import type { Timer } from '../lib/clock.ts'
import { Serial } from '../lib/serial.ts'
import type { KeptFile } from '../model/content.ts'
import type { ChatId, Epoch, EpochMs, InstanceId } from '../model/ids.ts'
import type { InstanceRow, LinkedAccount } from '../model/instance.ts'
import type { InstanceState, StoredState } from '../model/state.ts'
import type { NotificationEvent, Rendering } from '../notifications/event.ts'
import { isWanted } from '../notifications/gate.ts'
import type { CourierClient } from '../notifications/courier.ts'
import { renderNotification } from '../notifications/body/render.ts'
import { Mailbox, type MailboxHost, type Posted } from '../notifications/mailbox.ts'
import { OutboxCounter } from '../queue/outbox.ts'
import type { Batch, Committed, Guard, Notification, QueueSize, Write } from '../storage/store.ts'
import type { Node } from './node.ts'

/** The lease went to another owner: nothing that this process does for the instance counts any more. */
export class LostOwnership extends Error {
  readonly instance: InstanceId

  constructor(instance: InstanceId) {
    super(`instance ${String(instance)} is owned elsewhere`)
    this.name = 'LostOwnership'
    this.instance = instance
  }
}

/** How full an instance's queues are when its life in this process begins; what is absent is empty. */
export interface QueueSizes {
  readonly outbox?: QueueSize
  readonly mailbox?: QueueSize
}

/**
 * The durable half of an instance: its row, its queues' counters, and the one way to change them. Memory follows a commit and
 * never precedes it; `changes` lets one change at a time through.
 */
export class InstanceRecord implements MailboxHost {
  readonly node: Node
  readonly epoch: Epoch
  /** For whom the courier delivers; set once, by the instance that this is the record of. */
  client: CourierClient | undefined
  #row: InstanceRow
  // Each is made when it is first asked for: most instances of a large server have nothing to do for long.
  #outbox: OutboxCounter | undefined
  #mailbox: Mailbox | undefined
  #changes: Serial | undefined
  #isLeaving = false
  /** What the queues begin with. */
  readonly #sizes: QueueSizes

  constructor(node: Node, row: InstanceRow, epoch: Epoch, sizes: QueueSizes) {
    this.node = node
    this.epoch = epoch
    this.#row = row
    this.#sizes = sizes
  }

  get outbox(): OutboxCounter {
    this.#outbox ??= new OutboxCounter(this.#sizes.outbox ?? { count: 0, last: 0 })
    return this.#outbox
  }

  /** How many messages wait. */
  get queued(): number {
    return (this.#outbox ?? this.#sizes.outbox)?.count ?? 0
  }

  /** Lets one change at a time through. */
  get changes(): Serial {
    this.#changes ??= new Serial()
    return this.#changes
  }

  get mailbox(): Mailbox {
    this.#mailbox ??= this.#openMailbox()
    return this.#mailbox
  }

  #openMailbox(): Mailbox {
    const { count, last } = this.#sizes.mailbox ?? { count: 0, last: 0 }
    const mailbox = new Mailbox(this.id, this, { count, last, receiptsUpTo: this.#row.receiptsUpTo })
    mailbox.onReady = () => {
      this.wakeCourier()
    }
    return mailbox
  }

  /** There may be something to deliver, or nothing any more. */
  wakeCourier(): void {
    if (this.client !== undefined) this.node.courier.wake(this.client)
  }

  /** Ends receives that wait. */
  interruptReceives(): void {
    this.#mailbox?.interrupt()
  }

  /** How many notifications wait. */
  get notifications(): number {
    return (this.#mailbox ?? this.#sizes.mailbox)?.count ?? 0
  }

  // What the mailbox asks of its instance; `commit` is the fourth.

  head(): Promise<Notification | null> {
    return this.node.store.mailbox.head(this.id)
  }

  now(): EpochMs {
    return this.node.clock.now()
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.node.clock.after(delayMs, callback)
  }

  /** It goes to another node, or is there: nothing begins here any more. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** For good. */
  leave(): void {
    this.#isLeaving = true
  }

  /** It lives in this process; else another node owns it, and nothing can be stored for it here. */
  get isHere(): boolean {
    return this.epoch !== NO_EPOCH
  }

  get id(): InstanceId {
    return this.#row.id
  }

  get row(): InstanceRow {
    return this.#row
  }

  /** Something went wrong that nobody waits for. What is refused since the instance is owned elsewhere is done there, or was. */
  complain(error: unknown, text: string): void {
    const { log } = this.node
    if (error instanceof LostOwnership) log.debug({ idInstance: this.id, trouble: text }, error.message)
    else log.error({ idInstance: this.id, error }, text)
  }

  /** Who is linked now. The row keeps the last one after a logout, to tell a new phone from the old. */
  get linked(): LinkedAccount | null {
    return this.#row.state === 'notAuthorized' ? null : this.#row.linked
  }

  /** Sets fields of the row in memory; only after the commit that stored them. */
  follow(fields: Partial<InstanceRow>): void {
    const was = this.#row.state
    this.#row = { ...this.#row, ...fields }
    const { id, state } = this.#row
    if (state !== was) this.node.log.info({ idInstance: id, was, state }, 'the state of an instance has changed')
  }

  /** Stores the writes under this owner's guard. Rejects when they were not stored. */
  commit(writes: readonly Write[]): Promise<void> {
    return this.node.store.commit(this.#batch(writes, [])).then((committed) => void this.#mustOwn(committed))
  }

  /** As `commit`, with more guards whose refusal is an answer and not an error. */
  tryCommit(writes: readonly Write[], guards: readonly Guard[]): Promise<Committed> {
    return this.node.store.commit(this.#batch(writes, guards)).then((committed) => this.#mustOwn(committed))
  }

  #batch(writes: readonly Write[], guards: readonly Guard[]): Batch {
    const owns: Guard = { kind: 'owns', instance: this.id, epoch: this.epoch }
    return { guards: guards.length === 0 ? [owns] : [owns, ...guards], writes }
  }

  #mustOwn(committed: Committed): Committed {
    if (committed.ok || committed.refusedBy.kind !== 'owns') return committed
    if (this.isHere) this.node.ownership.refused(this.id, this.epoch)
    throw new LostOwnership(this.id)
  }

  /** Stores writes together with the notifications that the settings want of these events, whose bodies are frozen here. */
  async commitWith(events: readonly NotificationEvent[], writes: readonly Write[]): Promise<void> {
    await this.tryCommitWith(events, writes, [])
  }

  /**
   * As `commitWith`, with more guards whose refusal is an answer and not an error: then nothing is stored or changed. `as` is the row as
   * the batch makes it, where the batch changes it.
   */
  tryCommitWith(
    events: readonly NotificationEvent[],
    writes: readonly Write[],
    guards: readonly Guard[],
    as?: InstanceRow,
  ): Promise<Committed> {
    const posted = this.#post(events, as ?? this.#row)
    const all = posted === undefined ? writes : writes.concat(posted.writes)
    const follow = (committed: Committed): Committed => {
      if (!this.#mustOwn(committed).ok) return committed
      posted?.committed()
      if (as !== undefined) this.follow(as)
      return committed
    }
    if (all.length === 0 && guards.length === 0) return Promise.resolve(follow(STORED))
    return this.node.store.commit(this.#batch(all, guards)).then(follow)
  }

  /** What the settings want of these events; undefined when it is nothing. */
  #post(events: readonly NotificationEvent[], row: InstanceRow): Posted | undefined {
    let bodies: string[] | undefined
    for (const event of events) {
      if (isWanted(event, row.settings)) (bodies ??= []).push(renderNotification(this.#rendering(row), event))
    }
    return bodies && this.mailbox.post(bodies, this.node.clock.now())
  }

  /** A notification of the state of this moment, as it is delivered. */
  renderState(): string {
    return renderNotification(this.#rendering(this.#row), stateEvent(this.#row.state, this.now()))
  }

  #rendering(row: InstanceRow): Rendering {
    const wid = row.state === 'notAuthorized' ? '' : (row.linked?.wid ?? '')
    return {
      instance: { idInstance: row.id, wid, typeInstance: row.messenger },
      linkOf: (file, name) => this.linkOf(file, name),
    }
  }

  /** Where a file of this instance can be fetched for as long as files are kept; the name gives its extension. */
  linkOf(file: KeptFile, name: string): string {
    return this.node.links.make(this.id, file, name)
  }

  /** Our own chat id, empty before the first link. */
  get ownChat(): ChatId {
    const { linked } = this.#row
    return linked?.chat ?? ((linked?.wid ?? '') as ChatId)
  }

  /** The account is one that may send: a restricted one may where its messenger judges each send by itself. */
  get maySend(): boolean {
    const { state } = this.#row
    return state === 'authorized' || (state === 'suspended' && this.capabilities?.sendsWhileRestricted === true)
  }

  /** What the messenger of this instance can do; undefined where it is switched off. */
  get capabilities(): Capabilities | undefined {
    return this.node.drivers.get(this.#row.messenger)?.capabilities
  }

  /** The writes and the event of a change of state from `before`, and the row as it will be. */
  changeState(
    before: InstanceRow,
    state: StoredState,
    linked: LinkedAccount | null,
    at: EpochMs,
  ): { readonly writes: readonly Write[]; readonly event: NotificationEvent; readonly row: InstanceRow } {
    const wid = state === 'notAuthorized' ? '' : (linked?.wid ?? '')
    const row = { ...before, state, linked }
    const news = newsOf(before, row)
    return {
      writes: [
        { kind: 'instance.state', instance: this.id, state, linked },
        { kind: 'state.add', instance: this.id, change: { state, wid, at } },
        ...(news === undefined ? [] : this.node.news(news, row, at)),
      ],
      event: stateEvent(state, at),
      row,
    }
  }
}

const STORED: Committed = { ok: true }

/** What a change of state is to the hook of the account: a phone came or went; a restriction of it is neither. */
function newsOf(before: InstanceRow, after: InstanceRow): 'instance.linked' | 'instance.unlinked' | undefined {
  if (after.state === 'notAuthorized') return before.state === 'notAuthorized' ? undefined : 'instance.unlinked'
  const isSame = before.state !== 'notAuthorized' && before.linked?.wid === after.linked?.wid
  return isSame ? undefined : 'instance.linked'
}

export function stateEvent(state: InstanceState, at: EpochMs): NotificationEvent {
  return { kind: 'state', state, at }
}
