// Truth: Register and JobChanges: every change goes by what was known, none is lost or done twice, however many nodes make them at one time.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/lib/log.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { systemRandom } from '../../src/lib/random.ts'
import type { AccountRow } from '../../src/model/account.ts'
import { isFault } from '../../src/model/fault.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { AddressRules } from '../../src/lib/address-rules.ts'
import { Accounts } from '../../src/partners/accounts.ts'
import { Hooks } from '../../src/partners/hooks.ts'
import { LowBalance } from '../../src/partners/low-balance.ts'
import { PriceList } from '../../src/partners/price-list.ts'
import { Register, RegisterMoved } from '../../src/partners/register.ts'
import type { ClusterStore } from '../../src/storage/cluster-store.ts'
import type { Batch, Store } from '../../src/storage/store.ts'
import { openTestStore } from '../support/test-database.ts'
import { noInstances } from './registry.ts'

const ITS_TABLES = /^(account|token|tariff|price|hook)\./
const NEVER = new AbortController().signal

let folder: string
let store: Store
/** What the database counts. */
let revision = 1
/** How often all accounts were read. */
let reads = 0

/** The register's guard and its count, as a database that several nodes share has them. */
function shared(inner: Store): Store {
  return {
    ...inner,
    accounts: { ...inner.accounts, all: () => ((reads += 1), inner.accounts.all()) },
    cluster: { register: () => Promise.resolve({ accounts: revision, instances: 0 }) } as ClusterStore,
    commit: (batch) => {
      const refusedBy = batch.guards.find((guard) => guard.kind === 'register' && guard.accounts !== revision)
      if (refusedBy !== undefined) return Promise.resolve({ ok: false, refusedBy })
      if (batch.writes.some(({ kind }) => ITS_TABLES.test(kind))) revision += 1
      return inner.commit({ ...batch, guards: batch.guards.filter(({ kind }) => kind !== 'register') })
    },
  }
}

/** What one node keeps of it; `jobGuards` is what its jobs go by. */
async function newNode(jobGuards: Batch['guards'] = []) {
  const register = await Register.open({ store, isShared: true })
  const job: Store['commit'] = async (batch) => {
    const committed = await register.store.commit({ ...batch, guards: [...jobGuards, ...batch.guards] })
    if (!committed.ok) throw new Error('another node does the jobs')
    return committed
  }
  const jobs = { store: { commit: job }, decide: register.decide.bind(register) }
  const needs = { store: register.store, clock: systemClock, random: systemRandom, log: silentLog }
  const prices = await PriceList.open(needs)
  const accounts = await Accounts.open({ ...needs, prices, jobs, instances: () => noInstances })
  const hooks = await Hooks.open({ ...needs, accounts, jobs, allow: new AddressRules(['127.0.0.0/8']) })
  register.keep(accounts, prices, hooks)
  const low = new LowBalance({ ...needs, accounts, hooks, store })
  const make = async (name: string, warnBelow: number | null = null): Promise<AccountRow> => {
    const row = await register.decide(() =>
      accounts.create({ kind: 'partner', name, terms: { warnBelow } }, 'operator'),
    )
    if (isFault(row)) throw new Error(row.message)
    return row
  }
  return { register, accounts, hooks, low, make }
}

describe('the register of two nodes', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jadegate-register-'))
    const file = join(folder, 'jadegate.db')
    store = shared(await openTestStore({ file, sealingKey: Buffer.alloc(32, 7), log: silentLog }))
  })
  beforeEach(() => (reads = 0))
  after(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('one that changes it again and again reads nothing anew', async () => {
    const node = await newNode()
    reads = 0
    for (const name of ['a', 'b', 'c']) await node.make(name)
    assert.equal(reads, 0)
    assert.equal(node.register.known, revision)
  })

  test('changes of one node at one time are all kept', async () => {
    const node = await newNode()
    const made = await Promise.all(Array.from({ length: 6 }, (_, n) => node.make(`at once ${String(n)}`)))
    await node.make('afterwards')
    const other = await newNode()
    for (const { id } of made) assert.ok(other.accounts.get(id))
    assert.deepEqual(
      node.accounts
        .all()
        .map(({ id }) => id)
        .toSorted(),
      other.accounts
        .all()
        .map(({ id }) => id)
        .toSorted(),
    )
  })

  test('what it had not seen is never overwritten by the next change of it', async () => {
    const [one, two] = [await newNode(), await newNode()]
    const { id } = await one.make('contested')
    await two.register.decide(() => two.make('of two'))
    await two.register.decide(() => two.accounts.change(id, { name: 'renamed by two' }, 'operator'))
    await one.register.decide(() => one.accounts.change(id, { terms: { overdraftLimit: 5 } }, 'operator'))
    const [row] = (await store.accounts.all()).filter((each) => each.id === id)
    assert.deepEqual([row?.name, row?.terms.overdraftLimit], ['renamed by two', 5])
  })

  test('a change without a look behind it is refused as before', async () => {
    const [one, two] = [await newNode(), await newNode()]
    const { id } = await one.make('known to one')
    await assert.rejects(two.accounts.create({ kind: 'partner', name: 'late' }, 'operator'), RegisterMoved)
    assert.equal(two.accounts.get(id), undefined)
  })

  test('a node whose copies are ahead of the database finds back to it', async () => {
    const node = await newNode()
    await node.make('before')
    revision -= 1
    await node.make('after')
    assert.equal(node.register.known, revision)
  })

  test('every low balance is warned of in one run, whatever other nodes change meanwhile', async () => {
    const other = await newNode()
    const node = await newNode()
    const low: string[] = []
    for (const name of ['x', 'y', 'z']) low.push((await other.make(`low ${name}`, 100)).id)
    await node.register.follow({ accounts: revision })
    const news = node.hooks.news.bind(node.hooks)
    node.hooks.news = (...of) => {
      // Somebody else is always a moment earlier.
      if (low.includes(of[0])) revision += 1
      return news(...of)
    }
    await node.low.run(NEVER)
    const rows = (await store.accounts.all()).filter(({ id }) => low.includes(id))
    assert.deepEqual(
      rows.map(({ warnedAt }) => warnedAt !== null),
      [true, true, true],
    )
  })

  test('all accounts whose time is over are erased in one round, whatever other nodes change meanwhile', async () => {
    const node = await newNode()
    const gone: string[] = []
    for (const name of ['k', 'l', 'm']) {
      const { id } = await node.make(name)
      await node.register.decide(() => node.accounts.delete(id, 'operator'))
      gone.push(id)
    }
    revision += 1
    await node.accounts.erase(systemClock.now() + 1)
    const left = (await store.accounts.all()).filter(({ id }) => gone.includes(id))
    assert.deepEqual(left, [])
    for (const id of gone) assert.equal(node.accounts.get(id), undefined)
  })

  test('a node that does the jobs no more warns nobody and erases nothing', async () => {
    const node = await newNode([{ kind: 'owns', instance: 1 as InstanceId, epoch: 77 as never }])
    const { id } = await node.make('still there', 100)
    await assert.rejects(node.low.run(NEVER), /another node does the jobs/)
    await node.register.decide(() => node.accounts.delete(id, 'operator'))
    await assert.rejects(node.accounts.erase(systemClock.now() + 1), /another node does the jobs/)
    const [row] = (await store.accounts.all()).filter((each) => each.id === id)
    assert.equal(row?.warnedAt, null)
  })
})
