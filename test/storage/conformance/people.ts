import assert from 'node:assert/strict'
import type { LinkRow, PersonRow, Role, SessionRow } from '../../../src/model/person.ts'
import type { Batch, Guard, Store, Write } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { ACCOUNT, accountId, commit, putAccount } = sample
const OTHER = accountId('account-2')

export function people(fresh: Fresh): void {
  rows(fresh)
  memberships(fresh)
  sessions(fresh)
  links(fresh)
  lastOnes(fresh)
  ending(fresh)
}

function rows(fresh: Fresh): void {
  storeTest(fresh, 'a person comes back with all that is said of him, and nobody gets his e-mail', async (store) => {
    assert.equal(await store.people.hasOperator(), false)
    const ann = person('ann', { name: 'Анна', isOperator: true, language: 'ru' })
    assert.equal(await refusal(store, { kind: 'newPerson', row: ann }), undefined)
    assert.equal(await refusal(store, { kind: 'newPerson', row: person('eve', { email: ann.email }) }), 'newPerson')
    assert.deepEqual(await store.people.byEmail(ann.email), ann)
    assert.equal(await store.people.person('eve'), null)
    const changed = person('ann', {
      passwordHash: 'other',
      totpSecret: 'SECRET',
      totpPending: 'PENDING',
      totpLastStep: 7,
      recoveryHashes: ['h1', 'h2'],
      disabledAt: 9,
      version: 2,
    })
    await commit(store, { kind: 'person.put', row: changed })
    assert.deepEqual(await store.people.person('ann'), changed)
    assert.equal(await store.people.hasOperator(), false, 'nobody who may come in')
    await commit(store, { kind: 'person.put', row: person('ann') })
    assert.deepEqual(await store.people.person('ann'), person('ann'), 'secrets go too')
    await commit(store, { kind: 'person.put', row: person('nobody') })
    assert.equal(await store.people.person('nobody'), null)
  })

  storeTest(fresh, 'of two changes of one person one is refused', async (store) => {
    await add(store, person('ann'))
    const change = (name: string): Batch => ({
      guards: [{ kind: 'person', person: 'ann', version: 1 }],
      writes: [{ kind: 'person.put', row: person('ann', { name, version: 2 }) }],
    })
    const both = await Promise.all(['A', 'B'].map((name) => store.commit(change(name))))
    assert.deepEqual(both.map(({ ok }) => ok).sort(), [false, true])
    assert.equal((await store.people.person('ann'))?.version, 2)
  })

  storeTest(fresh, 'people are listed by e-mail, in portions', async (store) => {
    for (const id of ['cid', 'ann', 'bob']) await add(store, person(id))
    const emails = (found: readonly PersonRow[]) => found.map(({ email }) => email)
    assert.deepEqual(emails(await store.people.list(2)), ['ann@example.com', 'bob@example.com'])
    assert.deepEqual(emails(await store.people.list(2, 'bob@example.com')), ['cid@example.com'])
  })
}

function memberships(fresh: Fresh): void {
  storeTest(fresh, 'somebody is one thing in an account, and something else in another', async (store) => {
    await add(store, person('ann'), person('bob'))
    await commit(store, member('ann', 'viewer'), member('ann', 'owner'), member('ann', 'billing', OTHER))
    await commit(store, member('bob', 'developer'), member('nobody', 'owner'))
    assert.deepEqual(await store.people.memberships('ann'), [
      { person: 'ann', account: ACCOUNT, role: 'owner' },
      { person: 'ann', account: OTHER, role: 'billing' },
    ])
    const inAccount = (await store.people.members(ACCOUNT)).map(({ person: { id }, role }) => [id, role])
    assert.deepEqual(inAccount, [
      ['ann', 'owner'],
      ['bob', 'developer'],
    ])
    const isDeveloper: Guard = { kind: 'member', person: 'bob', account: ACCOUNT, role: 'developer' }
    assert.equal(await refusal(store, isDeveloper), undefined)
    await commit(store, { kind: 'membership.remove', person: 'bob', account: ACCOUNT })
    assert.equal(await refusal(store, isDeveloper), 'member')
    assert.equal(await store.people.membership('bob', ACCOUNT), null)
  })

  storeTest(fresh, 'they go with the account', async (store) => {
    await add(store, person('ann'))
    await commit(store, member('ann', 'owner'), member('ann', 'owner', OTHER), link('l1', { account: ACCOUNT }))
    await commit(store, putAccount(ACCOUNT, { deletedAt: 5 }), { kind: 'account.erase', account: ACCOUNT })
    assert.deepEqual(await store.people.memberships('ann'), [{ person: 'ann', account: OTHER, role: 'owner' }])
    assert.equal(await store.people.link('hash of l1', 0), null)
  })
}

function sessions(fresh: Fresh): void {
  storeTest(fresh, 'a session opens until it is over, ended, or its person may not come in', async (store) => {
    await add(store, person('ann', { totpSecret: 'SECRET' }))
    await commit(store, { kind: 'person.put', row: person('ann', { totpSecret: 'SECRET' }) })
    await commit(
      store,
      putSession(session('s1')),
      putSession(session('s2', { seenAt: 20 })),
      putSession(session('s3', { expiresAt: 50 })),
    )
    const open = await store.people.session('hash of s1', 99)
    assert.deepEqual(open, { session: session('s1'), person: person('ann', { totpSecret: 'SECRET' }) })
    assert.equal(await store.people.session('hash of s1', 100), null)
    assert.equal(await store.people.session('hash of nothing', 1), null)
    assert.deepEqual(ids(await store.people.sessions('ann', 60)), ['s2', 's1'])
    const seen = (at: number): Write => ({ kind: 'session.seen', id: 's1', at, expiresAt: at + 100 })
    await commit(store, seen(70), seen(65))
    assert.deepEqual((await store.people.sessions('ann', 60))[0], session('s1', { seenAt: 70, expiresAt: 170 }))
    await commit(store, { kind: 'session.end', person: 'bob', id: 's1' })
    await commit(store, { kind: 'session.endOthers', person: 'ann', but: 's1' })
    assert.deepEqual(ids(await store.people.sessions('ann', 0)), ['s1'])
    await commit(store, { kind: 'person.put', row: person('ann', { disabledAt: 5 }) })
    assert.equal(await store.people.session('hash of s1', 60), null)
  })

  storeTest(fresh, 'somebody keeps the fifty sessions that were seen last', async (store) => {
    await add(store, person('ann'), person('bob'))
    await commit(store, putSession(session('of bob', { person: 'bob' })))
    for (let n = 1; n <= 55; n++) await commit(store, putSession(session(`s${n}`, { seenAt: 1000 - n })))
    const left = ids(await store.people.sessions('ann', 0))
    assert.equal(left.length, 50)
    assert.ok(left.includes('s55') && left.includes('s49') && !left.includes('s50'), 'never the new one')
    assert.equal((await store.people.sessions('bob', 0)).length, 1)
  })
}

function links(fresh: Fresh): void {
  storeTest(fresh, 'a link opens once', async (store) => {
    await commit(store, link('l1'), link('l2', { account: null, role: null, isOperator: true, email: '' }))
    assert.equal((await store.people.link('hash of l1', 99))?.id, 'l1')
    assert.equal(await store.people.link('hash of l1', 100), null)
    const open: Guard = { kind: 'openLink', tokenHash: 'hash of l1', at: 50 }
    const both = await Promise.all([refusal(store, open), refusal(store, open)])
    assert.deepEqual([...both].sort(), ['openLink', undefined])
    assert.equal(await store.people.link('hash of l1', 50), null)
    assert.equal(await refusal(store, { kind: 'openLink', tokenHash: 'hash of l2', at: 100 }), 'openLink', 'over')
    const [found] = await store.people.invitations(null, 50)
    assert.deepEqual([found?.id, found?.isOperator, found?.email], ['l2', true, ''])
    await commit(store, { kind: 'link.close', id: 'l2', at: 60 })
    assert.deepEqual(await store.people.invitations(null, 50), [])
    await commit(store, link('l3', { kind: 'reset', account: null, role: null }), link('l4'))
    await commit(store, { kind: 'link.closeResets', email: 'ann@example.com', at: 70 })
    assert.equal(await store.people.link('hash of l3', 50), null)
    assert.equal((await store.people.link('hash of l4', 50))?.id, 'l4', 'what invites stays')
  })

  storeTest(fresh, 'so many are made and no more, used or not', async (store) => {
    const invite = (n: number): Batch => ({
      guards: [{ kind: 'fewInvitations', account: ACCOUNT, since: 10, limit: 3 }],
      writes: [link(`l${n}`, { createdAt: 10 + n })],
    })
    await commit(store, link('early', { createdAt: 9 }), link('elsewhere', { account: OTHER }))
    const made = await Promise.all([1, 2, 3, 4, 5].map((n) => store.commit(invite(n))))
    assert.equal(made.filter(({ ok }) => ok).length, 3)
    const reset = (n: number): Batch => ({
      guards: [{ kind: 'fewResets', email: 'ann@example.com', since: 10, limit: 1 }],
      writes: [link(`r${n}`, { kind: 'reset', account: null, role: null, createdAt: 10 })],
    })
    const resets = await Promise.all([1, 2].map((n) => store.commit(reset(n))))
    assert.equal(resets.filter(({ ok }) => ok).length, 1)
  })
}

function lastOnes(fresh: Fresh): void {
  storeTest(fresh, 'two owners who remove each other at once leave one', async (store) => {
    await add(store, person('ann'), person('bob'))
    await commit(store, member('ann', 'owner'), member('bob', 'owner'))
    const remove = (id: string): Batch => ({
      guards: [{ kind: 'otherOwner', account: ACCOUNT, person: id }],
      writes: [{ kind: 'membership.remove', person: id, account: ACCOUNT }],
    })
    const both = await Promise.all(['ann', 'bob'].map((id) => store.commit(remove(id))))
    assert.deepEqual(both.map(({ ok }) => ok).sort(), [false, true])
    assert.equal((await store.people.members(ACCOUNT)).length, 1)
  })

  storeTest(fresh, 'an owner who is disabled counts for none, and so does an operator', async (store) => {
    await add(store, person('ann', { isOperator: true }), person('bob', { isOperator: true, disabledAt: 5 }))
    await commit(store, member('ann', 'owner'), member('bob', 'owner'))
    assert.equal(await refusal(store, { kind: 'otherOwner', account: ACCOUNT, person: 'ann' }), 'otherOwner')
    assert.equal(await refusal(store, { kind: 'otherOwner', account: ACCOUNT, person: 'bob' }), undefined)
    assert.equal(await refusal(store, { kind: 'otherOperator', person: 'ann' }), 'otherOperator')
    assert.equal(await refusal(store, { kind: 'otherOperator', person: 'bob' }), undefined)
  })
}

function ending(fresh: Fresh): void {
  storeTest(fresh, 'who is erased leaves nothing', async (store) => {
    await add(store, person('ann'), person('bob'))
    await commit(store, member('ann', 'owner'), member('bob', 'owner'), putSession(session('s1')))
    await commit(store, link('l1'), { kind: 'person.erase', person: 'ann', email: 'ann@example.com' })
    assert.equal(await store.people.person('ann'), null)
    assert.deepEqual(await store.people.memberships('ann'), [])
    assert.equal(await store.people.session('hash of s1', 1), null)
    assert.equal(await store.people.link('hash of l1', 1), null)
    assert.equal((await store.people.members(ACCOUNT)).length, 1)
  })

  storeTest(fresh, 'what is over for long is swept', async (store) => {
    await add(store, person('ann'))
    await commit(store, putSession(session('s1', { expiresAt: 10 })), putSession(session('s2', { expiresAt: 30 })))
    await commit(store, link('l1', { expiresAt: 20 }), link('l2', { expiresAt: 30 }))
    assert.equal(await store.sweep('access', 30, 1), 1)
    assert.equal(await store.sweep('access', 30, 9), 1)
    assert.deepEqual(ids(await store.people.sessions('ann', 0)), ['s2'])
    assert.equal((await store.people.invitations(ACCOUNT, 0)).length, 1)
  })

  storeTest(fresh, 'a second factor lies sealed', async (store, harness) => {
    await add(store, person('ann'))
    const secrets = { totpSecret: 'VERYSECRETTOTP', totpPending: 'PENDINGSECRETTOTP' }
    await commit(store, { kind: 'person.put', row: person('ann', secrets) })
    const bytes = (await harness.bytesAtRest()).toString('latin1')
    for (const secret of Object.values(secrets)) assert.ok(!bytes.includes(secret))
  })
}

export function person(id: string, rest: Partial<PersonRow> = {}): PersonRow {
  return {
    id,
    email: `${id}@example.com`,
    name: id,
    passwordHash: `hash of ${id}`,
    totpSecret: null,
    totpPending: null,
    totpLastStep: 0,
    recoveryHashes: [],
    isOperator: false,
    language: null,
    createdAt: 1,
    disabledAt: null,
    version: 1,
    ...rest,
  }
}

export function member(id: string, role: Role, account = ACCOUNT): Write {
  return { kind: 'membership.put', row: { person: id, account, role } }
}

export function session(id: string, rest: Partial<SessionRow> = {}): SessionRow {
  const made = { id, tokenHash: `hash of ${id}`, person: 'ann', createdAt: 1, seenAt: 1, expiresAt: 100 }
  return { ...made, userAgent: 'browser', address: '203.0.113.7', ...rest }
}

export function putSession(row: SessionRow): Write {
  return { kind: 'session.put', row }
}

export function link(id: string, rest: Partial<LinkRow> = {}): Write {
  const row: LinkRow = {
    id,
    tokenHash: `hash of ${id}`,
    kind: 'invite',
    email: 'ann@example.com',
    account: ACCOUNT,
    role: 'viewer',
    isOperator: false,
    createdBy: 'cli',
    createdAt: 1,
    expiresAt: 100,
    ...rest,
  }
  return { kind: 'link.put', row }
}

function ids(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id)
}

async function add(store: Store, ...rows: readonly PersonRow[]): Promise<void> {
  for (const row of rows) assert.equal(await refusal(store, { kind: 'newPerson', row }), undefined)
}

/** The kind of the guard where it refuses. */
async function refusal(store: Store, guard: Guard): Promise<Guard['kind'] | undefined> {
  const committed = await store.commit({ guards: [guard], writes: [] })
  return committed.ok ? undefined : committed.refusedBy.kind
}
