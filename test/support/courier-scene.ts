import { AddressRules } from '../../src/lib/address-rules.ts'
import type { Clock, Timer } from '../../src/lib/clock.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { Courier, type CourierClient } from '../../src/notifications/courier.ts'
import { Mailbox } from '../../src/notifications/mailbox.ts'
import type { Notification, Write } from '../../src/storage/store.ts'
import type { DeliveryWrite } from '../../src/storage/write.ts'
import { keptLog } from './kept-log.ts'

export const RETRY_MS = 60_000

/** Skips; counts the pauses after failures, and the timers that are set. */
export class CountingClock implements Clock {
  readonly #inner = new SkippingClock()
  pauses = 0
  now(): number {
    return this.#inner.now()
  }
  after(delayMs: number, callback: () => void): Timer {
    if (delayMs === RETRY_MS) this.pauses += 1
    return this.#inner.after(delayMs, callback)
  }
  skip(ms: number): void {
    this.#inner.skip(ms)
  }
  get timers(): number {
    return this.#inner.alarmCount
  }
  /** Whether timers are set, and none of them is to ring now. */
  get isWaiting(): boolean {
    return (this.#inner.nextAt ?? 0) > this.now()
  }
}

/** One instance: a mailbox over a list, and settings that a test changes. */
export class Inbox implements CourierClient {
  readonly id: InstanceId
  readonly mailbox: Mailbox
  rows: Notification[] = []
  url = ''
  token = ''
  broken = false
  /** What the ledger of deliveries was told. */
  readonly notes: DeliveryWrite[] = []
  readonly #courier: Courier

  constructor(id: number, courier: Courier, clock: Clock) {
    this.id = id as InstanceId
    this.#courier = courier
    const host = {
      commit: (writes: readonly Write[]) => this.#commit(writes),
      head: () => (this.broken ? Promise.reject(new Error('disk')) : Promise.resolve(this.rows[0] ?? null)),
      now: () => clock.now(),
      after: (delayMs: number, callback: () => void) => clock.after(delayMs, callback),
    }
    this.mailbox = new Mailbox(this.id, host, { count: 0, last: 0, receiptsUpTo: 0 })
    this.mailbox.onReady = () => courier.wake(this)
  }

  target(): { url: string; token: string } | null {
    return this.url === '' ? null : { url: this.url, token: this.token }
  }

  set(url: string, token = ''): void {
    this.url = url
    this.token = token
    this.#courier.wake(this)
  }

  async post(...bodies: string[]): Promise<void> {
    const posted = this.mailbox.post(bodies, 7)
    await this.#commit(posted.writes)
    posted.committed()
  }

  #commit(writes: readonly Write[]): Promise<void> {
    if (this.broken) return Promise.reject(new Error('disk'))
    for (const write of writes) {
      if (write.kind === 'mailbox.add') this.rows.push(write)
      else if (write.kind === 'delivery.done' || write.kind === 'delivery.failed') this.notes.push(write)
      else if (write.kind === 'mailbox.remove') this.rows = this.rows.filter((row) => row.receiptId !== write.receiptId)
      else if (write.kind === 'mailbox.clear') this.rows = this.rows.filter((row) => row.receiptId > write.upTo)
    }
    return Promise.resolve()
  }
}

/** A courier that may reach loopback only, on a clock that skips, with all that it logs. */
export class CourierScene {
  readonly clock = new CountingClock()
  readonly logged: string[] = []
  readonly courier: Courier
  #next = 1101000001

  constructor(
    options: {
      readonly timeoutMs?: number
      readonly allow?: readonly string[]
      readonly keepsDeliveries?: boolean
    } = {},
  ) {
    this.courier = new Courier({
      clock: this.clock,
      log: keptLog(this.logged),
      allow: new AddressRules(options.allow ?? ['127.0.0.0/8']),
      timeoutMs: options.timeoutMs ?? 180_000,
      retryMs: RETRY_MS,
      keepsDeliveries: options.keepsDeliveries ?? false,
    })
  }

  inbox(url = ''): Inbox {
    const inbox = new Inbox(this.#next, this.courier, this.clock)
    inbox.url = url
    this.#next += 1
    return inbox
  }
}
