// Truth: docs/operators/billing.md (deletion that is taken up again, erasing, the account of the first start) over a real store.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { isFault } from '../../src/model/fault.ts'
import type { NewAccount } from '../../src/partners/accounts.ts'
import { openFirstAccount } from '../../src/partners/first-account.ts'
import type { Store } from '../../src/storage/store.ts'
import { asked, FewInstances, HandClock, ok, openFolder, START, type Registry } from './registry.ts'

const PARTNER: NewAccount = { kind: 'partner', name: 'Acme' }

let clock: HandClock
let folder: ReturnType<typeof openFolder>
let now: Registry

beforeEach(async () => {
  clock = new HandClock()
  folder = openFolder(clock)
  now = await folder.start()
})
afterEach(() => folder.remove())

describe('deletion', () => {
  async function withInstances(count: number) {
    const instances = new FewInstances(Array.from({ length: count }, (_, index) => index + 1))
    const registry = await folder.restart({ instances: () => instances })
    const { id } = await ok(registry.accounts.create(PARTNER, 'operator'))
    return { instances, id, ...registry }
  }

  test('takes every instance with it, and leaves nothing that can be done', async () => {
    const { accounts, instances, id, ...rest } = await withInstances(120)
    assert.equal((await ok(accounts.delete(id, 'operator'))).deletedAt, START)
    assert.deepEqual(instances.ids, [])
    assert.deepEqual(await asked({ accounts, ...rest }, id), Array<string>(5).fill('notFound'))
    await accounts.setWarned(id, START)
    assert.equal(accounts.get(id)?.warnedAt, null)
  })

  test('that a crash cut off is taken up again at the next start, and leaves other accounts alone', async () => {
    const { accounts, instances, id } = await withInstances(120)
    const other = await ok(accounts.create(PARTNER, 'operator'))
    const halfWay = new Promise<void>((resolve) => {
      instances.beforeDelete = (each) => {
        if (each <= 60) return Promise.resolve()
        resolve()
        return new Promise(() => undefined)
      }
    })
    void accounts.delete(id, 'operator')
    await halfWay
    instances.beforeDelete = () => Promise.resolve()
    assert.equal(instances.ids.length, 60)
    const others = new FewInstances([500])
    const again = await folder.restart({
      instances: () => ({
        ofAccount: (account) => (account === id ? instances : others).ofAccount(),
        delete: instances.delete,
        refreshHolds: instances.refreshHolds,
      }),
    })
    await again.accounts.recover()
    assert.deepEqual([instances.ids, others.ids], [[], [500]])
    assert.equal(again.accounts.get(other.id)?.deletedAt, null)
  })

  test('one instance that can not be deleted keeps none of the others; it goes in a later round', async () => {
    const { accounts, instances, id } = await withInstances(60)
    instances.beforeDelete = (each) => (each === 7 ? Promise.reject(new Error('disk')) : Promise.resolve())
    await ok(accounts.delete(id, 'operator'))
    assert.deepEqual(instances.ids, [7])
    instances.beforeDelete = () => Promise.resolve()
    await accounts.recover()
    assert.deepEqual(instances.ids, [])
  })

  test('it is erased for good after its time and its instances, and its audit log stays', async () => {
    const { accounts, instances, tokens, store, id } = await withInstances(3)
    const { token } = await ok(tokens.issue(id, {}, 'operator'))
    const kept = await ok(accounts.create(PARTNER, 'operator'))
    assert.equal(tokens.find(token, () => '')?.account.id, id)
    await ok(accounts.delete(id, 'operator'))
    assert.equal(
      tokens.find(token, () => ''),
      undefined,
    )
    await accounts.erase(START)
    await accounts.erase(START + 1)
    assert.notEqual(accounts.get(id), undefined, 'its instances are not erased yet')
    instances.forget()
    await accounts.erase(START)
    assert.notEqual(accounts.get(id), undefined, 'its time has not come yet')
    await accounts.erase(START + 1)
    assert.deepEqual([accounts.get(id), tokens.of(id)], [undefined, []])
    assert.deepEqual(await store.accounts.all(), [kept])
    assert.deepEqual(await store.accounts.tokens(), [])
    const actions = (await store.audit.list({ account: id }, 100)).map(({ actor, action }) => `${actor} ${action}`)
    assert.deepEqual(actions, [
      'system account.erase',
      'operator account.delete',
      'operator token.issue',
      'operator account.create',
    ])
    // Nobody has this text any more.
    await ok(tokens.issue(kept.id, { token }, 'operator'))
    assert.equal(tokens.find(token, () => '')?.account, kept)
  })
})

describe('the first start', () => {
  const first = ({ store, accounts, tokens }: Registry, wanted?: string) =>
    openFirstAccount({ store, accounts, tokens }, wanted)

  test('makes a partner account with a random token, told once', async () => {
    const { firstToken = '' } = await first(now)
    assert.match(firstToken, /^gac\.[0-9a-f]{46}$/)
    const [account, ...more] = now.accounts.all()
    assert.deepEqual([account?.kind, account?.name, more], ['partner', 'partner', []])
    assert.equal(now.tokens.find(firstToken, () => '')?.account, account)
    const later = await folder.restart()
    assert.equal((await first(later, 'gac.another-token')).firstToken, undefined)
    assert.equal(later.accounts.all().length, 1)
    assert.equal(
      later.tokens.find('gac.another-token', () => ''),
      undefined,
    )
    assert.equal(later.tokens.find(firstToken, () => '')?.account.id, account?.id)
  })

  test('takes the given token', async () => {
    assert.equal((await first(now, 'gac.given')).firstToken, 'gac.given')
    assert.equal(now.tokens.find('gac.given', () => '')?.token.scope, 'full')
  })

  test('makes both or none: what a crash leaves is a first start again', async () => {
    const batches: number[] = []
    const failing = (inner: Store): Store => ({
      ...inner,
      commit: (batch) => {
        batches.push(batch.writes.length)
        return Promise.reject(new Error('the process ends here'))
      },
    })
    await assert.rejects(first(await folder.restart({ around: failing }), 'gac.given'), /ends here/)
    assert.deepEqual(batches, [4], 'one batch: account, token, and an entry of the audit log for each')
    const again = await folder.restart()
    assert.deepEqual([again.accounts.all(), await again.store.accounts.tokens()], [[], []])
    assert.equal((await first(again, 'gac.given')).firstToken, 'gac.given')
  })

  test('is over for good, even when every account is erased', async () => {
    await first(now, 'gac.given')
    const [account] = now.accounts.all()
    assert.ok(account !== undefined)
    assert.ok(!isFault(await now.accounts.delete(account.id, 'operator')))
    await now.accounts.erase(START + 1)
    const later = await folder.restart()
    assert.deepEqual(later.accounts.all(), [])
    assert.equal((await first(later, 'gac.given')).firstToken, undefined)
    assert.equal(
      later.tokens.find('gac.given', () => ''),
      undefined,
    )
  })
})
