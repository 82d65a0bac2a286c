// Truth: docs/partners.md (making, rotation with an overlap, revocation, expiry, scopes, allow-lists, last use) and, for whole lives, a model of a few lines.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { isFault } from '../../src/model/fault.ts'
import type { AccountId } from '../../src/model/ids.ts'
import type { IssuedToken, TokenTerms } from '../../src/partners/partner-tokens.ts'
import type { Store, Write } from '../../src/storage/store.ts'
import { auditOf, faultOf, HandClock, newPartner, ok, openFolder, START, type Registry } from './registry.ts'

const HOUR_MS = 3_600_000
const nowhere = () => assert.fail('the address was asked for')

let clock: HandClock
let folder: ReturnType<typeof openFolder>
let now: Registry
let account: AccountId

beforeEach(async () => {
  clock = new HandClock()
  folder = openFolder(clock)
  now = await folder.start()
  account = await newPartner(now)
})
afterEach(() => folder.remove())

function issue(terms: TokenTerms & { token?: string } = {}, of = account): Promise<IssuedToken> {
  return ok(now.tokens.issue(of, terms, 'operator'))
}

function ownerOf(token: string): string | undefined {
  return now.tokens.find(token, nowhere)?.account.id
}

describe('a partner token', () => {
  test('is drawn, or as it is given, and works at once and after a restart', async () => {
    const drawn = await issue({ name: 'CRM' })
    clock.move(1)
    const given = await issue({ token: 'Our~own_token-1.0', scope: 'read', expiresAt: START + HOUR_MS })
    assert.match(drawn.token, /^gac\.[0-9a-f]{46}$/)
    assert.deepEqual(given.info, {
      id: given.info.id,
      account,
      name: '',
      scope: 'read',
      createdAt: START + 1,
      expiresAt: START + HOUR_MS,
      revokedAt: null,
      allowFrom: [],
      lastUsedAt: null,
      madeBy: null,
    })
    for (let round = 0; round < 2; round++) {
      const kept = now.tokens.of(account).map((info) => ({ ...info, lastUsedAt: null }))
      assert.deepEqual(kept, [drawn.info, given.info])
      const row = now.accounts.get(account)
      for (const { token, info } of [drawn, given, drawn]) {
        const caller = now.tokens.find(token, nowhere)
        assert.deepEqual([caller?.account, caller?.token.id], [row, info.id])
      }
      for (const near of ['', drawn.token.slice(0, -1), `${drawn.token}0`, drawn.token.toUpperCase(), given.info.id]) {
        assert.equal(ownerOf(near), undefined, near)
      }
      now = await folder.restart()
    }
  })

  for (const token of ['', 'short', 'with space', 'sl/ash/es', 'ключ-ключ', 'x'.repeat(129), 'nul\0nulnul']) {
    test(`can not be ${JSON.stringify(token).slice(0, 20)}`, async () => {
      assert.equal(await faultOf(now.tokens.issue(account, { token }, 'operator')), 'invalid')
      assert.deepEqual(now.tokens.of(account), [])
    })
  }

  const wrong: readonly (readonly [string, TokenTerms])[] = [
    ['an end that is over', { expiresAt: START }],
    ['an end that is no time', { expiresAt: Number.NaN }],
    ['a name that is too long', { name: 'x'.repeat(201) }],
    ['a host name as an address', { allowFrom: ['localhost'] }],
    ['a range that is none', { allowFrom: ['203.0.113.0/24', '10.0.0.0/33'] }],
    ['too many ranges', { allowFrom: Array<string>(101).fill('10.0.0.1') }],
  ]
  for (const [name, terms] of wrong) {
    test(`${name} is refused, new or changed`, async () => {
      const { info } = await issue()
      assert.equal(await faultOf(now.tokens.issue(account, terms, 'operator')), 'invalid')
      assert.equal(await faultOf(now.tokens.change(account, info.id, terms, 'operator')), 'invalid')
      assert.deepEqual(now.tokens.of(account), [info])
    })
  }

  test('that exists anywhere can not be had again, and whose it is shows nowhere', async () => {
    const other = await newPartner(now)
    const mine = await issue()
    const { token, info } = await issue({ token: 'their-token' }, other)
    const answers = [await now.tokens.issue(account, { token }, 'operator')]
    answers.push(await now.tokens.issue(account, { token: mine.token }, 'operator'))
    await ok(now.tokens.revoke(other, info.id, 'operator'))
    answers.push(await now.tokens.issue(account, { token }, 'operator'))
    assert.deepEqual(answers[1], answers[0])
    assert.deepEqual(answers[2], answers[0])
    assert.ok(isFault(answers[0]) && answers[0].fault === 'conflict')
    assert.equal(ownerOf(token), undefined)
  })

  test('is for partner accounts alone, and for those that are there', async () => {
    const person = await ok(now.accounts.create({ kind: 'personal', name: 'Jane' }, 'operator'))
    assert.equal(await faultOf(now.tokens.issue(person.id, {}, 'operator')), 'conflict')
    assert.equal(await faultOf(now.tokens.issue('nobody' as AccountId, {}, 'operator')), 'notFound')
    const { token, info } = await issue()
    await ok(now.accounts.delete(account, 'operator'))
    assert.equal(ownerOf(token), undefined)
    assert.equal(await faultOf(now.tokens.issue(account, {}, 'operator')), 'notFound')
    assert.equal(await faultOf(now.tokens.show(account, info.id, 'operator')), 'notFound')
  })

  test('of somebody else and one that is nowhere are the same: not found', async () => {
    const other = await newPartner(now)
    const { info, token } = await issue({}, other)
    const asked = (id: string) =>
      Promise.all([
        now.tokens.change(account, id, { name: 'mine' }, 'operator'),
        now.tokens.rotate(account, id, 0, `partner:${id}`),
        now.tokens.revoke(account, id, 'operator'),
        now.tokens.show(account, id, 'operator'),
      ])
    const answers = await asked(info.id)
    assert.deepEqual(await asked('0123456789abcdef'), answers)
    assert.ok(answers.every((answer) => isFault(answer) && answer.fault === 'notFound'))
    assert.deepEqual(now.tokens.of(other), [info])
    assert.equal(ownerOf(token), other)
  })

  test('that was found last is refused the moment it is revoked, expired, or its account is deleted', async () => {
    const one = await issue()
    assert.equal(ownerOf(one.token), account)
    await ok(now.tokens.revoke(account, one.info.id, 'operator'))
    assert.equal(ownerOf(one.token), undefined)
    const two = await issue({ expiresAt: START + HOUR_MS })
    clock.move(HOUR_MS - 1)
    assert.equal(ownerOf(two.token), account)
    clock.move(1)
    assert.equal(ownerOf(two.token), undefined)
    const three = await issue()
    assert.equal(ownerOf(three.token), account)
    await ok(now.accounts.delete(account, 'operator'))
    assert.equal(ownerOf(three.token), undefined)
  })

  test('of a suspended account is still found: whoever asks tells why he refuses', async () => {
    const { token } = await issue()
    ownerOf(token)
    await ok(now.accounts.suspend(account, 'unpaid', 'operator'))
    assert.equal(now.tokens.find(token, nowhere)?.account.suspendedAt, START)
    await ok(now.accounts.resume(account, 'operator'))
    assert.equal(now.tokens.find(token, nowhere)?.account.suspendedAt, null)
  })

  test('works from the addresses that it allows; only then is the address asked for', async () => {
    const { token, info } = await issue({ allowFrom: ['203.0.113.0/24', '2001:db8::7'] })
    assert.deepEqual(info.allowFrom, ['203.0.113.0/24', '2001:db8::7/128'])
    const isFrom = (address: string): boolean => now.tokens.find(token, () => address) !== undefined
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(['203.0.113.9', '::ffff:203.0.113.9', '2001:db8::7'].map(isFrom), [true, true, true])
      assert.deepEqual(['203.0.114.9', '2001:db8::8', '', 'nonsense'].map(isFrom), [false, false, false, false])
      now = await folder.restart()
    }
    await ok(now.tokens.change(account, info.id, { allowFrom: [] }, 'operator'))
    assert.equal(ownerOf(token), account)
    await ok(now.tokens.change(account, info.id, { allowFrom: ['198.51.100.1'] }, 'operator'))
    assert.equal(isFrom('203.0.113.9'), false)
  })

  test('tells when it was used last, to the minute, and stores no more than that', async () => {
    const { token, info } = await issue()
    const writes: Write[] = []
    const noting = (inner: Store): Store => ({
      ...inner,
      commit: (batch) => {
        writes.push(...batch.writes)
        return inner.commit(batch)
      },
    })
    now = await folder.restart({ around: noting })
    for (let second = 0; second < 150; second++) {
      assert.equal(ownerOf(token), account)
      clock.move(1000)
    }
    now.tokens.find('gac.another', nowhere)
    assert.deepEqual(
      writes,
      [0, 60_000, 120_000].map((ms) => ({ kind: 'token.used', id: info.id, at: START + ms })),
    )
    assert.equal(now.tokens.find(token, nowhere)?.token.lastUsedAt, START + 120_000)
    assert.equal((await folder.restart()).tokens.of(account)[0]?.lastUsedAt, START + 120_000)
  })

  test('to ask whether a token is in force is no use of it, and asks for no address', async () => {
    const { info, token } = await issue({ allowFrom: ['203.0.113.7'] })
    assert.equal(now.tokens.isInForce(token), true)
    assert.equal(now.tokens.isInForce('gac.another'), false)
    assert.equal(now.tokens.of(account)[0]?.lastUsedAt, null)
    await ok(now.tokens.revoke(account, info.id, 'operator'))
    assert.equal(now.tokens.isInForce(token), false)
  })

  test('a use that can not be stored does not refuse the call', async () => {
    const { token } = await issue()
    now = await folder.restart({ around: (inner) => ({ ...inner, commit: () => Promise.reject(new Error('disk')) }) })
    assert.equal(ownerOf(token), account)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(ownerOf(token), account)
  })

  test('is shown again to whoever may ask, and that is in the audit log; the log never has a token in it', async () => {
    const { token, info } = await issue({ token: 'our-own-token', name: 'CRM', allowFrom: ['10.0.0.0/8'] })
    assert.equal((await ok(now.tokens.show(account, info.id, `partner:${info.id}`))).token, token)
    await ok(now.tokens.change(account, info.id, { name: 'ERP', scope: 'read' }, 'operator'))
    const rotated = await ok(now.tokens.rotate(account, info.id, HOUR_MS, `partner:${info.id}`))
    await ok(now.tokens.revoke(account, info.id, 'cli'))
    await ok(now.tokens.revoke(account, info.id, 'cli'))
    const entries = (await auditOf(now.store)).slice(1)
    const terms = { name: 'CRM', scope: 'full', expiresAt: null, allowFrom: ['10.0.0.0/8'] }
    assert.deepEqual(
      entries.map(({ actor, action, target, details }) => [actor, action, target, details]),
      [
        ['operator', 'token.issue', info.id, terms],
        [`partner:${info.id}`, 'token.show', info.id, {}],
        [
          'operator',
          'token.change',
          info.id,
          { name: { from: 'CRM', to: 'ERP' }, scope: { from: 'full', to: 'read' } },
        ],
        [`partner:${info.id}`, 'token.rotate', info.id, { newToken: rotated.info.id, overlapMs: HOUR_MS }],
        ['cli', 'token.revoke', info.id, {}],
      ],
    )
    assert.ok(entries.every((entry) => entry.account === account))
    for (const secret of [token, rotated.token]) assert.ok(!JSON.stringify(entries).includes(secret))
  })

  test('that is changed without a change is not written about', async () => {
    const { info } = await issue({ name: 'CRM', allowFrom: ['10.0.0.0/8'] })
    assert.deepEqual(
      await ok(now.tokens.change(account, info.id, { name: 'CRM', allowFrom: ['10.0.0.0/8'] }, 'cli')),
      info,
    )
    assert.equal((await auditOf(now.store)).length, 2)
  })
})

describe('rotation', () => {
  test('gives a token with the same terms, and the old one goes on for the overlap', async () => {
    const terms = { name: 'CRM', scope: 'read', expiresAt: START + 10 * HOUR_MS } as const
    const old = await issue(terms)
    const { token, info } = await ok(now.tokens.rotate(account, old.info.id, HOUR_MS, 'operator'))
    assert.deepEqual([info.name, info.scope, info.expiresAt], [terms.name, terms.scope, terms.expiresAt])
    clock.move(HOUR_MS - 1)
    assert.deepEqual([ownerOf(old.token), ownerOf(token)], [account, account])
    clock.move(1)
    for (const opened of [now, await folder.restart()]) {
      now = opened
      assert.deepEqual([ownerOf(old.token), ownerOf(token)], [undefined, account])
    }
    clock.move(9 * HOUR_MS)
    assert.equal(ownerOf(token), undefined)
  })

  test('never makes the old one live longer', async () => {
    const old = await issue({ expiresAt: START + HOUR_MS })
    await ok(now.tokens.rotate(account, old.info.id, 5 * HOUR_MS, 'operator'))
    assert.equal(now.tokens.of(account)[0]?.expiresAt, START + HOUR_MS)
  })

  test('without an overlap ends the old one for good, even when the clock is set back', async () => {
    const old = await issue()
    await ok(now.tokens.rotate(account, old.info.id, 0, 'operator'))
    clock.move(-HOUR_MS)
    assert.equal(ownerOf(old.token), undefined)
  })

  test('of what is over is refused, and so is an overlap that is none', async () => {
    const revoked = await issue()
    await ok(now.tokens.revoke(account, revoked.info.id, 'operator'))
    const expired = await issue({ expiresAt: START + HOUR_MS })
    const good = await issue()
    clock.move(HOUR_MS)
    assert.equal(await faultOf(now.tokens.rotate(account, revoked.info.id, 0, 'operator')), 'conflict')
    assert.equal(await faultOf(now.tokens.rotate(account, expired.info.id, 0, 'operator')), 'conflict')
    for (const overlapMs of [-1, 0.5, Number.NaN, Infinity, 367 * 24 * HOUR_MS]) {
      assert.equal(await faultOf(now.tokens.rotate(account, good.info.id, overlapMs, 'operator')), 'invalid')
    }
    assert.equal(await faultOf(now.tokens.change(account, revoked.info.id, { name: 'x' }, 'operator')), 'conflict')
    assert.equal(now.tokens.of(account).length, 3)
    // The operator gives an expired one more time.
    await ok(now.tokens.change(account, expired.info.id, { expiresAt: null }, 'operator'))
    assert.equal(ownerOf(expired.token), account)
  })

  test('at one time with itself gives as many tokens, all of them good', async () => {
    const old = await issue()
    const rotated = await Promise.all(
      Array.from({ length: 5 }, () => ok(now.tokens.rotate(account, old.info.id, HOUR_MS, 'operator'))),
    )
    now = await folder.restart()
    for (const { token } of [old, ...rotated]) assert.equal(ownerOf(token), account)
  })
})

describe('who holds a token', () => {
  const NETWORK = ['203.0.113.0/24', '2001:db8::/32']
  const outOfReach: readonly (readonly [string, mine: TokenTerms, asked: TokenTerms])[] = [
    ['a later end', { expiresAt: START + HOUR_MS }, { expiresAt: START + HOUR_MS + 1 }],
    ['no end', { expiresAt: START + HOUR_MS }, {}],
    ['any address', { allowFrom: NETWORK }, {}],
    ['a wider network', { allowFrom: NETWORK }, { allowFrom: ['203.0.113.7', '203.0.112.0/23'] }],
    ['an address elsewhere', { allowFrom: NETWORK }, { allowFrom: ['2001:db9::1'] }],
    ['a wider scope', { scope: 'read' }, { scope: 'full' }],
    ['all of the rights, as a developer', { scope: 'developer' }, { scope: 'full' }],
    ['a sight of money, as a developer', { scope: 'developer' }, { scope: 'read' }],
  ]
  for (const [what, mine, asked] of outOfReach) {
    test(`comes to no token with ${what}`, async () => {
      const [caller, sister] = [await issue(mine), await issue(asked)]
      const by = `partner:${caller.info.id}` as const
      const count = (await auditOf(now.store)).length
      assert.equal(await faultOf(now.tokens.show(account, sister.info.id, by)), 'forbidden')
      assert.equal(await faultOf(now.tokens.rotate(account, sister.info.id, HOUR_MS, by)), 'forbidden')
      assert.equal((await auditOf(now.store)).length, count)
      assert.equal(now.tokens.of(account).length, 2)
    })
  }

  test('comes to itself, and to what is restricted as much or more', async () => {
    const expiresAt = START + HOUR_MS
    const caller = await issue({ expiresAt, allowFrom: NETWORK })
    const narrow = { scope: 'read', expiresAt: expiresAt - 1, allowFrom: ['203.0.113.128/25', '2001:db8::7'] } as const
    const [same, less] = [await issue({ expiresAt, allowFrom: NETWORK }), await issue(narrow)]
    for (const { info, token } of [caller, same, less]) {
      assert.equal((await ok(now.tokens.show(account, info.id, `partner:${caller.info.id}`))).token, token)
    }
    await ok(now.tokens.rotate(account, less.info.id, 0, `partner:${caller.info.id}`))
    const [one, other] = [await issue({ scope: 'developer' }), await issue({ scope: 'developer' })]
    const rotated = await ok(now.tokens.rotate(account, other.info.id, 0, `partner:${one.info.id}`))
    assert.equal(rotated.info.scope, 'developer')
    now = await folder.restart()
    assert.deepEqual(now.tokens.of(account).find(({ id }) => id === rotated.info.id)?.scope, 'developer')
    assert.equal(ownerOf(rotated.token), account)
  })

  test('finds what a rotation of his own made in a lost answer, until the operator gives it other terms', async () => {
    const old = await issue()
    const by = `partner:${old.info.id}` as const
    const lost = await ok(now.tokens.rotate(account, old.info.id, HOUR_MS, by))
    now = await folder.restart()
    assert.equal((await ok(now.tokens.show(account, lost.info.id, by))).token, lost.token)
    await ok(now.tokens.change(account, lost.info.id, { name: 'other' }, 'operator'))
    assert.equal(await faultOf(now.tokens.show(account, lost.info.id, by)), 'forbidden')
    // What the operator made of it was never for him.
    const leaked = await issue()
    const next = await ok(now.tokens.rotate(account, leaked.info.id, HOUR_MS, 'operator'))
    assert.equal(await faultOf(now.tokens.show(account, next.info.id, `partner:${leaked.info.id}`)), 'forbidden')
  })
})

describe('the tokens of an account', () => {
  const DAY_MS = 24 * HOUR_MS

  test('are at most 100 that are neither revoked nor expired', async () => {
    const first = await issue()
    for (let count = 1; count < 100; count++) await issue({ expiresAt: START + HOUR_MS })
    assert.equal(await faultOf(now.tokens.issue(account, {}, 'operator')), 'quotaExceeded')
    assert.equal(await faultOf(now.tokens.rotate(account, first.info.id, 1, 'operator')), 'quotaExceeded')
    // One for one.
    const next = await ok(now.tokens.rotate(account, first.info.id, 0, 'operator'))
    await issue({}, await newPartner(now))
    clock.move(HOUR_MS)
    await issue()
    await ok(now.tokens.rotate(account, next.info.id, 1, 'operator'))
  })

  test('are forgotten at the next change when they have been over for 90 days, but not what that change is of', async () => {
    const one = (expiresAt: number | null): Promise<IssuedToken> => {
      clock.move(1)
      return issue({ expiresAt })
    }
    const [revoked, expired] = [await one(null), await one(START + HOUR_MS)]
    const [last, good] = [await one(START + 2 * HOUR_MS), await one(null)]
    await ok(now.tokens.revoke(account, revoked.info.id, 'operator'))
    clock.move(HOUR_MS + 90 * DAY_MS - 4)
    await ok(now.tokens.change(account, good.info.id, { name: 'a' }, 'operator'))
    const ids = () => now.tokens.of(account).map(({ id }) => id)
    assert.deepEqual(
      ids(),
      [expired, last, good].map(({ info }) => info.id),
    )
    clock.move(HOUR_MS + 1)
    await ok(now.tokens.change(account, last.info.id, { expiresAt: null }, 'operator'))
    for (const opened of [now, await folder.restart()]) {
      now = opened
      assert.deepEqual(
        ids(),
        [last, good].map(({ info }) => info.id),
      )
      assert.deepEqual(
        [revoked, expired, last, good].map(({ token }) => ownerOf(token)),
        [undefined, undefined, account, account],
      )
    }
  })

  test('that are over are never more than 100, however often one is rotated', async () => {
    let { info } = await issue()
    const ids = [info.id]
    for (let round = 0; round < 120; round++) {
      clock.move(2)
      info = (await ok(now.tokens.rotate(account, info.id, round % 2, 'operator'))).info
      ids.push(info.id)
    }
    now = await folder.restart()
    clock.move(2)
    await ok(now.tokens.change(account, info.id, { name: 'end' }, 'operator'))
    assert.deepEqual(
      now.tokens.of(account).map(({ id }) => id),
      ids.slice(-101),
    )
  })
})

describe('an account with its first token', () => {
  test('is made in one batch; a person becomes a partner so too', async () => {
    const made = await ok(
      now.tokens.issueWith({ scope: 'read' }, 'operator', (beside) =>
        now.accounts.create({ kind: 'partner', name: 'New' }, 'operator', beside),
      ),
    )
    assert.equal(ownerOf(made.issued.token), made.account.id)
    const person = await ok(now.accounts.create({ kind: 'personal', name: 'Jane' }, 'operator'))
    const become = await ok(
      now.tokens.issueWith({}, 'operator', (beside) => now.accounts.becomePartner(person.id, 'operator', beside)),
    )
    now = await folder.restart()
    assert.deepEqual([ownerOf(made.issued.token), ownerOf(become.issued.token)], [made.account.id, person.id])
    assert.equal(now.tokens.find(made.issued.token, nowhere)?.token.scope, 'read')
  })

  test('is not made when the token can not be had, and the other way round', async () => {
    await issue({ token: 'taken-token' })
    const count = now.accounts.all().length
    const make = (terms: TokenTerms & { token?: string }, name: string) =>
      now.tokens.issueWith(terms, 'operator', (beside) =>
        now.accounts.create({ kind: 'partner', name }, 'operator', beside),
      )
    assert.equal(await faultOf(make({ token: 'taken-token' }, 'New')), 'conflict')
    assert.equal(await faultOf(make({ expiresAt: 0 }, 'New')), 'invalid')
    assert.equal(await faultOf(make({ token: 'good-token' }, '')), 'invalid')
    now = await folder.restart()
    assert.deepEqual([now.accounts.all().length, ownerOf('good-token')], [count, undefined])
  })
})
