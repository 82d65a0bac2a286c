import assert from 'node:assert/strict'
import type { Mailbox } from '../../src/notifications/mailbox.ts'
import type { Notification, Write } from '../../src/storage/store.ts'

interface Pending {
  readonly apply: (ok: boolean) => void
  readonly notify: () => void
}

/** Keeps the store's promises (order per instance, durable before it resolves) and lets the test say when each thing happens. */
export class PacedStore {
  rows: Notification[] = []
  receiptsUpTo = 0
  highest = 0
  #toApply: Pending[] = []
  #toNotify: (() => void)[] = []
  #reads: (() => void)[] = []
  #expiries: { count: number; upTo: number }[] = []

  commit(writes: readonly Write[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let stored = false
      this.#toApply.push({
        apply: (ok) => {
          if (ok) for (const write of writes) this.#write(write)
          stored = ok
        },
        notify: () => {
          if (stored) resolve()
          else reject(new Error('disk full'))
        },
      })
    })
  }

  head(): Promise<Notification | null> {
    return new Promise((resolve) => {
      this.#reads.push(() => {
        const found = this.rows[0] ?? null
        this.#toNotify.push(() => resolve(found))
      })
    })
  }

  applyNext(ok: boolean): void {
    const next = this.#toApply.shift()
    if (next === undefined) return
    next.apply(ok)
    this.#toNotify.push(next.notify)
  }

  readNext(): void {
    this.#reads.shift()?.()
  }

  /** Batches are reported in order; a read may overtake them. */
  notifyNext(): void {
    this.#toNotify.shift()?.()
  }

  expire(count: number): void {
    const gone = this.rows.splice(0, count)
    const last = gone.at(-1)
    if (last !== undefined) this.#expiries.push({ count: gone.length, upTo: last.receiptId })
  }

  reportExpiry(mailbox: Mailbox): void {
    const report = this.#expiries.shift()
    if (report !== undefined) mailbox.expired(report.count, report.upTo)
  }

  /** What was under way never happens, and nobody hears of what happened. */
  crash(): void {
    this.#toApply = []
    this.#toNotify = []
    this.#reads = []
    this.#expiries = []
  }

  get busy(): boolean {
    return this.#toApply.length + this.#toNotify.length + this.#reads.length + this.#expiries.length > 0
  }

  #write(write: Write): void {
    if (write.kind === 'mailbox.add') {
      assert.ok(write.receiptId > this.highest, 'a receipt id is new and higher than any before')
      this.highest = write.receiptId
      this.rows.push({ receiptId: write.receiptId, body: write.body, at: write.at })
    } else if (write.kind === 'mailbox.remove') {
      const lower = this.rows.some((row) => row.receiptId < write.receiptId)
      assert.equal(lower, false, 'nothing but the head is removed')
      this.rows = this.rows.filter((row) => row.receiptId !== write.receiptId)
    } else if (write.kind === 'mailbox.clear') {
      this.rows = this.rows.filter((row) => row.receiptId > write.upTo)
    } else if (write.kind === 'instance.receipts') {
      this.receiptsUpTo = write.upTo
    }
  }
}
