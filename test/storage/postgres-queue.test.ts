// Truth: a group of batches comes to the same as the batches one after the other, and a database that has nothing to do is given work.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeal } from '../../src/lib/seal.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { OPERATIONS } from '../../src/storage/sql/batch-code.ts'
import { lanesOf } from '../../src/storage/sql/batch-lanes.ts'
import { stepsOf } from '../../src/storage/sql/postgres/batch-steps.ts'
import { CommitQueue } from '../../src/storage/sql/postgres/commit-queue.ts'
import { shapeOf } from '../../src/storage/sql/postgres/group-shape.ts'
import type { PgLike } from '../../src/storage/sql/postgres/pg-like.ts'
import { takeGroup } from '../../src/storage/sql/postgres/take-batches.ts'
import type { Waiting } from '../../src/storage/sql/postgres/waiting.ts'
import type { Batch, Guard, Write } from '../../src/storage/store.ts'
import * as sample from './samples.ts'

const seal = createSeal(sample.KEY)
const chat = sample.CHAT

/** One of the two instances of a case, and one of the few rows of it. */
interface Place {
  readonly instance: InstanceId
  readonly row: number
}

interface Part {
  readonly guards?: readonly Guard[]
  readonly writes?: readonly Write[]
  /** What it adds, changes or looks for. */
  readonly names: readonly string[]
  readonly adds: boolean
}

/** Every kind that goes with others and names a row. */
const PARTS: Readonly<Record<string, (place: Place) => Part>> = {
  asked: ({ instance, row }) => ({
    writes: [sample.addMessage(instance, `m${row}`)],
    names: [`message ${instance} m${row}`],
    adds: true,
  }),
  plain: ({ instance, row }) => ({
    writes: [sample.addMessage(instance, `m${row}`, { byApi: false })],
    names: [`message ${instance} m${row}`],
    adds: true,
  }),
  newMessage: ({ instance, row }) => ({
    guards: [{ kind: 'newMessage', row: sample.message(instance, `m${row}`, { byApi: false }) }],
    names: [`message ${instance} m${row}`],
    adds: true,
  }),
  fresh: ({ instance, row }) => ({
    guards: [{ kind: 'fresh', instance, chat, id: sample.messageId(`m${row}`) }],
    names: [`message ${instance} m${row}`],
    adds: true,
  }),
  status: ({ instance, row }) => ({
    writes: [
      {
        kind: 'message.status',
        instance,
        id: sample.messageId(`m${row}`),
        chat,
        status: 'sent',
        description: '',
        at: 5,
      },
    ],
    names: [`message ${instance} m${row}`],
    adds: false,
  }),
  body: ({ instance, row }) => ({
    writes: [{ kind: 'message.body', instance, id: sample.messageId(`m${row}`), chat, body: '{}' }],
    names: [`message ${instance} m${row}`],
    adds: false,
  }),
  edited: ({ instance, row }) => ({
    writes: [{ kind: 'message.mark', instance, id: sample.messageId(`m${row}`), chat, mark: 'edited' }],
    names: [`message ${instance} m${row}`],
    adds: false,
  }),
  deleted: ({ instance, row }) => ({
    writes: [{ kind: 'message.mark', instance, id: sample.messageId(`m${row}`), chat, mark: 'deleted' }],
    names: [`message ${instance} m${row}`],
    adds: false,
  }),
  receipt: ({ instance, row }) => ({
    writes: [
      {
        kind: 'receipt.put',
        instance,
        id: sample.messageId(`m${row}`),
        receipt: { participant: chat, status: 'read', at: 5 },
      },
    ],
    names: [`receipt ${instance} m${row}`],
    adds: false,
  }),
  file: ({ instance, row }) => ({
    writes: [{ kind: 'file.put', instance, file: { at: 'here', sha256: `${row}`.repeat(64), size: 1 }, at: 5 }],
    names: [`file ${instance} ${row}`],
    adds: false,
  }),
  queued: ({ instance, row }) => ({
    guards: [{ kind: 'queued', instance, position: row }],
    names: [`outbox ${instance} ${row}`],
    adds: false,
  }),
  enqueued: ({ instance, row }) => ({
    writes: [{ kind: 'outbox.add', instance, position: row, id: sample.messageId(`m${row}`), at: 5 }],
    names: [`outbox ${instance} ${row}`],
    adds: true,
  }),
  claimed: ({ instance, row }) => ({
    writes: [{ kind: 'outbox.claim', instance, position: row, epoch: sample.EPOCH, deadline: 5 }],
    names: [`outbox ${instance} ${row}`],
    adds: false,
  }),
  released: ({ instance, row }) => ({
    writes: [{ kind: 'outbox.release', instance, position: row }],
    names: [`outbox ${instance} ${row}`],
    adds: false,
  }),
  removed: ({ instance, row }) => ({
    writes: [{ kind: 'outbox.remove', instance, position: row }],
    names: [`outbox ${instance} ${row}`],
    adds: false,
  }),
  notified: ({ instance, row }) => ({
    writes: [sample.notify(instance, row)],
    names: [`mailbox ${instance} ${row}`],
    adds: true,
  }),
  failed: ({ instance, row }) => ({
    writes: [sample.attempted(instance, row, { status: 500 })],
    names: [`mailbox ${instance} ${row}`],
    adds: false,
  }),
  delivered: ({ instance, row }) => ({
    writes: [sample.attempted(instance, row), { kind: 'mailbox.remove', instance, receiptId: row }],
    names: [`mailbox ${instance} ${row}`, `failing ${instance} ${row}`],
    adds: false,
  }),
  secret: ({ instance, row }) => ({
    writes: [{ kind: 'secret.put', instance, name: `s${row}`, value: new Uint8Array(1) }],
    names: [`secret ${instance} ${row}`],
    adds: false,
  }),
  forgotten: ({ instance, row }) => ({
    writes: [{ kind: 'secret.put', instance, name: `s${row}`, value: null }],
    names: [`secret ${instance} ${row}`],
    adds: false,
  }),
  state: ({ instance }) => ({
    writes: [{ kind: 'instance.state', instance, state: 'authorized', linked: null }],
    names: [`instance ${instance}`],
    adds: false,
  }),
  named: ({ instance }) => ({
    writes: [{ kind: 'instance.name', instance, name: 'n' }],
    names: [`instance ${instance}`],
    adds: false,
  }),
  sent: ({ instance }) => ({
    writes: [{ kind: 'instance.sent', instance, at: 5 }],
    names: [`instance ${instance}`],
    adds: false,
  }),
  receipts: ({ instance, row }) => ({
    writes: [{ kind: 'instance.receipts', instance, upTo: row }],
    names: [`instance ${instance}`],
    adds: false,
  }),
  created: ({ instance }) => ({
    writes: [{ ...sample.addInstance(instance), isUnlimited: true } as Write],
    names: [`instance ${instance}`, `lease ${instance}`],
    adds: true,
  }),
  // Of no instance: batches about several may name one.
  once: ({ row }) => ({ guards: [sample.once(`k${row}`)], names: [`answer ${row}`], adds: true }),
  event: ({ row }) => ({ writes: [sample.addEvent(`e${row}`)], names: [`event ${row}`], adds: true }),
}

const place = fc.record({
  instance: fc.constantFrom(sample.FIRST, sample.SECOND),
  row: fc.integer({ min: 1, max: 3 }),
})
/** A batch is about one instance. */
const batches = (kinds: readonly string[]) =>
  fc.array(
    fc
      .tuple(place, fc.array(fc.tuple(fc.constantFrom(...kinds), place), { minLength: 1, maxLength: 3 }))
      .map(([{ instance }, all]) => all.map(([of, { row }]) => partOf(of, { instance, row }))),
    { minLength: 1, maxLength: 12 },
  )

function partOf(of: string, at: Place): Part {
  const make = PARTS[of]
  if (make === undefined) throw new Error(`no part ${of}`)
  return make(at)
}

function batchOf(all: readonly Part[]): Batch {
  return { guards: all.flatMap(({ guards = [] }) => guards), writes: all.flatMap(({ writes = [] }) => writes) }
}

function waitingOf(batch: Batch): Waiting {
  const steps = stepsOf(batch, seal)
  const nobody = () => undefined
  const until = Number.POSITIVE_INFINITY
  return { batch, steps, lanes: lanesOf(batch), until, shape: shapeOf(steps), resolve: nobody, reject: nobody }
}

void test('every statement that names a row for many batches is among the kinds here', () => {
  const place = { instance: sample.FIRST, row: 1 }
  const seen = new Set(
    Object.values(PARTS).flatMap((make) => stepsOf(batchOf([make(place)]), seal).map(({ operation }) => operation)),
  )
  // No other statement says so of what the first one of these says.
  const missing = OPERATIONS.filter((operation) => operation.many?.row !== undefined && !seen.has(operation))
  assert.deepEqual(
    missing.map(({ sql }) => sql),
    [],
  )
})

const ADDING = Object.keys(PARTS).filter((of) => partOf(of, { instance: sample.FIRST, row: 1 }).adds)

for (const [what, kinds] of Object.entries({ anything: Object.keys(PARTS), 'only what adds': ADDING })) {
  void test(`what shares a group names no row twice, and of one instance only what adds shares one: ${what}`, () => {
    fc.assert(
      fc.property(batches(kinds), (all) => {
        const known = new Map(all.map((of) => [waitingOf(batchOf(of)), of]))
        const waiting = [...known.keys()]
        const group = takeGroup(waiting, new Set())

        namesNothingTwice(group.map((one) => known.get(one) ?? []))
        changesBesideNobody(group.map((one) => ({ one, adds: known.get(one)?.every(({ adds }) => adds) === true })))
        overtakesNobody([...known.keys()], group)
        assert.equal(group.length + waiting.length, all.length)
        const [first] = known.keys()
        if (first?.shape !== undefined) assert.ok(group.includes(first), 'the first goes')
      }),
      { numRuns: 2000 },
    )
  })
}

function namesNothingTwice(group: readonly (readonly Part[])[]): void {
  const all = group.flatMap((parts) => [...new Set(parts.flatMap(({ names }) => names))])
  assert.equal(new Set(all).size, all.length, `a row is named twice: ${all.join(', ')}`)
}

function changesBesideNobody(group: readonly { readonly one: Waiting; readonly adds: boolean }[]): void {
  for (const { one, adds } of group) {
    const beside = group.filter(
      (other) => other.one !== one && [...one.lanes].some((lane) => other.one.lanes.has(lane)),
    )
    assert.ok(beside.length === 0 || adds, 'something is changed beside others')
  }
}

/** Of what is about the same, nobody goes before who came before. */
function overtakesNobody(all: readonly Waiting[], group: readonly Waiting[]): void {
  for (const [at, one] of all.entries()) {
    if (!group.includes(one)) continue
    const passed = all.slice(0, at).filter((other) => !group.includes(other))
    assert.ok(passed.every(({ lanes }) => [...lanes].every((lane) => !one.lanes.has(lane))))
  }
}

void test('a group sets out as soon as eight wait, and not only at the end of the turn', async () => {
  const begun: (() => void)[] = []
  const db: PgLike = {
    read: () => Promise.reject(new Error('nothing is read')),
    transaction: async (work) => {
      await new Promise<void>((resolve) => begun.push(resolve))
      return await work({ run: () => Promise.resolve([]), commit: () => Promise.resolve([]) })
    },
    close: () => Promise.resolve(),
  }
  const queue = new CommitQueue(db)
  const all: Promise<unknown>[] = []
  const add = (n: number) => {
    const batch = sample.batch(sample.enqueue(sample.FIRST, n, `m${n}`), [sample.owns(sample.FIRST)])
    all.push(new Promise((resolve, reject) => queue.add({ ...waitingOf(batch), resolve, reject })))
  }
  for (let n = 1; n < 8; n++) add(n)
  assert.equal(begun.length, 0)
  add(8)
  assert.equal(begun.length, 1)
  for (let n = 9; n < 12; n++) add(n)
  begun[0]?.()
  await Promise.resolve()
  // What came before it took its batches goes with it; what the turn brings behind that goes at its end.
  assert.equal(begun.length, 1)
  await Promise.all(all)
  assert.equal(begun.length, 1)
})

void test('what a turn brings behind an early group does not wait for its commit', async () => {
  let begun = 0
  const commits: (() => void)[] = []
  const db: PgLike = {
    read: () => Promise.reject(new Error('nothing is read')),
    transaction: (work) => {
      begun++
      const commit = () => new Promise<readonly []>((resolve) => commits.push(() => resolve([])))
      return work({ run: commit, commit })
    },
    close: () => Promise.resolve(),
  }
  const queue = new CommitQueue(db)
  const all: Promise<unknown>[] = []
  for (let n = 1; n <= 12; n++) {
    const on = (sample.FIRST + n) as InstanceId
    const batch = sample.batch(sample.enqueue(on, n, `m${n}`), [sample.owns(on)])
    all.push(new Promise((resolve, reject) => queue.add({ ...waitingOf(batch), resolve, reject })))
    await Promise.resolve()
  }
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(begun, 2)
  for (const commit of commits) commit()
  await Promise.all(all)
})

void test('messages of one instance that are added in two ways keep their order: they share no group', () => {
  const [asked, plain] = ['asked', 'plain'].map((of, row) => [partOf(of, { instance: sample.FIRST, row })])
  const apart = [asked, plain, asked].map((of = [], n) =>
    waitingOf(batchOf(n === 2 ? [partOf('asked', { instance: sample.FIRST, row: 7 })] : of)),
  )
  assert.equal(takeGroup(apart, new Set()).length, 1)
  assert.equal(waitingOf(batchOf([...(asked ?? []), ...(plain ?? [])])).shape, undefined)
  const notified = waitingOf(batchOf([partOf('notified', { instance: sample.FIRST, row: 1 })]))
  assert.equal(takeGroup([notified, ...[plain, asked].map((of = []) => waitingOf(batchOf(of)))], new Set()).length, 2)
})
