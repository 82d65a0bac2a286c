import type { Timer } from '../lib/clock.ts'
import { Serial } from '../lib/serial.ts'
import type { EpochMs, InstanceId } from '../model/ids.ts'
import type { Notification, Write } from '../storage/store.ts'
import { Receipts } from './receipts.ts'
import { Waiters } from './waiters.ts'

/** What a mailbox needs of the instance that it belongs to. */
export interface MailboxHost {
  /** Durable when it resolves; adds the ownership guard. Rejects when it was not stored. */
  commit(writes: readonly Write[]): Promise<void>
  /** The oldest notification in the store. */
  head(): Promise<Notification | null>
  now(): EpochMs
  /** For receivers that wait. */
  after(delayMs: number, callback: () => void): Timer
}

/** Bodies that have their receipt ids: the writes go into the caller's batch, `committed` is called once that is durable. */
export interface Posted {
  readonly writes: readonly Write[]
  /** The receipt id of the first body; 0 where there is none. */
  readonly first: number
  committed(): void
}

/** Of the queue as it was read at start: how many, the highest receipt id (0 when empty), and the stored limit of ids. */
export interface MailboxStart {
  readonly count: number
  readonly last: number
  readonly receiptsUpTo: number
}

/**
 * One instance's notifications, oldest first. The store holds them; here are only their number and, as far as it is known, the
 * head. Memory follows the store and never precedes it, so whatever fails leaves the item where it was.
 *
 * The caller commits batches with posts in the order of the posts. Removals run one at a time.
 */
export class Mailbox {
  /** Called after something was posted or the head changed. */
  onReady: (() => void) | undefined
  readonly #instance: InstanceId
  readonly #host: MailboxHost
  readonly #receipts: Receipts
  readonly #removals = new Serial()
  #waiters: Waiters | undefined
  /** How often everyone who waited was sent away. */
  #interruptions = 0
  /** Rather too high than too low: it is put right when the store turns out to be empty. */
  #count: number
  /** False after the retention job ran beside us: then a count of 0 is only believed when the store says so. */
  #exact = true
  /** The oldest item where it is known. */
  #head: Notification | undefined
  /** The highest receipt id that is known to be durable. */
  #committedUpTo: number
  /** How many were ever committed here. */
  #added = 0
  /** Rises with every change, so that a read which a change has overtaken is not believed. */
  #version = 0
  #reading: Promise<Notification | null> | undefined

  constructor(instance: InstanceId, host: MailboxHost, start: MailboxStart) {
    this.#instance = instance
    this.#host = host
    this.#count = start.count
    this.#committedUpTo = start.last
    this.#receipts = new Receipts(start.last, start.receiptsUpTo)
  }

  get count(): number {
    return this.#count
  }

  /** Certainly empty: unlike a count of 0, never wrong on the side that would leave an item lying. */
  get isEmpty(): boolean {
    return this.#count === 0 && this.#exact
  }

  /**
   * Gives the bodies their receipt ids. A batch that failed only leaves a gap: its `committed` is never called.
   */
  post(bodies: readonly string[], at: EpochMs): Posted {
    const instance = this.#instance
    const items: Notification[] = []
    const writes: Write[] = []
    for (const body of bodies) {
      const receiptId = this.#receipts.next()
      items.push({ receiptId, body, at })
      writes.push({ kind: 'mailbox.add', instance, receiptId, body, at })
    }
    const upTo = this.#receipts.reserve()
    if (upTo !== undefined) writes.push({ kind: 'instance.receipts', instance, upTo })
    return { writes, first: items[0]?.receiptId ?? 0, committed: () => this.#committed(items, upTo) }
  }

  #committed(items: readonly Notification[], upTo: number | undefined): void {
    if (upTo !== undefined) this.#receipts.reserved(upTo)
    const first = items[0]
    if (first === undefined) return
    // Only what was certainly empty tells that the new item is the oldest; else the head known until now stays.
    if (this.isEmpty || (this.#head !== undefined && first.receiptId < this.#head.receiptId)) this.#head = first
    this.#count += items.length
    this.#added += items.length
    this.#committedUpTo = Math.max(this.#committedUpTo, items.at(-1)?.receiptId ?? 0)
    this.#changed()
  }

  /** The oldest item where it need not be read. */
  get known(): Notification | undefined {
    return this.#head
  }

  /** The oldest item now, or null. No read of the store for an item that was posted into an empty mailbox. */
  async peek(): Promise<Notification | null> {
    if (this.#head !== undefined) return this.#head
    if (this.isEmpty) return null
    this.#reading ??= this.#read()
    return this.#reading
  }

  async #read(): Promise<Notification | null> {
    try {
      for (;;) {
        const version = this.#version
        const found = await this.#host.head()
        if (version === this.#version) return this.#believe(found)
        if (this.#head !== undefined) return this.#head
        if (this.isEmpty) return null
      }
    } finally {
      this.#reading = undefined
    }
  }

  #believe(found: Notification | null): Notification | null {
    if (found === null) {
      this.#count = 0
      this.#exact = true
    } else {
      this.#count = Math.max(this.#count, 1)
      this.#head = found
    }
    return found
  }

  /**
   * Waits up to waitMs for an item; it stays in the mailbox, and everyone who waits gets the same. Null when none came or the
   * signal was aborted, 'interrupted' when `interrupt` was called meanwhile.
   */
  async receive(waitMs: number, signal: AbortSignal): Promise<Notification | null | 'interrupted'> {
    const deadline = this.#host.now() + waitMs
    const interruptions = this.#interruptions
    for (;;) {
      const version = this.#version
      const item = await this.peek()
      if (this.#interruptions !== interruptions) return 'interrupted'
      if (item !== null || signal.aborted) return item
      // A clock that was set back makes nobody wait longer than was asked for.
      const leftMs = Math.min(deadline - this.#host.now(), waitMs)
      if (leftMs <= 0) return null
      // What changed since the look above has woken nobody: look again.
      if (version === this.#version && (await this.#wait(leftMs, signal))) return null
    }
  }

  #wait(waitMs: number, signal: AbortSignal): Promise<boolean> {
    const host = this.#host
    this.#waiters ??= new Waiters((delayMs, callback) => host.after(delayMs, callback))
    return this.#waiters.wait(waitMs, signal)
  }

  /** Ends waiting receives. */
  interrupt(): void {
    this.#interruptions += 1
    this.#waiters?.wake()
  }

  /**
   * True when it was the head and is durably gone, with `note` of how it went where it is given; false for anything else. Rejects when the store
   * failed: it is still there.
   */
  remove(receiptId: number, note?: Write): Promise<boolean> {
    return this.#removals.run(() => {
      const head = this.#head
      return head === undefined ? this.#findAndRemove(receiptId, note) : this.#removeHead(head, receiptId, note)
    })
  }

  /** Stores a note of something that stays where it is. */
  note(note: Write): Promise<void> {
    return this.#host.commit([note])
  }

  async #findAndRemove(receiptId: number, note: Write | undefined): Promise<boolean> {
    const head = await this.peek()
    return head !== null && (await this.#removeHead(head, receiptId, note))
  }

  #removeHead(head: Notification, receiptId: number, note: Write | undefined): Promise<boolean> {
    if (head.receiptId !== receiptId) return Promise.resolve(false)
    const removal: Write = { kind: 'mailbox.remove', instance: this.#instance, receiptId }
    // The note is of what is in the mailbox, so it comes first.
    return this.#host.commit(note === undefined ? [removal] : [note, removal]).then(() => {
      // Where the retention job took the head meanwhile, its report has counted this item.
      if (this.#head === head) {
        this.#head = undefined
        this.#lessen(1)
      }
      this.#changed()
      return true
    })
  }

  /** Removes everything that was committed up to now, durably. */
  clear(): Promise<void> {
    return this.#removals.run(async () => {
      if (this.isEmpty) return
      const upTo = this.#committedUpTo
      const addedBefore = this.#added
      await this.#host.commit([{ kind: 'mailbox.clear', instance: this.#instance, upTo }])
      this.#forgetUpTo(upTo)
      this.#count = this.#added - addedBefore
      this.#changed()
    })
  }

  /** The retention job removed so many rows, the last with this receipt id. */
  expired(count: number, upTo: number): void {
    if (count <= 0) return
    this.#forgetUpTo(upTo)
    this.#lessen(count)
    // A removal of the same rows may have been under way, so the number is only believed again once the store shows it empty.
    this.#exact = false
    this.#changed()
  }

  #forgetUpTo(upTo: number): void {
    if (this.#head !== undefined && this.#head.receiptId <= upTo) this.#head = undefined
  }

  #lessen(by: number): void {
    this.#count = Math.max(this.#count - by, 0)
  }

  #changed(): void {
    this.#version += 1
    if (!this.isEmpty) this.#waiters?.wake()
    this.onReady?.()
  }
}
