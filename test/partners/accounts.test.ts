// Truth: docs/operators/billing.md (an account's life, suspension, an audit log of who did what) over a real store.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { DEFAULT_TERMS, type AccountTerms } from '../../src/model/account.ts'
import type { AccountId } from '../../src/model/ids.ts'
import type { NewAccount } from '../../src/partners/accounts.ts'
import { asked, auditOf, faultOf, HandClock, noInstances, ok, openFolder, START, type Registry } from './registry.ts'

const DAY_MS = 86_400_000
const PERSON: NewAccount = { kind: 'personal', name: 'Jane' }
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

describe('an account', () => {
  test('makes instances of a tariff that is there and charged daily, whoever it is', async () => {
    const lite = { name: 'LITE', plan: 'daily', correspondents: 9, calls: new Map(), instances: null } as const
    await ok(now.prices.putTariff(lite, 'operator'))
    for (const wanted of [PERSON, PARTNER]) {
      const made = await ok(now.accounts.create({ ...wanted, terms: { tariff: 'LITE' } }, 'operator'))
      for (const tariff of ['BUSINESS', 'DEVELOPER', 'NONE', '']) {
        assert.equal(await faultOf(now.accounts.create({ ...wanted, terms: { tariff } }, 'operator')), 'invalid')
        assert.equal(await faultOf(now.accounts.change(made.id, { terms: { tariff } }, 'operator')), 'invalid')
      }
      await ok(now.accounts.change(made.id, { name: 'as before' }, 'operator'))
      assert.equal(now.accounts.get(made.id)?.terms.tariff, 'LITE')
    }
    assert.equal((await auditOf(now.store)).length, 5)
  })

  test('is there after a restart as it was made, with who made it in the audit log', async () => {
    const person = await ok(now.accounts.create(PERSON, 'cli'))
    clock.move(1000)
    const terms = { currency: 'RUB', overdraftLimit: 5000, defaultMessenger: 'v3' } as const
    const partner = await ok(now.accounts.create({ ...PARTNER, terms }, 'operator'))
    assert.deepEqual(person, {
      id: person.id,
      kind: 'personal',
      name: 'Jane',
      createdAt: START,
      partnerSince: null,
      suspendedAt: null,
      deletedAt: null,
      warnedAt: null,
      terms: DEFAULT_TERMS,
    })
    assert.equal(partner.partnerSince, START + 1000)
    assert.deepEqual(partner.terms, { ...DEFAULT_TERMS, ...terms })
    const later = await folder.restart()
    assert.deepEqual(later.accounts.all(), [person, partner])
    assert.deepEqual(later.accounts.get(partner.id), partner)
    assert.equal(later.accounts.get('nobody'), undefined)
    assert.deepEqual(
      (await auditOf(later.store)).map(({ at, actor, action, account }) => [at, actor, action, account]),
      [
        [START, 'cli', 'account.create', person.id],
        [START + 1000, 'operator', 'account.create', partner.id],
      ],
    )
  })

  const wrong: readonly (readonly [string, Partial<NewAccount> | { terms: Partial<AccountTerms> }])[] = [
    ['no name', { name: ' ' }],
    ['a name that is too long', { name: 'x'.repeat(201) }],
    ['a control character', { name: 'a\0b' }],
    ['a currency in small letters', { terms: { currency: 'usd' } }],
    ['a currency that is none', { terms: { currency: 'EURO' } }],
    ['an overdraft below zero', { terms: { overdraftLimit: -1 } }],
    ['a part of a minor unit', { terms: { warnBelow: 0.5 } }],
    ['a quota below zero', { terms: { instanceQuota: -1 } }],
    ['an endless quota', { terms: { createPerMinute: Infinity } }],
    ['no number', { terms: { storedBytes: Number.NaN } }],
  ]
  for (const [name, patch] of wrong) {
    test(`${name} is refused, new or changed, and nothing is stored`, async () => {
      const before = await ok(now.accounts.create(PERSON, 'operator'))
      assert.equal(await faultOf(now.accounts.create({ ...PERSON, ...patch }, 'operator')), 'invalid')
      assert.equal(await faultOf(now.accounts.change(before.id, patch, 'operator')), 'invalid')
      const { store, accounts } = await folder.restart()
      assert.deepEqual(accounts.all(), [before])
      assert.equal((await auditOf(store)).length, 1)
    })
  }

  test('a change tells the audit log what was and what is; no change tells nothing', async () => {
    const { id } = await ok(now.accounts.create(PARTNER, 'operator'))
    const patch = { name: 'Acme Ltd', terms: { warnBelow: -500 } }
    const changed = await ok(now.accounts.change(id, patch, 'operator'))
    assert.deepEqual(await ok(now.accounts.change(id, patch, 'operator')), changed)
    const { store, accounts } = await folder.restart()
    assert.deepEqual([accounts.get(id)?.name, accounts.get(id)?.terms.warnBelow], ['Acme Ltd', -500])
    const entries = await auditOf(store)
    assert.deepEqual(
      entries.slice(1).map(({ action, details }) => [action, details]),
      [['account.change', { name: { from: 'Acme', to: 'Acme Ltd' }, warnBelow: { from: null, to: -500 } }]],
    )
  })

  test('its currency can be changed until the ledger has a line', async () => {
    const { id } = await ok(now.accounts.create(PARTNER, 'operator'))
    assert.equal((await ok(now.accounts.change(id, { terms: { currency: 'EUR' } }, 'operator'))).terms.currency, 'EUR')
    const line = {
      account: id,
      at: START,
      kind: 'topUp',
      amount: 100,
      instance: null,
      day: 20_000,
      reason: 'paid',
      author: 'operator',
    } as const
    await now.store.commit({ guards: [], writes: [{ kind: 'ledger.add', line }] })
    assert.equal(await faultOf(now.accounts.change(id, { terms: { currency: 'USD' } }, 'operator')), 'conflict')
    assert.equal((await ok(now.accounts.change(id, { name: 'Other' }, 'operator'))).terms.currency, 'EUR')
    assert.equal(now.accounts.get(id)?.name, 'Other')
  })

  test('of changes at one time none is lost', async () => {
    const { id } = await ok(now.accounts.create(PERSON, 'operator'))
    await Promise.all([
      now.accounts.change(id, { name: 'Other' }, 'operator'),
      now.accounts.change(id, { terms: { warnBelow: 1 } }, 'operator'),
      now.accounts.change(id, { terms: { instanceQuota: 2 } }, 'operator'),
      now.accounts.becomePartner(id, 'operator'),
      now.accounts.suspend(id, 'unpaid', 'operator'),
      now.accounts.setWarned(id, START),
    ])
    const row = now.accounts.get(id)
    assert.deepEqual(
      [row?.name, row?.terms.warnBelow, row?.terms.instanceQuota, row?.kind, row?.suspendedAt, row?.warnedAt],
      ['Other', 1, 2, 'partner', START, START],
    )
    assert.deepEqual((await folder.restart()).accounts.get(id), row)
  })

  test('becomes a partner once, and keeps when it did', async () => {
    const { id } = await ok(now.accounts.create(PERSON, 'operator'))
    clock.move(DAY_MS)
    assert.equal((await ok(now.accounts.becomePartner(id, 'operator'))).partnerSince, START + DAY_MS)
    clock.move(DAY_MS)
    assert.equal(await faultOf(now.accounts.becomePartner(id, 'operator')), 'conflict')
    assert.equal((await folder.restart()).accounts.get(id)?.partnerSince, START + DAY_MS)
  })

  test('what could not be stored is not in memory either', async () => {
    const { id } = await ok(now.accounts.create(PERSON, 'operator'))
    const broken = await folder.restart({
      around: (inner) => ({ ...inner, commit: () => Promise.reject(new Error('disk')) }),
    })
    const before = broken.accounts.get(id)
    await assert.rejects(broken.accounts.change(id, { name: 'Other' }, 'operator'), /disk/)
    await assert.rejects(broken.accounts.suspend(id, 'unpaid', 'operator'), /disk/)
    await assert.rejects(broken.accounts.delete(id, 'operator'), /disk/)
    await assert.rejects(broken.accounts.create(PERSON, 'operator'), /disk/)
    assert.deepEqual(broken.accounts.all(), [before])
  })

  test('an unknown one is not found, whatever is asked', async () => {
    const nobody = 'nobody' as AccountId
    assert.deepEqual(await asked(now, nobody), Array<string>(5).fill('notFound'))
  })
})

describe('suspension', () => {
  test('is stored before its instances stop; resuming is stored before they come back', async () => {
    const seen: unknown[] = []
    const { accounts, store } = await folder.restart({
      instances: () => ({
        ...noInstances,
        refreshHolds: async (account) => {
          seen.push([account, accounts.get(account ?? '')?.suspendedAt, (await store.accounts.all())[0]?.suspendedAt])
        },
      }),
    })
    const { id } = await ok(accounts.create(PARTNER, 'operator'))
    await ok(accounts.suspend(id, 'unpaid since May', 'operator'))
    clock.move(1000)
    await ok(accounts.suspend(id, 'again', 'operator'))
    await ok(accounts.resume(id, 'cli'))
    assert.deepEqual(seen, [
      [id, START, START],
      [id, START, START],
      [id, null, null],
    ])
    const entries = (await auditOf(store)).slice(1)
    assert.deepEqual(
      entries.map(({ actor, action, details }) => [actor, action, details]),
      [
        ['operator', 'account.suspend', { reason: 'unpaid since May' }],
        ['cli', 'account.resume', {}],
      ],
    )
  })

  test('holds after a start even where a crash kept the sessions from being stopped', async () => {
    const crash = () => Promise.reject(new Error('the process ends here'))
    const { accounts } = await folder.restart({ instances: () => ({ ...noInstances, refreshHolds: crash }) })
    const { id } = await ok(accounts.create(PARTNER, 'operator'))
    await assert.rejects(accounts.suspend(id, 'unpaid', 'operator'), /ends here/)
    assert.equal((await folder.restart()).accounts.get(id)?.suspendedAt, START)
  })
})
