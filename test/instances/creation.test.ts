// Truth: an instance is made together with what stands beside it, or not at all; what its account hears of it is in the same batch.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Instance } from '../../src/instances/instance.ts'
import { isRefusedBy } from '../../src/instances/refused-by.ts'
import type { AccountId } from '../../src/model/ids.ts'
import type { InstanceRow } from '../../src/model/instance.ts'
import { isRepeated } from '../../src/model/once.ts'
import type { Batch, Guard, Write } from '../../src/storage/store.ts'
import { ACCOUNT, newInstance, openWorld, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
let batches: Batch[] = []
let accounts = 0
let account = ACCOUNT

before(async () => {
  world = await openWorld()
  domain = await start()
})
after(() => world.close())
beforeEach(() => {
  accounts += 1
  account = `acc-new-${String(accounts)}` as AccountId
  batches = []
})

const newsOf = (type: string, { id }: InstanceRow): Write => ({
  kind: 'audit.add',
  entry: { at: 1, actor: 'system', action: type, account, target: String(id), details: {} },
})

const start = (): Promise<Domain> =>
  world.startWith({
    node: { news: (type, row) => [newsOf(type, row)] },
    around: (inner) => ({
      ...inner,
      commit: (batch) => {
        batches.push(batch)
        return inner.commit(batch)
      },
    }),
  })

const wanted = { messenger: 'whatsapp', name: 'x', settings: {}, tariff: 'BUSINESS', paidUntil: 5 } as const
const atMost = (limit: number): Guard => ({ kind: 'instances', account, tariff: null, limit })
const note = (row: InstanceRow): Write => newsOf('paid', row)
const actions = async (): Promise<string[]> => {
  const entries = await domain.node.store.audit.list({ account }, 100)
  return entries.map(({ action, target }) => `${action} ${target}`).reverse()
}

test('with what it is beside, in one batch; tariff and paid time outlive a restart', async () => {
  const made = await domain.instances.create(account, {
    ...wanted,
    beside: (row) => ({ guards: [atMost(1)], writes: [note(row)] }),
  })
  assert.ok(made instanceof Instance)
  const id = String(made.id)
  assert.deepEqual(
    batches.map(({ guards, writes }) => [guards.map((each) => each.kind), writes.map((each) => each.kind)]),
    [
      [
        ['sequence', 'instances'],
        ['instance.add', 'audit.add', 'audit.add'],
      ],
    ],
  )
  assert.deepEqual(await actions(), [`instance.created ${id}`, `paid ${id}`])
  await domain.stop()
  domain = await start()
  assert.equal(domain.instances.get(made.id)?.paidUntil, 5)
  const [stored] = (await domain.node.store.instances.all()).filter((row) => row.id === made.id)
  assert.deepEqual([stored?.tariff, stored?.paidUntil], ['BUSINESS', 5])
})

test('a guard of what is beside it refuses: nothing is made or told, and the guard is named', async () => {
  const beside = (row: InstanceRow): Batch => ({ guards: [atMost(0)], writes: [note(row)] })
  const refused = await domain.instances.create(account, { ...wanted, beside })
  assert.ok(isRefusedBy(refused))
  assert.deepEqual(refused.refusedBy, atMost(0))
  assert.deepEqual([await actions(), domain.instances.ofAccount(account)], [[], []])
  assert.ok((await newInstance(domain)).id > 0)
})

test('of many at once as many are made as there may be', async () => {
  const beside = (): Batch => ({ guards: [atMost(3)], writes: [] })
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, () => domain.instances.create(account, { ...wanted, beside })),
  )
  assert.equal(outcomes.filter((outcome) => outcome instanceof Instance).length, 3)
  assert.equal(outcomes.filter(isRefusedBy).length, 9)
  assert.equal(domain.instances.ofAccount(account).length, 3)
})

test('a call that was made before is told so, though there would be no room for another', async () => {
  const create = () =>
    domain.instances.create(account, {
      ...wanted,
      once: ({ id }) => ({
        kind: 'once',
        scope: account,
        key: 'k',
        bodyHash: 'h',
        answer: String(id),
        at: Date.now(),
      }),
      beside: () => ({ guards: [atMost(1)], writes: [] }),
    })
  const made = await create()
  assert.ok(made instanceof Instance)
  const again = await create()
  assert.ok(isRepeated(again))
  assert.equal(again.earlier.answer, String(made.id))
})

test('a deletion, new settings and a new token are stored with what is beside them', async () => {
  const made = await domain.instances.create(account, wanted)
  assert.ok(made instanceof Instance)
  const said = (action: string): readonly Write[] => [
    { kind: 'audit.add', entry: { at: 1, actor: 'operator', action, account, target: '', details: {} } },
  ]
  await made.update({ name: 'another' }, said('changed'))
  await made.renewToken(said('renewed'))
  assert.equal(await domain.instances.delete(made, said('deleted')), true)
  assert.equal(await domain.instances.delete(made, said('deleted')), false)
  const id = String(made.id)
  assert.deepEqual(await actions(), [
    `instance.created ${id}`,
    'changed ',
    'renewed ',
    `instance.deleted ${id}`,
    'deleted ',
  ])
})

test('time is not bought for what was deleted meanwhile', async () => {
  const made = await domain.instances.create(account, wanted)
  assert.ok(made instanceof Instance)
  await domain.instances.delete(made)
  const before = await actions()
  const refused = await made.changeTariff(
    { tariff: 'BUSINESS', paidUntil: 10 },
    { guards: [], writes: [newsOf('paid', { id: made.id } as InstanceRow)] },
  )
  assert.ok(isRefusedBy(refused))
  assert.deepEqual([await actions(), made.paidUntil], [before, 5])
})
