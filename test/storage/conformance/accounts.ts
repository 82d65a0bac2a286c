import assert from 'node:assert/strict'
import type { AuditEntry, LifecycleEvent } from '../../../src/model/account.ts'
import type { Brand } from '../../../src/model/brand.ts'
import type { AccountId } from '../../../src/model/ids.ts'
import type { Store, Write } from '../../../src/storage/store.ts'
import { contents, storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { ACCOUNT, account, accountId, commit, putAccount, putHook, putToken, token } = sample
const OTHER = accountId('account-2')

export function accounts(fresh: Fresh): void {
  rows(fresh)
  tokens(fresh)
  auditLog(fresh)
  hooks(fresh)
  brands(fresh)
  events(fresh)
  erasing(fresh)
}

function rows(fresh: Fresh): void {
  storeTest(fresh, 'accounts come back with all that is said of them, and are replaced as a whole', async (store) => {
    const terms = sample.terms({
      currency: 'KZT',
      tariff: 'SPECIAL',
      overdraftLimit: 0,
      warnBelow: -5_000_000_000,
      instanceQuota: 7,
      createPerMinute: 1,
      storedBytes: 2 ** 40,
      defaultMessenger: 'v3',
    })
    const full = account('a', { name: 'Партнёр', suspendedAt: 7, deletedAt: 8, warnedAt: 9, terms })
    const person = account('b', { kind: 'personal', name: '', createdAt: 501, partnerSince: null })
    await commit(store, { kind: 'account.put', row: person }, { kind: 'account.put', row: full })
    assert.deepEqual(await store.accounts.all(), [full, person])
    const resumed = account('a', { name: "o'name", createdAt: 1, partnerSince: 2 })
    await commit(store, { kind: 'account.put', row: resumed })
    assert.deepEqual(await store.accounts.all(), [resumed, person])
  })

  storeTest(fresh, 'what is said of an account does not change its balance', async (store) => {
    await commit(store, putAccount(ACCOUNT), sample.addLine(500, 100))
    await commit(store, putAccount(ACCOUNT, { name: 'other' }))
    assert.equal(await store.billing.balance(ACCOUNT), 500)
    assert.equal(await store.billing.balance(OTHER), 0)
  })

  storeTest(fresh, 'changes of one account are applied in the order of the calls', async (store) => {
    const names = Array.from({ length: 200 }, (_, n) => `name ${n}`)
    await Promise.all(names.map((name) => commit(store, putAccount(ACCOUNT, { name }))))
    assert.equal((await store.accounts.all())[0]?.name, 'name 199')
  })
}

function tokens(fresh: Fresh): void {
  storeTest(fresh, 'tokens come back, and all but the token itself is replaced', async (store) => {
    const full = token('t1', {
      name: 'CRM',
      scope: 'read',
      expiresAt: 7,
      revokedAt: 8,
      allowFrom: ['203.0.113.0/24', '::1'],
      lastUsedAt: 9,
      madeBy: 't0',
    })
    const other = token('t2', { account: OTHER, createdAt: 601 })
    await commit(store, { kind: 'token.put', row: other }, { kind: 'token.put', row: full })
    assert.deepEqual(await store.accounts.tokens(), [full, other])
    assert.deepEqual(await store.accounts.token('t2'), other)
    assert.equal(await store.accounts.token('t3'), null)
    await commit(store, putToken('t1', { name: 'ERP', createdAt: 5 }))
    assert.deepEqual(await store.accounts.tokens(), [token('t1', { name: 'ERP', createdAt: 5 }), other])
  })

  storeTest(fresh, 'a token keeps its text through every change of its scope', async (store) => {
    for (const scope of ['developer', 'read', 'full', 'developer', 'full'] as const) {
      await commit(store, putToken('t1', { scope }))
      assert.deepEqual(await store.accounts.tokens(), [token('t1', { scope })])
      assert.deepEqual(await store.accounts.token('t1'), token('t1', { scope }))
    }
    await assert.rejects(commit(store, putToken('t2', { token: token('t1').token, scope: 'developer' })))
  })

  storeTest(fresh, 'one token belongs to one account, under one id', async (store) => {
    await commit(store, putToken('t1'))
    for (const account of [ACCOUNT, OTHER]) {
      await assert.rejects(
        commit(store, putToken('t2', { account, token: token('t1').token })),
        (error: Error) => !error.message.includes('gac.'),
      )
    }
    assert.deepEqual(await store.accounts.tokens(), [token('t1')])
  })

  storeTest(fresh, 'a token that is removed is gone, and its text can be had again', async (store) => {
    await commit(store, putToken('t1'), putToken('t2'))
    const remove = (account: typeof ACCOUNT, id: string): Write => ({ kind: 'token.remove', account, id })
    await commit(store, remove(OTHER, 't1'), remove(ACCOUNT, 't2'), remove(ACCOUNT, 'unknown'))
    assert.deepEqual(await store.accounts.tokens(), [token('t1')])
    const again = token('t3', { account: OTHER, token: token('t2').token })
    await commit(store, { kind: 'token.put', row: again })
    assert.deepEqual(await store.accounts.token('t3'), again)
  })

  storeTest(fresh, 'the time of the last use only rises', async (store) => {
    await commit(store, putToken('t1'), putToken('t2'))
    const used = (at: number): Write => ({ kind: 'token.used', id: 't1', at })
    await commit(store, used(50), used(40), { kind: 'token.used', id: 'unknown', at: 60 })
    assert.deepEqual(await store.accounts.tokens(), [token('t1', { lastUsedAt: 50 }), token('t2')])
  })
}

function auditLog(fresh: Fresh): void {
  storeTest(fresh, 'the audit log is read newest first, of all or of one account, in portions', async (store) => {
    const entry = (n: number): Omit<AuditEntry, 'seq'> => ({
      at: n,
      actor: 'partner:t1',
      action: 'token.revoke',
      account: n % 3 === 0 ? null : n % 3 === 1 ? ACCOUNT : OTHER,
      target: `t${n}`,
      details: { n, deep: { list: [1, null, 'ü'] } },
    })
    for (let n = 1; n <= 6; n++) await commit(store, { kind: 'audit.add', entry: entry(n) })
    const all = await store.audit.list({}, 100)
    assert.deepEqual(
      all.map(({ seq, ...rest }) => (assert.ok(seq > 0), rest)),
      [6, 5, 4, 3, 2, 1].map(entry),
    )
    assert.deepEqual(await store.audit.list({}, 2, all[1]?.seq), all.slice(2, 4))
    assert.deepEqual(await store.audit.list({ account: ACCOUNT }, 100), [all[2], all[5]])
    assert.deepEqual(await store.audit.list({ account: ACCOUNT }, 100, all[2]?.seq), [all[5]])
  })
}

function brands(fresh: Fresh): void {
  storeTest(fresh, 'a brand is replaced, taken away, and goes with its account', async (store) => {
    const brand: Brand = { name: 'Ромашка', color: '#0b7a5c', logo: 'aWNvbg==', supportText: 'Ask', supportUrl: null }
    const other: Brand = { ...brand, name: 'Other', color: null, logo: null, supportUrl: 'tel:+7900' }
    const put = (account: AccountId, value: Brand | null): Write => ({ kind: 'brand.put', account, brand: value })
    await commit(store, put(ACCOUNT, other), put(ACCOUNT, brand), put(OTHER, other))
    assert.deepEqual([await store.accounts.brand(ACCOUNT), await store.accounts.brand(OTHER)], [brand, other])
    await commit(store, put(OTHER, null))
    assert.deepEqual([await store.accounts.brand(ACCOUNT), await store.accounts.brand(OTHER)], [brand, null])
    await commit(store, putAccount(ACCOUNT, { deletedAt: 5 }), { kind: 'account.erase', account: ACCOUNT })
    assert.equal(await store.accounts.brand(ACCOUNT), null)
  })
}

function hooks(fresh: Fresh): void {
  storeTest(fresh, 'a hook is replaced, and goes with the events that wait for it', async (store) => {
    await commit(store, putHook(), putHook({ account: OTHER, createdAt: 801 }))
    await commit(store, putHook({ url: 'https://example.org/', secret: 'whsec_b3RoZXI=' }))
    const second = sample.hook({ account: OTHER, createdAt: 801 })
    const changed = sample.hook({ url: 'https://example.org/', secret: 'whsec_b3RoZXI=' })
    assert.deepEqual(await store.accounts.hooks(), [changed, second])
    await commit(store, sample.addEvent('e1'), sample.addEvent('e2', { account: OTHER }))
    await commit(store, { kind: 'hook.put', account: ACCOUNT, hook: null })
    assert.deepEqual(await store.accounts.hooks(), [second])
    assert.deepEqual(await due(store), ['e2'])
  })
}

function events(fresh: Fresh): void {
  storeTest(fresh, 'of each account the oldest event is due, and no younger one overtakes it', async (store) => {
    await commit(store, sample.addEvent('a1', { dueAt: 50 }), sample.addEvent('a2', { dueAt: 10 }))
    await commit(store, sample.addEvent('b1', { account: OTHER, dueAt: 20 }))
    assert.deepEqual([await due(store, 49), await store.events.nextDue()], [['b1'], 20])
    assert.deepEqual([await due(store, 50), await due(store, 50, 1)], [['b1', 'a1'], ['b1']])
    const first = await oldest(store, 20)
    const whole = { id: 'b1', account: OTHER, type: 'hook.test', body: '{}', at: 900, attempts: 0, dueAt: 20 }
    assert.deepEqual(first, { seq: first.seq, ...whole })
    await commit(store, { kind: 'event.retry', seq: first.seq, id: first.id, attempts: 3, dueAt: 70 })
    assert.deepEqual([await due(store, 69), await store.events.nextDue()], [['a1'], 50])
    assert.deepEqual((await store.events.due(70, 9)).at(1), { seq: first.seq, ...whole, attempts: 3, dueAt: 70 })
    await commit(store, removal(await oldest(store, 50)))
    assert.deepEqual([await due(store, 69), await store.events.nextDue()], [['a2'], 10])
  })

  storeTest(fresh, 'an event comes once by its id, and none is due where none waits', async (store) => {
    assert.deepEqual([await due(store), await store.events.nextDue()], [[], null])
    await commit(store, sample.addEvent('e1', { body: '1' }), sample.addEvent('e1', { body: '2' }))
    const [event] = await store.events.due(10_000, 9)
    assert.equal(event?.body, '1')
    await commit(store, removal(event))
    assert.deepEqual([await due(store), await store.events.nextDue()], [[], null])
  })

  storeTest(fresh, 'what comes late of an event that is gone does nothing to the one in its place', async (store) => {
    await commit(store, sample.addEvent('e1'))
    const gone = await oldest(store, 10_000)
    await commit(store, removal(gone), sample.addEvent('e2', { dueAt: 20 }))
    const next = await oldest(store, 10_000)
    const { seq, id } = gone
    for (const place of [seq, next.seq]) {
      await commit(store, { kind: 'event.retry', seq: place, id, attempts: 9, dueAt: 90 })
      await commit(store, { kind: 'event.remove', seq: place, id })
    }
    assert.deepEqual(await oldest(store, 10_000), next)
  })
}

const removal = ({ seq, id }: LifecycleEvent): Write => ({ kind: 'event.remove', seq, id })

async function oldest(store: Store, now: number): Promise<LifecycleEvent> {
  const [event] = await store.events.due(now, 1)
  assert.ok(event)
  return event
}

async function due(store: Store, now = 10_000, limit = 100): Promise<readonly string[]> {
  return (await store.events.due(now, limit)).map(({ id }) => id)
}

function erasing(fresh: Fresh): void {
  const entry = { at: 1, actor: 'cli', action: 'account.create', account: ACCOUNT, target: '', details: {} }
  const money = [sample.addLine(500, 40), sample.putPrice(3, 30, { account: ACCOUNT })]
  const statement: Write = { kind: 'statement.make', account: ACCOUNT, month: 23_641, plan: 'prepaid', at: 9 }
  const everything = (id: typeof ACCOUNT): Write[] => [
    putAccount(id),
    putToken(`token of ${id}`, { account: id }),
    putHook({ account: id }),
    sample.addEvent(`event of ${id}`, { account: id }),
  ]

  storeTest(fresh, 'a deleted account is erased, and what it owed and paid stays', async (store) => {
    await commit(store, ...everything(ACCOUNT), ...everything(OTHER), ...money, { kind: 'audit.add', entry }, statement)
    const before = [await store.billing.ledger({ account: ACCOUNT }, 9), await store.billing.statements(ACCOUNT)]
    const terms = sample.terms({ currency: 'EUR' })
    await commit(store, putAccount(ACCOUNT, { deletedAt: 5, terms }))
    assert.equal(await store.billing.erasedCurrency(ACCOUNT), null)
    await commit(store, { kind: 'account.erase', account: ACCOUNT }, { kind: 'account.erase', account: ACCOUNT })
    assert.equal(await store.billing.erasedCurrency(ACCOUNT), 'EUR')
    assert.equal(await store.billing.erasedCurrency(OTHER), null)
    assert.deepEqual(await store.accounts.all(), [account(OTHER)])
    assert.deepEqual(await store.accounts.tokens(), [token(`token of ${OTHER}`, { account: OTHER })])
    assert.deepEqual(await store.accounts.hooks(), [sample.hook({ account: OTHER })])
    assert.deepEqual(await due(store), [`event of ${OTHER}`])
    const after = [await store.billing.ledger({ account: ACCOUNT }, 9), await store.billing.statements(ACCOUNT)]
    assert.deepEqual(after, before)
    assert.deepEqual([await store.billing.balance(ACCOUNT), await store.billing.check(ACCOUNT)], [500, []])
    assert.equal((await store.audit.list({ account: ACCOUNT }, 9)).length, 1)
  })

  storeTest(fresh, 'an account that is not deleted is not erased', async (store, harness) => {
    await commit(store, ...everything(ACCOUNT))
    const before = await contents(harness)
    await commit(store, { kind: 'account.erase', account: ACCOUNT }, { kind: 'account.erase', account: OTHER })
    assert.deepEqual(await contents(harness), before)
  })
}
