import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ChatId, Epoch, InstanceId } from '../../../src/model/ids.ts'
import { MESSAGE_STATUSES } from '../../../src/model/message.ts'
import type { Batch, Committed, Guard, Store, Write } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'
import { StoreModel } from '../store-model.ts'

const { FIRST, SECOND } = sample
const INSTANCES = [FIRST, SECOND] as const
const IDS = ['a', 'b', 'c', 'd'] as const

const instance = fc.constantFrom(...INSTANCES)
const chat = fc.constantFrom('1@c.us', '2@c.us', sample.CHAT).map((some) => some as ChatId)
const month = '2026-11'
const id = fc.constantFrom(...IDS).map(sample.messageId)
const small = fc.integer({ min: 1, max: 5 })
const at = fc.integer({ min: 0, max: 100 })

/** Few ids and positions, so that most writes meet what others left; doubles make batches fail. */
const write: fc.Arbitrary<Write> = fc.oneof(
  fc
    .record({ instance, id, chat: fc.constantFrom('1@c.us', '2@c.us'), direction: fc.constantFrom('in', 'out'), at })
    .map((some) => sample.addMessage(some.instance, some.id, { ...some, chat: some.chat as ChatId, byApi: false })),
  fc.record({ instance, id, position: small, at }).map((some): Write => ({ kind: 'outbox.add', ...some })),
  fc.record({ instance, id, at }).map((some) => sample.addMessage(some.instance, some.id, { at: some.at })),
  fc
    .record({ instance, id, chat, body: fc.constantFrom('"1"', '"2"') })
    .map((some): Write => ({ kind: 'message.body', ...some })),
  fc
    .record({ instance, id, chat, mark: fc.constantFrom('edited', 'deleted') })
    .map((some): Write => ({ kind: 'message.mark', ...some })),
  fc
    .record({
      instance,
      id,
      chat,
      status: fc.constantFrom(...MESSAGE_STATUSES),
      description: fc.string({ maxLength: 3 }),
      at,
    })
    .map((some): Write => ({ kind: 'message.status', ...some, description: some.description.replaceAll('\0', '') })),
  fc
    .record({ instance, position: small, epoch: small.map((n) => n as Epoch), deadline: at })
    .map((some): Write => ({ kind: 'outbox.claim', ...some })),
  fc.record({ instance, position: small }).map((some): Write => ({ kind: 'outbox.release', ...some })),
  fc.record({ instance, position: small }).map((some): Write => ({ kind: 'outbox.remove', ...some })),
  fc.record({ instance, upTo: small, at }).map((some): Write => ({ kind: 'outbox.fail', description: 'x', ...some })),
  fc.record({ instance, receiptId: small, at }).map((some) => sample.notify(some.instance, some.receiptId, some.at)),
  fc.record({ instance, receiptId: small }).map((some): Write => ({ kind: 'mailbox.remove', ...some })),
  fc.record({ instance, upTo: small }).map((some): Write => ({ kind: 'mailbox.clear', ...some })),
  fc
    .record({ instance, receiptId: small, at })
    .map((some) => sample.attempted(some.instance, some.receiptId, { ...some, status: 500 })),
  fc
    .record({ instance, name: fc.constantFrom('x', 'y'), value: fc.option(fc.uint8Array({ maxLength: 4 })) })
    .map((some): Write => ({ kind: 'secret.put', ...some })),
  instance.map((on): Write => ({ kind: 'secret.clear', instance: on })),
  instance.map((on): Write => ({ kind: 'secret.clear', instance: on, keeping: 'x' })),
)
const guard: fc.Arbitrary<Guard> = fc.oneof(
  { weight: 6, arbitrary: instance.map((on) => sample.owns(on)) },
  { weight: 1, arbitrary: instance.map((on) => sample.owns(on, 2 as Epoch)) },
  { weight: 2, arbitrary: small.map((n) => sample.once(`k${n}`)) },
  { weight: 2, arbitrary: small.map((value): Guard => ({ kind: 'sequence', messenger: 'v3', value })) },
  {
    weight: 2,
    arbitrary: small.map((limit): Guard => ({ kind: 'quota', instance: FIRST, month, what: 'x', limit })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ chat, limit: small })
      .map((of): Guard => ({ kind: 'correspondent', instance: FIRST, month, ...of })),
  },
  {
    weight: 2,
    arbitrary: fc.record({ instance, position: small }).map((of): Guard => ({ kind: 'queued', ...of })),
  },
  { weight: 2, arbitrary: fc.record({ instance, chat, id }).map((of): Guard => ({ kind: 'fresh', ...of })) },
  {
    weight: 3,
    arbitrary: fc.record({ instance, chat, id }).map(({ instance: on, chat, id }): Guard => {
      return { kind: 'newMessage', row: sample.message(on, id, { chat, byApi: false }) }
    }),
  },
)
const batches = fc.array(
  fc.record({ guards: fc.array(guard, { maxLength: 2 }), writes: fc.array(write, { maxLength: 3 }) }),
  {
    maxLength: 12,
  },
)

export function properties(fresh: Fresh): void {
  const changes = INSTANCES.map((on): Write => ({ kind: 'mailbox.remove', instance: on, receiptId: 0 }))
  storeTest(fresh, 'random batches, handed over at once, end as in the model', (store) => runRandomly(store, changes))

  // An engine that puts batches together does so even within an instance, where all of them only add.
  const change = { state: 'authorized', wid: '', at: 1 } as const
  const additions = INSTANCES.map((on): Write => ({ kind: 'state.add', instance: on, change }))
  storeTest(fresh, 'random batches that add end as in the model', (store) => runRandomly(store, additions))
}

/** Every batch is about both instances, so that the order is that of the calls; `about` says so and does nothing that is looked at. */
async function runRandomly(store: Store, about: readonly Write[]): Promise<void> {
  await sample.commit(store, ...INSTANCES.map((on) => sample.addInstance(on)))
  const check = fc.asyncProperty(batches, async (some) => {
    const model = new StoreModel(sample.EPOCH)
    const left = await leftovers(store, model)
    const ordered = [left, ...some.map(({ guards, writes }) => ({ guards, writes: [...about, ...writes] }))]
    const outcomes = await Promise.all(ordered.map((batch) => store.commit(batch).then(said(batch), () => 'failed')))
    const expected = ordered.map((batch) => model.commit(batch))
    assert.deepEqual(outcomes, expected)
    await compare(store, model)
  })
  await fc.assert(check, { numRuns: 60 })
}

const said =
  (batch: Batch) =>
  (committed: Committed): number | 'ok' =>
    committed.ok ? 'ok' : batch.guards.indexOf(committed.refusedBy)

/** Empties the store for the next run, and tells the model what can't be emptied. */
async function leftovers(store: Store, model: StoreModel): Promise<Batch> {
  await store.sweep('answers', Number.MAX_SAFE_INTEGER, 1000)
  await store.sweep('usage', Number.MAX_SAFE_INTEGER, 1000)
  model.rows.sequence = await store.instances.lastId('v3')
  const writes = INSTANCES.flatMap((on): Write[] => [
    ...[1, 2, 3, 4, 5].map((position): Write => ({ kind: 'outbox.remove', instance: on, position })),
    { kind: 'mailbox.clear', instance: on, upTo: 9 },
    { kind: 'secret.clear', instance: on },
  ])
  const empty = { guards: [], writes }
  await store.commit(empty)
  await store.sweep('messages', Number.MAX_SAFE_INTEGER, 1000)
  await store.sweep('deliveries', Number.MAX_SAFE_INTEGER, 1000)
  return empty
}

async function compare(store: Store, model: StoreModel): Promise<void> {
  const { rows } = model
  assert.equal(await store.instances.lastId('v3'), rows.sequence)
  for (const n of [1, 2, 3, 4, 5]) {
    assert.equal((await store.answers.find('scope-1', `k${n}`))?.answer, rows.answers.get(`k${n}`))
  }
  assert.deepEqual(await store.usage.ofMonth(FIRST, month), rows.used)
  assert.deepEqual(await store.usage.correspondents(FIRST, month), rows.correspondents)
  for (const on of INSTANCES) {
    for (const some of IDS) {
      const newest = rows.messages.findLast((row) => row.instance === on && row.id === some)
      assert.deepEqual(await store.journal.find(on, sample.messageId(some)), newest ?? null)
    }
    await compareOutbox(store, model, on)
    await compareMailbox(store, model, on)
    for (const name of ['x', 'y']) {
      const secret = await store.secrets.get(on, name)
      assert.deepEqual(secret === null ? undefined : [...secret], rows.secrets.get(`${on}/${name}`))
    }
  }
}

/** An item whose message isn't in the journal can't be sent, so it is nowhere to be seen. */
async function compareOutbox(store: Store, { rows }: StoreModel, on: InstanceId): Promise<void> {
  const sendable = rows.messages.filter((row) => row.instance === on && row.byApi)
  const queued = rows.outbox
    .filter((item) => item.instance === on && sendable.some((row) => row.id === item.id))
    .toSorted((a, b) => a.position - b.position)
  assert.deepEqual((await store.outbox.list(on, 100)).map(whole), queued.map(whole))
  assert.equal((await store.outbox.next(on))?.position, queued.find(({ claim }) => claim === null)?.position)
  assert.deepEqual(
    (await store.outbox.claimed(on)).map(({ position, epoch, deadline }) => [position, epoch, deadline]),
    queued.flatMap(({ position, claim }) => (claim === null ? [] : [[position, claim.epoch, claim.deadline]])),
  )
}

async function compareMailbox(store: Store, { rows }: StoreModel, on: InstanceId): Promise<void> {
  const mailbox = rows.mailbox.filter((row) => row.instance === on).toSorted((a, b) => a.receiptId - b.receiptId)
  assert.equal((await store.mailbox.head(on))?.receiptId, mailbox[0]?.receiptId)
  const size = (await store.mailbox.sizes()).find((known) => known.instance === on)
  assert.deepEqual([size?.count ?? 0, size?.last], [mailbox.length, mailbox.at(-1)?.receiptId])
  for (const receiptId of [1, 2, 3, 4, 5]) {
    const found = await store.deliveries.find(on, receiptId)
    assert.deepEqual(found?.attempts, rows.deliveries.get(`${on}/${receiptId}`))
  }
}

function whole(item: { position: number; id: string; at?: number; enqueuedAt?: number }): unknown[] {
  return [item.position, item.id, item.at ?? item.enqueuedAt]
}
