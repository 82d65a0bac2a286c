// Truth: a list of rows, and the mailbox's promises checked on any interleaving of its calls with a store that delays and fails.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import type { Notification } from '../../src/storage/store.ts'
import { Mailbox } from '../../src/notifications/mailbox.ts'
import { PacedStore } from '../support/paced-store.ts'

const INSTANCE = 1101000001 as InstanceId
const FOREVER = new AbortController().signal

/** One mailbox on one store, and what its callers were told. */
class Scene {
  readonly store = new PacedStore()
  readonly clock = new SkippingClock()
  #generation = 0
  mailbox = this.#open()
  /** Committed as the mailbox knows it: nothing else may ever be handed out. */
  readonly committed = new Map<number, string>()
  readonly removed = new Map<number, number>()
  lastSeen = 0
  waiting = 0
  expired = false
  #bodies = 0
  readonly errors: unknown[] = []

  #open(): Mailbox {
    const mine = this.#generation
    const never = new Promise<never>(() => undefined)
    return new Mailbox(
      INSTANCE,
      {
        commit: (writes) => (mine === this.#generation ? this.store.commit(writes) : never),
        head: () => (mine === this.#generation ? this.store.head() : never),
        now: () => this.clock.now(),
        after: (delayMs, callback) => this.clock.after(delayMs, callback),
      },
      {
        count: this.store.rows.length,
        last: this.store.rows.at(-1)?.receiptId ?? 0,
        receiptsUpTo: this.store.receiptsUpTo,
      },
    )
  }

  post(count: number): void {
    const bodies = Array.from({ length: count }, () => String((this.#bodies += 1)))
    const posted = this.mailbox.post(bodies, 1)
    const stored = (): void => {
      for (const write of posted.writes) {
        if (write.kind === 'mailbox.add') this.committed.set(write.receiptId, write.body)
      }
      posted.committed()
    }
    this.#watch(this.store.commit(posted.writes).then(stored, () => undefined))
  }

  peek(): void {
    const mine = this.mailbox
    const before = this.#certain()
    this.#watch(mine.peek().then((item) => this.#handedOut(mine, item, before)))
  }

  receive(): void {
    const mine = this.mailbox
    const before = this.#certain()
    this.waiting += 1
    this.#watch(
      mine.receive(5000, FOREVER).then((item) => {
        if (mine === this.mailbox) this.waiting -= 1
        if (item !== 'interrupted') this.#handedOut(mine, item, before)
      }),
    )
  }

  remove(id: number): void {
    const mine = this.mailbox
    this.#watch(
      mine.remove(id).then(
        (gone) => {
          if (!gone) return
          this.removed.set(id, (this.removed.get(id) ?? 0) + 1)
          assert.ok(!this.store.rows.some((row) => row.receiptId === id), 'true only when it is durably gone')
        },
        () => undefined,
      ),
    )
  }

  expire(count: number): void {
    this.expired ||= this.store.rows.length > 0 && count > 0
    this.store.expire(count)
  }

  clear(): void {
    this.#watch(this.mailbox.clear().catch(() => undefined))
  }

  /** The process dies and starts again: only what is durable counts. */
  crash(): void {
    this.store.crash()
    this.waiting = 0
    this.#generation += 1
    for (const row of this.store.rows) this.committed.set(row.receiptId, row.body)
    this.mailbox = this.#open()
  }

  /** Everything under way ends well. */
  async settle(): Promise<void> {
    do {
      this.store.readNext()
      this.store.applyNext(true)
      this.store.notifyNext()
      this.store.reportExpiry(this.mailbox)
      await breath()
    } while (this.store.busy)
    if (this.errors.length > 0) throw this.errors[0] as Error
  }

  /** Whatever was there when a call began and still is must not have been passed over. */
  #handedOut(mine: Mailbox, item: Notification | null, before: readonly number[]): void {
    if (mine !== this.mailbox) return
    const throughout = before.filter((id) => this.store.rows.some((row) => row.receiptId === id))
    const oldest = throughout[0] ?? Infinity
    assert.ok((item?.receiptId ?? Infinity) <= oldest, 'the oldest comes first, and nothing is hidden')
    if (item === null) return
    assert.equal(item.body, this.committed.get(item.receiptId), 'only what is durable is handed out')
    this.lastSeen = item.receiptId
  }

  #certain(): readonly number[] {
    return this.store.rows.map((row) => row.receiptId).filter((id) => this.committed.has(id))
  }

  #watch(promise: Promise<unknown>): void {
    promise.catch((error: unknown) => this.errors.push(error))
  }
}

const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const MOVES = {
  post: (scene, n) => scene.post(n % 4),
  peek: (scene) => scene.peek(),
  receive: (scene) => scene.receive(),
  removeSeen: (scene) => scene.remove(scene.lastSeen),
  removeOther: (scene, n) => scene.remove(n),
  clear: (scene) => scene.clear(),
  interrupt: (scene) => scene.mailbox.interrupt(),
  expire: (scene, n) => scene.expire(n % 3),
  report: (scene) => scene.store.reportExpiry(scene.mailbox),
  crash: (scene) => scene.crash(),
  store: (scene, n) => runStore(scene.store, n),
} as const satisfies Readonly<Record<string, (scene: Scene, n: number) => void>>
type Step = readonly [keyof typeof MOVES, number]

function runStore(store: PacedStore, n: number): void {
  const [applies, reads, notifies] = [n & 1, n & 2, n & 4]
  if (applies > 0) store.applyNext(n < 20)
  if (reads > 0) store.readNext()
  if (notifies > 0) store.notifyNext()
}

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant('store' as const) },
    { weight: 5, arbitrary: fc.constantFrom('post', 'peek', 'removeSeen') },
    { weight: 2, arbitrary: fc.constantFrom('receive', 'removeOther', 'expire', 'report') },
    { weight: 1, arbitrary: fc.constantFrom('clear', 'interrupt', 'crash') },
  ),
  fc.nat(23),
)

describe('Mailbox, under any interleaving', () => {
  test('hands out the oldest, loses and hides nothing, removes only the head, never repeats an id', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 150, size: '+1' }),
        fc.array(fc.boolean()),
        async (steps, pauses) => {
          const scene = new Scene()
          for (const [index, each] of steps.entries()) {
            MOVES[each[0]](scene, each[1])
            if (pauses[index % Math.max(pauses.length, 1)] !== false) await breath()
          }
          await scene.settle()
          assertCounted(scene)
          await assertWaitersWereServed(scene)
          await assertDrains(scene)
        },
      ),
      { numRuns: 1500 },
    )
  })
})

function assertCounted({ store, mailbox, removed, expired }: Scene): void {
  // Rows that the retention job took while a removal was under way are the one thing that blurs the count, until it is empty.
  if (!expired) assert.equal(mailbox.count, store.rows.length)
  for (const [id, times] of removed) assert.equal(times, 1, `${String(id)} was removed once`)
  assert.ok(
    store.highest <= Math.max(store.receiptsUpTo, 0),
    'every id that was ever used is covered by the stored limit',
  )
}

async function assertWaitersWereServed(scene: Scene): Promise<void> {
  if (scene.store.rows.length > 0) assert.equal(scene.waiting, 0, 'nobody waits while something is there')
  scene.clock.skip(6000)
  await scene.settle()
  assert.equal(scene.waiting, 0, 'nobody waits longer than asked')
}

async function assertDrains(scene: Scene): Promise<void> {
  const { store, mailbox } = scene
  const expected = store.rows.map((row) => row.receiptId)
  const drained: number[] = []
  for (;;) {
    let item: Notification | null | undefined
    void mailbox.peek().then((found) => (item = found))
    await scene.settle()
    if (item === undefined || item === null) break
    drained.push(item.receiptId)
    void mailbox.remove(item.receiptId)
    await scene.settle()
  }
  assert.deepEqual(drained, expected)
  assert.equal(mailbox.count, 0)
  assert.equal(mailbox.isEmpty, true)
}
