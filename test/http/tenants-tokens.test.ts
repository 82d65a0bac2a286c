// Truth: nothing of another account is seen, changed or told apart: tokens of every kind at every door, and the contract's partner methods.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { instanceMethods } from '../../src/http/green/methods.ts'
import { QrImages } from '../../src/http/qr/qr-images.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { objectIn } from '../support/road.ts'
import { OPERATOR_TOKEN, type Answer } from '../support/server.ts'
import { assertTellsNothing, shapeOf } from './tenants/compare.ts'
import { KEY, PARTNER_API, partnerCall, type Party } from './tenants/party.ts'
import {
  fieldsOf,
  LISTED_OF_CONSOLE,
  nameOf,
  OPERATOR_ROWS,
  PARTNER_ROWS,
  pathWith,
  type Row,
} from './tenants/routes.ts'
import { openTenants, secretsOf, type Tenants } from './tenants/scene.ts'
import { assertSame, snapshotOf } from './tenants/snapshot.ts'

const OPERATOR_API = '/api/operator/v1'

interface PartnerMethod {
  readonly verb: string
  readonly name: string
  readonly fields: readonly string[]
}

let tenants: Tenants
let a: Party
let b: Party
let secrets: readonly string[]
let paths: Readonly<Record<string, Readonly<Record<string, object>>>>
let methods: readonly PartnerMethod[]
/** Nobody's, near misses, those that are over or bound to other addresses, and those of other doors. */
let wrong: readonly string[]

before(async () => {
  tenants = await openTenants()
  ;({ a, b } = tenants)
  secrets = secretsOf(tenants)
  paths = objectIn(await tenants.server.call('GET', '/openapi.json'))['paths'] as typeof paths
  methods = Object.entries(paths).flatMap(([path, item]) =>
    path.startsWith('/partner/') ? Object.entries(item).map(([verb, row]) => partnerMethod(path, verb, row)) : [],
  )
  const near = `${b.full.token.slice(0, -1)}${b.full.token.endsWith('0') ? '1' : '0'}`
  const over = [b.expired, b.revoked, b.bound].map(({ token }) => token)
  const ofInstances = [b.linked, b.idle, b.deleted, tenants.person.instance].map((made) => made.apiTokenInstance)
  const others = [tenants.gone, OPERATOR_TOKEN, b.former, b.full.id, b.account, b.hookSecret]
  const odd = [`${b.full.token}0`, b.full.token.slice(0, -1), b.full.token.toUpperCase(), 'gac.', 'x'.repeat(2000)]
  wrong = [near, ...over, ...ofInstances, ...others, ...odd]
})
after(() => tenants.close())

function partnerMethod(path: string, verb: string, row: object): PartnerMethod {
  const { requestBody } = row as {
    readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly properties?: object } }> }
  }
  const fields = Object.keys(requestBody?.content['application/json']?.schema.properties ?? {})
  return { verb: verb.toUpperCase(), name: path.split('/')[2] ?? '', fields }
}

const NOBODYS = `gac.${'7b'.repeat(23)}`
const IDS = {
  id: 'nobody',
  idInstance: 1_999_999_999,
  receiptId: 1,
  month: '1987-01',
  tokenId: 'nobody',
  person: 'nobody',
  name: 'NOBODYS',
}

test('what the document lists is what is gone through here', () => {
  const known = new Set(
    instanceMethods({ clock: systemClock, images: new QrImages(), delayMinMs: 500 }).rows.map(({ name }) => name),
  )
  const own = [
    ...PARTNER_ROWS.map((row) => `${row.verb} ${PARTNER_API}${row.at}`),
    ...OPERATOR_ROWS.map((row) => `${row.verb} ${OPERATOR_API}${row.at}`),
    // Tokens open nothing of these: console-sessions.test.ts and console-api.test.ts go through them.
    ...LISTED_OF_CONSOLE.map((row) => `${row.verb} /api/console${row.at}`),
  ]
  const listed = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((verb) => [verb.toUpperCase(), path] as const),
  )
  for (const [verb, path] of listed) {
    const [, family = '', name = ''] = path.split('/')
    if (family.startsWith('waInstance')) assert.ok(known.has(name), path)
    else if (family !== 'partner') assert.ok(own.includes(`${verb} ${path}`), path)
  }
  assert.deepEqual(methods.map(({ name }) => name).toSorted(), [
    'createInstance',
    'deleteInstanceAccount',
    'getInstances',
  ])
  assert.ok(listed.length >= own.length + known.size)
})

const bodyOf = (row: Row): object | undefined =>
  row.verb === 'GET' || fieldsOf(row.body).length === 0 ? undefined : {}

test('each row of the partner API answers every token that is not good alike', async () => {
  const before = await snapshotOf(tenants)
  for (const row of PARTNER_ROWS) {
    const call = (token: string) => partnerCall(tenants.server, token, row.verb, pathWith(row, IDS), bodyOf(row), KEY)
    const nobodys = await call(NOBODYS)
    assert.deepEqual(
      [nobodys.status, nobodys.text],
      [401, '{"error":{"code":"unauthorized","message":"Unauthorized"}}'],
      nameOf(row),
    )
    for (const token of wrong) {
      assert.equal(shapeOf(await call(token), [], false), shapeOf(nobodys, [], false), `${nameOf(row)} with ${token}`)
    }
  }
  assertSame(await snapshotOf(tenants), before)
})

test('each partner method of the contract answers every token that is not good alike', async () => {
  const before = await snapshotOf(tenants)
  for (const { verb, name } of methods) {
    const call = (token: string) =>
      tenants.server.call(verb, `/partner/${name}/${encodeURIComponent(token)}`, verb === 'GET' ? undefined : {}, KEY)
    const nobodys = await call(NOBODYS)
    assert.deepEqual([nobodys.status, nobodys.text], [200, '{"code":401,"description":"Unauthorized"}'], name)
    for (const token of wrong) {
      assert.equal(shapeOf(await call(token), [], false), shapeOf(nobodys, [], false), `${name} with ${token}`)
    }
  }
  assertSame(await snapshotOf(tenants), before)
})

test('each row of the operator API answers 401 to every token of partners and instances, good or not', async () => {
  const before = await snapshotOf(tenants)
  const given = [a.full.token, a.reader.token, b.full.token, b.reader.token, a.linked.apiTokenInstance, ...wrong]
  const ids = { ...IDS, id: a.account, idInstance: a.linked.idInstance, tokenId: a.full.id }
  for (const row of OPERATOR_ROWS) {
    const verbs = row.verb === 'GET' ? ['GET', 'HEAD'] : [row.verb]
    for (const token of given.filter((one) => one !== OPERATOR_TOKEN)) {
      for (const verb of verbs) {
        const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'X-Actor': 'cli' }
        const body = verb === 'GET' || verb === 'HEAD' ? undefined : {}
        const answer = await tenants.server.call(verb, OPERATOR_API + pathWith(row, ids), body, headers)
        const text = verb === 'HEAD' ? '' : '{"error":{"code":"unauthorized","message":"Unauthorized"}}'
        assert.deepEqual([answer.status, answer.text], [401, text], `${verb} ${row.at} with ${token}`)
      }
    }
  }
  assertSame(await snapshotOf(tenants), before)
})

test('a token of the operator or of a partner in the wrong place of a request opens nothing', async () => {
  for (const token of [OPERATOR_TOKEN, a.full.token]) {
    for (const base of [PARTNER_API, OPERATOR_API]) {
      const path = base === PARTNER_API ? '/account' : '/accounts'
      const basic = `Basic ${Buffer.from(`${token}:`).toString('base64')}`
      for (const [query, headers] of [
        [`?token=${token}`, {}],
        [`?access_token=${token}`, {}],
        ['', { Cookie: `token=${token}` }],
        ['', { Authorization: token }],
        ['', { Authorization: basic }],
        ['', { 'X-Api-Key': token }],
      ] as const) {
        assert.equal((await tenants.server.call('GET', base + path + query, undefined, headers)).status, 401)
      }
    }
  }
})

test('partner methods of A: what is of B in any field is what never was, and no list holds it', async () => {
  const mades = [b.linked, b.idle, b.deleted, tenants.person.instance]
  const pairs = [
    ...mades.map(({ idInstance }) => [idInstance, 1_999_999_999] as const),
    [b.account, '7'.repeat(b.account.length)] as const,
    [b.full.token, NOBODYS] as const,
  ]
  const ask = (method: PartnerMethod, body?: object, headers = {}): Promise<Answer> =>
    tenants.server.call(method.verb, `/partner/${method.name}/${a.full.token}`, body, headers)
  for (const method of methods.filter(({ verb }) => verb === 'GET')) {
    assertTellsNothing(await ask(method), secrets, method.name, '')
  }
  const before = await snapshotOf(tenants)
  for (const method of methods.filter(({ verb }) => verb !== 'GET')) {
    assert.ok(method.fields.length > 0, method.name)
    for (const field of method.fields) {
      for (const [foreign, nobodys] of pairs) {
        const answer = await ask(method, { [field]: foreign })
        const expected = await ask(method, { [field]: nobodys })
        const about = `${method.name} ${field} ${String(foreign)}`
        assert.equal(shapeOf(answer, [foreign], true), shapeOf(expected, [nobodys], true), about)
        assertTellsNothing(answer, secrets, about, about)
      }
    }
  }
  // The key that both have used already: each made its own.
  const create = methods.find(({ name }) => name === 'createInstance') ?? assert.fail()
  const again = await ask(create, { name: 'amber keyed' }, KEY)
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assertTellsNothing(again, secrets, 'createInstance', '')
  assert.match((await ask(create, { name: 'bluemark keyed' }, KEY)).text, /"code":409/)
  assertSame(await snapshotOf(tenants), before)
})
