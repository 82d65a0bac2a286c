// Truth: nothing of another account is seen, changed or told apart: every row of the partner API, taken from the table that serves it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '../support/operator-calls.ts'
import type { Answer } from '../support/server.ts'
import { assertTellsNothing, shapeOf } from './tenants/compare.ts'
import { done, partnerCall, type Party } from './tenants/party.ts'
import {
  fieldsOf,
  nameOf,
  PARTNER_ROWS,
  urlOf,
  withInEachPlace,
  type Row,
  type RowCall,
  type Scalar,
} from './tenants/routes.ts'
import { openTenants, secretsOf, type Tenants } from './tenants/scene.ts'
import { assertSame, snapshotOf } from './tenants/snapshot.ts'

let tenants: Tenants
let a: Party
let b: Party
let secrets: readonly string[]
/** What A has given itself in calls that store something: no secret of B when A reads it again. */
let given = ''
/** What of B's each value was called for: the same of nobody. */
let pairs: readonly (readonly [foreign: Scalar, nobodys: Scalar])[]

before(async () => {
  tenants = await openTenants()
  ;({ a, b } = tenants)
  secrets = secretsOf(tenants)
  const mades = [b.linked, b.idle, b.deleted, tenants.person.instance]
  const tokens = [b.full, b.reader, b.expired, b.revoked, b.bound]
  const draw = (text: string) => text.replaceAll(/\d/g, '7').replaceAll(/[a-f]/g, 'b')
  pairs = [
    ...mades.map(({ idInstance }) => [idInstance, 1_999_999_999] as const),
    ...tokens.map(({ id }) => [id, draw(id)] as const),
    [b.full.token, `gac.${'7'.repeat(46)}`],
    [b.idle.apiTokenInstance, draw(b.idle.apiTokenInstance)],
    [b.account, draw(b.account)],
    [tenants.person.account, draw(tenants.person.account)],
    [tenants.months[0] ?? '', '1987-01'],
    ['bluemark linked', 'nobodys linked'],
    ['BLUEMARK_DAILY', 'NOBODYS_DAILY'],
    [b.phone, '79987654321'],
  ]
})
after(() => tenants.close())

/** Values of A's own for whatever a route may want. A field that is not here fails the test: it has to be said what it may hold. */
const OWN_BODIES: Readonly<Record<string, (own: Party) => unknown>> = {
  overlapSeconds: () => 0,
  instances: () => [{ name: 'amber more', webhookUrlToken: 'amber hush', stateWebhook: 'yes' }],
  ids: ({ idle }) => [idle.idInstance],
  name: () => 'amber idle',
  settings: () => ({ stateWebhook: 'yes' }),
  url: ({ hookUrl }) => hookUrl,
}

/** A good call of a party's own, with what A says in it. */
function ownCall(row: Row, of: Party = a): RowCall {
  const body = fieldsOf(row.body).map((name) => {
    const value = OWN_BODIES[name]
    assert.ok(value !== undefined, `${nameOf(row)}: say what '${name}' of its body is`)
    return [name, value(a)] as const
  })
  const month = tenants.months[1]
  const path = { idInstance: of.idle.idInstance, receiptId: of.told, id: of.reader.id, month }
  return { path, query: {}, body: Object.fromEntries(body) }
}

function send(row: Row, call: RowCall, token: string, headers?: Record<string, string>): Promise<Answer> {
  const body = row.verb === 'GET' || fieldsOf(row.body).length === 0 ? undefined : call.body
  return partnerCall(tenants.server, token, row.verb, urlOf(row, call), body, headers)
}

const requestOf = (row: Row, call: RowCall): string => decodeURIComponent(urlOf(row, call)) + JSON.stringify(call.body)

test('what A reads holds nothing of B: no row, no total, no secret', async () => {
  for (const row of PARTNER_ROWS.filter(({ verb }) => verb === 'GET')) {
    for (const token of [a.full.token, a.reader.token]) {
      const answer = await send(row, ownCall(row), token)
      const isAllowed = token === a.full.token || row.scope === 'read'
      assert.equal(answer.status, isAllowed ? 200 : 403, `${nameOf(row)}: ${answer.text}`)
      assertTellsNothing(answer, secrets, nameOf(row), '')
    }
  }
  const listed = done(await partnerCall(tenants.server, a.full.token, 'GET', '/instances'))['items'] as readonly Json[]
  const { instances } = done(await partnerCall(tenants.server, a.full.token, 'GET', '/account'))
  assert.deepEqual([listed.length, instances], [4, 4])
  const { balance } = done(await partnerCall(tenants.server, a.full.token, 'GET', '/balance'))
  const lines = done(await partnerCall(tenants.server, a.full.token, 'GET', '/ledger?limit=1000'))
  const amounts = (lines['items'] as readonly Json[]).map(({ amount }) => Number(amount))
  assert.equal(
    amounts.reduce((sum, amount) => sum + amount, 0),
    balance,
  )
})

test('a cursor is a place in the list of whoever asks, and never leads to another', async () => {
  for (const row of PARTNER_ROWS.filter((one) => fieldsOf(one.query).includes('cursor'))) {
    const listOf = (of: Party, query: object) => send(row, { ...ownCall(row, of), query: { ...query } }, of.full.token)
    const own = new Set(itemsIn(await listOf(a, { limit: 1000 })).map((item) => JSON.stringify(item)))
    const { next } = done(await listOf(b, { limit: 1 }))
    assert.ok(typeof next === 'string', `${nameOf(row)}: B has two of them`)
    const [name = '', ...places] = Buffer.from(next, 'base64url').toString().split(' ')
    assert.ok(!secrets.includes(name) && ![b.account, a.account].includes(name))
    const place = (at: number) =>
      fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 1), fc.constant(Number(places[at])))
    const forged = fc.tuple(...places.map((_, at) => place(at))).map((at) => [name, ...at].join(' '))
    const cursors = [next, ...fc.sample(forged, 30).map((text) => Buffer.from(text).toString('base64url'))]
    for (const cursor of cursors) {
      const answer = await listOf(a, { limit: 1000, cursor })
      assert.ok([200, 400].includes(answer.status), `${nameOf(row)}: ${answer.text}`)
      assertTellsNothing(answer, secrets, `${nameOf(row)} ${cursor}`, '')
      if (answer.status !== 200) continue
      for (const item of itemsIn(answer)) assert.ok(own.has(JSON.stringify(item)), `${nameOf(row)} ${cursor}`)
    }
  }
})

function itemsIn(answer: Answer): readonly unknown[] {
  return done(answer)['items'] as readonly unknown[]
}

test('whatever of B or of the person stands anywhere in a call of A: the answer is that for what never was', async () => {
  const before = await snapshotOf(tenants)
  let compared = 0
  for (const row of PARTNER_ROWS) {
    for (const [foreign, nobodys] of pairs) {
      const theirs = withInEachPlace(row, ownCall(row), foreign)
      const nowhere = withInEachPlace(row, ownCall(row), nobodys)
      for (const [index, call] of theirs.entries()) {
        for (const { token } of [a.full, a.reader]) {
          await compare(row, call, nowhere[index] ?? assert.fail(), [foreign, nobodys], token)
          compared += 1
        }
      }
    }
  }
  assert.ok(compared > 500)
  assertSame(await snapshotOf(tenants), before)
})

async function compare(
  row: Row,
  theirs: RowCall,
  nowhere: RowCall,
  [foreign, nobodys]: readonly [Scalar, Scalar],
  token: string,
): Promise<void> {
  const answer = await send(row, theirs, token)
  const other = await send(row, nowhere, token)
  const about = `${nameOf(row)} with ${requestOf(row, theirs)}`
  if (row.verb !== 'GET' && answer.status < 300) given += requestOf(row, theirs)
  const isMaking = row.verb !== 'GET'
  assert.equal(shapeOf(answer, [foreign], isMaking), shapeOf(other, [nobodys], isMaking), about)
  assertTellsNothing(answer, secrets, about, given + requestOf(row, theirs))
  assert.ok(answer.status < 500, about)
}

/** What was done to the same token before is over then. */
const ONLY_ONCE = '/tokens/{id}/rotate'

test('a key that B has used is a new one for A, with the same body and with another', async () => {
  for (const row of PARTNER_ROWS.filter(({ idempotent }) => idempotent !== false)) {
    const call = ownCall(row)
    const key = { 'Idempotency-Key': 'used-by-B' }
    const first = await send(row, ownCall(row, b), b.full.token, key)
    assert.ok(first.status < 300, first.text)
    const own = await send(row, call, a.full.token, key)
    assert.equal(own.headers.get('idempotency-replayed'), null)
    if (row.at === ONLY_ONCE) assert.ok(own.status < 300, own.text)
    else {
      const fresh = await send(row, call, a.full.token, { 'Idempotency-Key': 'used-by-nobody' })
      assert.equal(shapeOf(own, [], true), shapeOf(fresh, [], true), nameOf(row))
    }
    // Receipt ids are counted for each instance by itself.
    if (fieldsOf(row.path).length === 0) assert.notEqual(own.text, first.text)
    assertTellsNothing(own, secrets, nameOf(row), '')
    const again = await send(row, ownCall(row, b), b.full.token, key)
    assert.deepEqual([again.text, again.headers.get('idempotency-replayed')], [first.text, 'true'])
  }
})

test('what A does to all of its own is done to nothing of B', async () => {
  const before = await snapshotOf(tenants)
  for (const row of PARTNER_ROWS.filter(({ verb }) => verb !== 'GET')) {
    const body = { ...ownCall(row).body, ...('ids' in ownCall(row).body && { ids: 'all' }) }
    const answer = await send(row, { ...ownCall(row), body }, a.full.token)
    const isOver = answer.status === 404 || (answer.status === 409 && row.at === ONLY_ONCE)
    assert.ok(answer.status < 300 || isOver, `${nameOf(row)}: ${answer.text}`)
    assertTellsNothing(answer, secrets, nameOf(row), given)
  }
  assertSame(await snapshotOf(tenants), before)
})
