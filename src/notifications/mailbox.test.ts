// Truth: the mailbox's documented promises, one by one, on a store that is a list in memory.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SkippingClock } from '../lib/skipping-clock.ts'
import type { InstanceId } from '../model/ids.ts'
import type { Notification, Write } from '../storage/store.ts'
import { Mailbox, type MailboxHost } from './mailbox.ts'

const INSTANCE = 1101000001 as InstanceId
const NEVER = new AbortController().signal

class MemoryHost implements MailboxHost {
  rows: Notification[] = []
  reads = 0
  commits = 0
  broken = false
  readonly clock = new SkippingClock()

  commit(writes: readonly Write[]): Promise<void> {
    if (this.broken) return Promise.reject(new Error('disk full'))
    this.commits += 1
    for (const write of writes) {
      if (write.kind === 'mailbox.add') this.rows.push({ receiptId: write.receiptId, body: write.body, at: write.at })
      else if (write.kind === 'mailbox.remove') this.rows = this.rows.filter((row) => row.receiptId !== write.receiptId)
      else if (write.kind === 'mailbox.clear') this.rows = this.rows.filter((row) => row.receiptId > write.upTo)
    }
    return Promise.resolve()
  }

  head(): Promise<Notification | null> {
    this.reads += 1
    return Promise.resolve(this.rows[0] ?? null)
  }

  now = (): number => this.clock.now()
  after = (delayMs: number, callback: () => void) => this.clock.after(delayMs, callback)
}

function open(host = new MemoryHost(), receiptsUpTo = 0): { host: MemoryHost; mailbox: Mailbox } {
  const last = host.rows.at(-1)?.receiptId ?? 0
  return { host, mailbox: new Mailbox(INSTANCE, host, { count: host.rows.length, last, receiptsUpTo }) }
}

async function post(mailbox: Mailbox, host: MemoryHost, ...bodies: string[]): Promise<void> {
  const posted = mailbox.post(bodies, 7)
  await host.commit(posted.writes)
  posted.committed()
}

const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Mailbox', () => {
  test('a clock that is set back while somebody waits does not make the wait longer', async () => {
    const host = new MemoryHost()
    const { mailbox } = open(host)
    const began = host.clock.now()
    const received = mailbox.receive(5000, NEVER)
    await breath()
    host.now = () => host.clock.now() - 3_600_000
    host.clock.skip(5000)
    assert.equal(await received, null)
    assert.ok(host.clock.now() - began < 6000)
  })

  test('what is posted into an empty mailbox is handed over and removed without a read of the store', async () => {
    const { host, mailbox } = open()
    for (const body of ['a', 'b', 'c']) {
      await post(mailbox, host, body)
      const item = await mailbox.peek()
      assert.equal(item?.body, body)
      assert.equal(await mailbox.remove(item.receiptId), true)
      assert.equal(await mailbox.peek(), null)
    }
    assert.equal(host.reads, 0)
    assert.equal(mailbox.count, 0)
  })

  test('each further item costs one read, however often it is asked for', async () => {
    const { host, mailbox } = open()
    await post(mailbox, host, 'a', 'b', 'c')
    const seen: string[] = []
    for (;;) {
      const item = (await Promise.all([mailbox.peek(), mailbox.peek(), mailbox.receive(5000, NEVER)]))[0]
      if (item === null) break
      seen.push(item.body)
      await mailbox.remove(item.receiptId)
      if (mailbox.isEmpty) break
    }
    assert.deepEqual(seen, ['a', 'b', 'c'])
    assert.equal(host.reads, 2)
  })

  test('an item keeps its receipt id until it is deleted', async () => {
    const { host, mailbox } = open()
    await post(mailbox, host, 'a')
    const first = await mailbox.receive(5000, NEVER)
    assert.deepEqual(await mailbox.receive(5000, NEVER), first)
    const again = open(host).mailbox
    assert.deepEqual(await again.receive(5000, NEVER), first)
  })

  test('what was not committed is not there, and leaves only a gap', async () => {
    const { host, mailbox } = open()
    mailbox.post(['lost'], 7)
    assert.equal(await mailbox.peek(), null)
    assert.equal(mailbox.count, 0)
    await post(mailbox, host, 'kept')
    assert.deepEqual(await mailbox.peek(), { receiptId: 2, body: 'kept', at: 7 })
  })

  test('only the head can be removed, and of several removals one is told so', async () => {
    const { host, mailbox } = open()
    await post(mailbox, host, 'a', 'b')
    assert.equal(await mailbox.remove(2), false)
    assert.equal(await mailbox.remove(99), false)
    assert.deepEqual(await Promise.all([mailbox.remove(1), mailbox.remove(1), mailbox.remove(2)]), [true, false, true])
    assert.equal(mailbox.count, 0)
  })

  test('a store that fails leaves everything as it was', async () => {
    const { host, mailbox } = open()
    await post(mailbox, host, 'a')
    host.broken = true
    await assert.rejects(mailbox.remove(1), /disk full/)
    await assert.rejects(mailbox.clear(), /disk full/)
    assert.equal(mailbox.count, 1)
    assert.equal((await mailbox.peek())?.receiptId, 1)
    host.broken = false
    assert.equal(await mailbox.remove(1), true)
  })

  test('clearing an empty mailbox writes nothing', async () => {
    const { host, mailbox } = open()
    await mailbox.clear()
    assert.equal(host.commits, 0)
    await post(mailbox, host, 'a', 'b')
    await mailbox.clear()
    assert.deepEqual([mailbox.count, host.rows.length, await mailbox.peek()], [0, 0, null])
  })

  test('onReady follows each change', async () => {
    const { host, mailbox } = open()
    let calls = 0
    mailbox.onReady = () => (calls += 1)
    await post(mailbox, host, 'a', 'b', 'c')
    assert.equal(calls, 1)
    await mailbox.remove(1)
    assert.equal(calls, 2)
    mailbox.expired(1, 2)
    assert.equal(calls, 3)
    await mailbox.clear()
    assert.equal(calls, 4)
  })
})

describe('receiving', () => {
  test('answers at once with what is there', async () => {
    const { host, mailbox } = open()
    await post(mailbox, host, 'a')
    assert.deepEqual(await mailbox.receive(5000, NEVER), { receiptId: 1, body: 'a', at: 7 })
  })

  test('everybody who waits gets the same item the moment it is committed, without a read', async () => {
    const { host, mailbox } = open()
    const waiting = [1, 2, 3].map(() => mailbox.receive(5000, NEVER))
    await breath()
    await post(mailbox, host, 'a', 'b')
    const items = await Promise.all(waiting)
    assert.deepEqual(
      items.map((item) => item !== null && item !== 'interrupted' && item.receiptId),
      [1, 1, 1],
    )
    assert.equal(host.reads, 0)
  })

  test('gives up after the time it was given, not before', async () => {
    const { host, mailbox } = open()
    let answer: unknown
    void mailbox.receive(60_000, NEVER).then((item) => (answer = item))
    await breath()
    host.clock.skip(50_000)
    await breath()
    assert.equal(answer, undefined)
    host.clock.skip(10_000)
    await breath()
    assert.equal(answer, null)
  })

  test('an item that somebody else took goes on being waited for within the same time', async () => {
    const { host, mailbox } = open()
    let answer: unknown
    void mailbox.receive(60_000, NEVER).then((item) => (answer = item))
    await breath()
    const posted = mailbox.post(['a'], 7)
    await host.commit(posted.writes)
    host.clock.skip(30_000)
    posted.committed()
    // A retention job that is quicker than the one who waits.
    host.rows = []
    mailbox.expired(1, 1)
    await breath()
    assert.equal(answer, undefined)
    host.clock.skip(30_000)
    await breath()
    assert.equal(answer, null)
  })

  test('ends when the caller goes away, and the item stays', async () => {
    const { host, mailbox } = open()
    const gone = new AbortController()
    const waiting = mailbox.receive(5000, gone.signal)
    await breath()
    gone.abort()
    assert.equal(await waiting, null)
    assert.equal(await mailbox.receive(5000, gone.signal), null)
    await post(mailbox, host, 'a')
    assert.equal(mailbox.count, 1)
  })

  test('is told when it was interrupted, also while it reads', async () => {
    const { host, mailbox } = open()
    const waiting = mailbox.receive(5000, NEVER)
    await breath()
    mailbox.interrupt()
    assert.equal(await waiting, 'interrupted')
    await post(mailbox, host, 'a', 'b')
    await mailbox.remove(1)
    const reading = mailbox.receive(5000, NEVER)
    mailbox.interrupt()
    assert.equal(await reading, 'interrupted')
    assert.notEqual(await mailbox.receive(5000, NEVER), 'interrupted')
  })
})

describe('receipt ids', () => {
  const limits = (writes: readonly Write[]): number[] =>
    writes.flatMap((write) => (write.kind === 'instance.receipts' ? [write.upTo] : []))
  const ids = (writes: readonly Write[]): number[] =>
    writes.flatMap((write) => (write.kind === 'mailbox.add' ? [write.receiptId] : []))

  test('start above whatever may have been handed out before the restart', () => {
    assert.deepEqual(ids(open(new MemoryHost(), 4000).mailbox.post(['a'], 7).writes), [4001])
    const host = new MemoryHost()
    host.rows = [{ receiptId: 17, body: 'old', at: 1 }]
    assert.deepEqual(ids(open(host, 9).mailbox.post(['a'], 7).writes), [18])
  })

  test('are reserved by one write in many batches, and never used beyond it', () => {
    const { mailbox } = open()
    let durable = 0
    let reservations = 0
    for (let index = 0; index < 5000; index += 1) {
      const posted = mailbox.post(['a', 'b'], 7)
      for (const upTo of limits(posted.writes)) {
        assert.ok(upTo > durable)
        durable = upTo
        reservations += 1
      }
      for (const id of ids(posted.writes)) assert.ok(id <= durable)
      posted.committed()
    }
    assert.ok(reservations <= 11, `${String(reservations)} reservations`)
  })

  test('are asked for again until a batch with them is durable, one batch larger than a block included', () => {
    const { mailbox } = open()
    const first = mailbox.post(['a'], 7)
    const second = mailbox.post(['b'], 7)
    assert.deepEqual(limits(second.writes), limits(first.writes))
    second.committed()
    assert.deepEqual(limits(mailbox.post(['c'], 7).writes), [])
    const large = mailbox.post(Array.from({ length: 3000 }, String), 7)
    assert.ok((limits(large.writes)[0] ?? 0) >= (ids(large.writes).at(-1) ?? Infinity))
  })
})
