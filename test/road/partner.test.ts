// Truth: the contract's partner methods and docs/compatibility.md; every field, id, date and refusal as a partner's program sees it.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SETTINGS } from '../../src/config/schema.ts'
import { silentLog } from '../../src/lib/log.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { DEFAULT_TERMS, type AccountRow, type PartnerTokenRow } from '../../src/model/account.ts'
import type { AccountId } from '../../src/model/ids.ts'
import {
  at,
  eventually,
  linked,
  listIn,
  newPhone,
  objectIn,
  pageOf,
  rowOf,
  send,
  textsOn,
  type Json,
} from '../support/road.ts'
import { PARTNER_TOKEN, startServer, type Made, type TestServer } from '../support/server.ts'
import { openTestStore } from '../support/test-database.ts'

const SEALING_KEY = '5a'.repeat(32)
const OTHER_TOKEN = `gac.${'7'.repeat(46)}`
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const clock = new SkippingClock()
const env = { JADEGATE_DATA_DIR: mkdtempSync(join(tmpdir(), 'jadegate-partners-')), JADEGATE_SEALING_KEY: SEALING_KEY }
let server: TestServer

/** Two partner accounts; a server that starts for the first time makes one only. */
before(async () => {
  const file = join(env.JADEGATE_DATA_DIR, 'jadegate.db')
  const store = await openTestStore({ file, sealingKey: Buffer.from(SEALING_KEY, 'hex'), log: silentLog })
  for (const [account, token] of [
    ['acc-1' as AccountId, PARTNER_TOKEN],
    ['acc-2' as AccountId, OTHER_TOKEN],
  ] as const) {
    await store.commit({
      guards: [],
      writes: [
        { kind: 'account.put', row: partnerAccount(account) },
        { kind: 'token.put', row: partnerToken(account, token) },
      ],
    })
  }
  await store.close()
  server = await startServer(env, { clock })
})
after(() => server.close())

function partnerAccount(id: AccountId): AccountRow {
  const dates = { createdAt: 1, partnerSince: 1, suspendedAt: null, deletedAt: null, warnedAt: null }
  return { id, kind: 'partner', name: id, ...dates, terms: DEFAULT_TERMS }
}

function partnerToken(account: AccountId, token: string): PartnerTokenRow {
  const dates = { createdAt: 1, expiresAt: null, revokedAt: null, lastUsedAt: null }
  return { id: `token-of-${account}`, account, token, name: '', scope: 'full', ...dates, allowFrom: [], madeBy: null }
}

const asOther = (verb: string, method: string, body?: unknown, headers?: Record<string, string>) =>
  server.call(verb, `/partner/${method}/${OTHER_TOKEN}`, body, headers)
const idsIn = (rows: readonly Json[]) => rows.map(({ idInstance }) => idInstance)
const wire = (atMs: number) => new Date(atMs).toISOString().slice(0, 19)
/** The first midnight at UTC+3 after a moment. */
const billingMidnight = (atMs: number) => (Math.floor((atMs + 3 * HOUR_MS) / DAY_MS) + 1) * DAY_MS - 3 * HOUR_MS

describe('createInstance', () => {
  test('the answer: a number, 50 hex digits, a type, and where to call', async () => {
    const answer = await server.partner('POST', 'createInstance', { name: 'shape' })
    const { idInstance, apiTokenInstance, ...rest } = objectIn(answer)
    assert.ok(typeof idInstance === 'number' && idInstance >= 1_101_000_000 && idInstance <= 1_999_999_999)
    assert.match(String(apiTokenInstance), /^[0-9a-f]{50}$/)
    assert.deepEqual(rest, { typeInstance: 'whatsapp', apiUrl: server.url, mediaUrl: server.url })
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  })

  const CHOICES: readonly (readonly [prefix: string, typeInstance: unknown, expected: string, first: number])[] = [
    ['', undefined, 'whatsapp', 1_101_000_000],
    ['/v3', undefined, 'v3', 3_100_000_000],
    ['', 'v3', 'v3', 3_100_000_000],
    ['', 'telegram', 'telegram', 4_100_000_000],
    ['/v3', 'telegram', 'telegram', 4_100_000_000],
    ['/v3', 'whatsapp', 'whatsapp', 1_101_000_000],
    ['', 'waba', 'whatsapp', 1_101_000_000],
    ['/v3', 'MAX', 'v3', 3_100_000_000],
    ['', 7, 'whatsapp', 1_101_000_000],
    ['/v3', null, 'v3', 3_100_000_000],
  ]
  for (const [prefix, typeInstance, expected, first] of CHOICES) {
    test(`at "${prefix}" with typeInstance ${JSON.stringify(typeInstance)}: ${expected}`, async () => {
      const made = await server.make({ name: 'kind', typeInstance }, prefix)
      assert.equal(made.typeInstance, expected)
      assert.ok(made.idInstance >= first && made.idInstance < first + 900_000_000)
      assert.deepEqual(at(await rowOf(server, made), 'typeInstance'), expected)
      assert.equal(objectIn(await server.on(made, 'GET', 'getSettings'))['typeInstance'], expected)
    })
  }

  test('ids rise one by one and tokens are all different, also when made at once', async () => {
    const made = await Promise.all(Array.from({ length: 30 }, () => server.make()))
    const ids = made.map(({ idInstance }) => idInstance).sort((a, b) => a - b)
    assert.deepEqual(
      ids,
      Array.from({ length: 30 }, (_, index) => (ids[0] ?? 0) + index),
    )
    assert.equal(new Set(made.map(({ apiTokenInstance }) => apiTokenInstance)).size, 30)
  })

  test('a wrong verb is 404', async () => {
    for (const [verb, method] of [
      ['GET', 'createInstance'],
      ['POST', 'getInstances'],
      ['DELETE', 'deleteInstanceAccount'],
      ['GET', 'noSuchMethod'],
    ] as const) {
      assert.equal((await server.partner(verb, method)).status, 404, `${verb} ${method}`)
    }
  })

  test('method names in any case, and a body of any content type', async () => {
    assert.ok(
      'idInstance' in
        objectIn(await server.partner('POST', 'CreateInstance', '{"name": "x"}', { 'content-type': 'text/plain' })),
    )
    assert.equal((await server.partner('GET', 'GETINSTANCES')).status, 200)
  })
})

describe('getInstances', () => {
  const KEYS = [
    'idInstance',
    'name',
    'typeInstance',
    'messenger',
    'typeAccount',
    'partnerUserUiid',
    'timeCreated',
    'timeDeleted',
    'apiTokenInstance',
    'deleted',
    'tariff',
    'isFree',
    'isPartner',
    'expirationDate',
    'isExpired',
  ]

  test('a bare array of rows, each with every field', async () => {
    const made = await server.make({ name: 'row "1" \u{1f332}' })
    const now = clock.now()
    const row = await rowOf(server, made)
    assert.deepEqual(Object.keys(row), KEYS)
    const { timeCreated, ...rest } = row
    assert.match(String(timeCreated), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    assert.ok(Math.abs(Date.parse(`${String(timeCreated)}Z`) - now) < 60_000)
    assert.deepEqual(rest, {
      idInstance: made.idInstance,
      name: 'row "1" \u{1f332}',
      typeInstance: 'whatsapp',
      messenger: 'whatsapp',
      typeAccount: '',
      partnerUserUiid: '',
      timeDeleted: '0001-01-01T00:00:00',
      apiTokenInstance: made.apiTokenInstance,
      deleted: false,
      tariff: 'PARTNER',
      isFree: false,
      isPartner: true,
      expirationDate: wire(billingMidnight(now)),
      isExpired: false,
    })
  })

  test('the expiration date moves on at midnight UTC+3 by itself', async () => {
    const made = await server.make()
    clock.skip(billingMidnight(clock.now()) - clock.now() - 60_000)
    assert.equal((await rowOf(server, made))['expirationDate'], wire(billingMidnight(clock.now())))
    clock.skip(120_000)
    const row = await rowOf(server, made)
    assert.equal(row['expirationDate'], wire(billingMidnight(clock.now())))
    assert.match(row['expirationDate'], /T21:00:00$/)
    assert.equal(row['isExpired'], false)
  })

  test('rows come in the order in which they were made, and stay in it', async () => {
    const made: Made[] = []
    for (const [index, prefix] of ['/v3', '', '/v3', ''].entries())
      made.push(await server.make({ name: `order ${String(index)}` }, prefix))
    const ids = made.map(({ idInstance }) => idInstance)
    const listed = async () =>
      idsIn(listIn(await server.partner('GET', 'getInstances'))).filter((id) => ids.includes(Number(id)))
    assert.deepEqual(await listed(), ids)
    await server.partner('POST', 'deleteInstanceAccount', { idInstance: ids[1] })
    assert.deepEqual(await listed(), ids)
    await server.stop()
    server = await startServer(env, { clock })
    assert.deepEqual(await listed(), ids)
  })

  test('a new name, token or state never leaves the list old', async () => {
    const made = await server.make({ name: 'fresh' })
    assert.equal((await rowOf(server, made))['apiTokenInstance'], made.apiTokenInstance)
    const { apiTokenInstance } = objectIn(await server.on(made, 'GET', 'updateApiToken'))
    assert.equal((await rowOf(server, made))['apiTokenInstance'], apiTokenInstance)
  })

  test('a wrong token: an object, not an array', async () => {
    const answer = await server.call('GET', `/partner/getInstances/${PARTNER_TOKEN}x`)
    assert.deepEqual([answer.status, answer.json], [200, { code: 401, description: 'Unauthorized' }])
  })
})

describe('deleteInstanceAccount', () => {
  const remove = (idInstance: unknown) => server.partner('POST', 'deleteInstanceAccount', { idInstance })
  const NOT_FOUND = { code: 404, description: 'Not found' }

  test('the row stays, marked; the id is gone for good', async () => {
    const made = await server.make({ name: 'short-lived' })
    assert.deepEqual((await remove(made.idInstance)).json, { deleteInstanceAccount: true })
    const { deleted, timeDeleted, isExpired, isPartner } = await rowOf(server, made)
    assert.deepEqual([deleted, isExpired, isPartner], [true, false, true])
    assert.ok(Math.abs(Date.parse(`${String(timeDeleted)}Z`) - clock.now()) < 60_000)
    assert.deepEqual((await remove(made.idInstance)).json, NOT_FOUND)
    assert.equal((await server.on(made, 'GET', 'getStateInstance')).status, 400)
    const page = await server.call('GET', pageOf(made))
    assert.equal(page.status, 400)
    await server.stop()
    server = await startServer(env, { clock })
    assert.deepEqual((await remove(made.idInstance)).json, NOT_FOUND)
    assert.ok((await server.make()).idInstance > made.idInstance)
  })

  test('an id as a string of digits is taken; anything else is named', async () => {
    const made = await server.make()
    assert.deepEqual((await remove(`${made.idInstance}`)).json, { deleteInstanceAccount: true })
    for (const wrong of [undefined, null, '', 'abc', {}, true, 1.5, -1]) {
      const { code, description } = objectIn(await remove(wrong))
      assert.equal(code, 400)
      assert.match(String(description), /'idInstance'/)
    }
    assert.deepEqual((await remove(1_101_999_999)).json, NOT_FOUND)
    assert.equal(objectIn(await server.partner('POST', 'deleteInstanceAccount'))['code'], 400)
  })

  test('the phone stays linked at the messenger', async () => {
    const { made, phone } = await linked(server, {})
    await remove(made.idInstance)
    const [row] = listIn(await server.call('GET', `/simulator/phones?phone=${phone}`))
    assert.ok(Array.isArray(row?.['devices']) && row['devices'].length === 1)
  })

  test('what waits in the queue is never sent afterwards', async () => {
    const made = await server.make({ delaySendMessagesMilliseconds: 500 })
    const to = newPhone()
    await send(server, made, to, 'too late')
    await remove(made.idInstance)
    const { made: witness } = await linked(server, {})
    await send(server, witness, to, 'witness')
    assert.deepEqual(await textsOn(server, to, 1), ['witness'])
  })
})

test('rows of deleted instances go after three months', async () => {
  const ownClock = new SkippingClock()
  assert.equal(SETTINGS.keepDeletedDays.default, '92')
  const own = await startServer({ JADEGATE_KEEP_DELETED_DAYS: '2' }, { clock: ownClock })
  try {
    const made = await own.make({ name: 'old' })
    await own.partner('POST', 'deleteInstanceAccount', { idInstance: made.idInstance })
    ownClock.skip(DAY_MS)
    assert.equal((await rowOf(own, made))['deleted'], true)
    ownClock.skip(2 * DAY_MS)
    await eventually(async () => {
      ownClock.skip(61_000)
      return listIn(await own.partner('GET', 'getInstances')).length === 0
    }, 'the row is erased')
    assert.equal((await own.on(made, 'GET', 'getStateInstance')).status, 403)
  } finally {
    await own.close()
  }
})

describe('two partners', () => {
  test('neither sees, deletes or learns of the instances of the other', async () => {
    const mine = await server.make({ name: 'mine' })
    const theirs = objectIn(await asOther('POST', 'createInstance', { name: 'theirs' }))
    assert.deepEqual((await asOther('POST', 'deleteInstanceAccount', { idInstance: mine.idInstance })).json, {
      code: 404,
      description: 'Not found',
    })
    assert.equal((await rowOf(server, mine))['deleted'], false)
    assert.deepEqual(idsIn(listIn(await asOther('GET', 'getInstances'))), [theirs['idInstance']])
    assert.ok(!idsIn(listIn(await server.partner('GET', 'getInstances'))).includes(theirs['idInstance']))
  })

  test('the same Idempotency-Key of both means two instances', async () => {
    const headers = { 'Idempotency-Key': 'shared' }
    const mine = objectIn(await server.partner('POST', 'createInstance', { name: 'k' }, headers))
    const theirs = objectIn(await asOther('POST', 'createInstance', { name: 'k' }, headers))
    assert.notEqual(mine['idInstance'], theirs['idInstance'])
  })
})

describe('Idempotency-Key on createInstance', () => {
  const create = (key: string, body: object = { name: 'once' }, prefix = '') =>
    server.call('POST', `${prefix}/partner/createInstance/${PARTNER_TOKEN}`, body, { 'Idempotency-Key': key })
  const countOf = async () => listIn(await server.partner('GET', 'getInstances')).length

  test('again: the same answer, byte for byte, also with other spaces and unknown keys, and after a restart', async () => {
    const first = await create('a')
    const count = await countOf()
    for (const body of [{ name: 'once' }, { foo: 1, name: 'once' }]) {
      const again = await create('a', body)
      assert.equal(again.text, first.text)
      assert.equal(again.headers.get('idempotency-replayed'), 'true')
    }
    await server.stop()
    server = await startServer(env, { clock })
    const later = await create('a')
    assert.equal(at(later.json, 'idInstance'), at(first.json, 'idInstance'))
    assert.equal(await countOf(), count)
  })

  test('with another body, or for another messenger: code 409', async () => {
    await create('b')
    const count = await countOf()
    for (const refused of [await create('b', { name: 'other' }), await create('b', { name: 'once' }, '/v3')]) {
      assert.equal(objectIn(refused)['code'], 409)
    }
    assert.equal(await countOf(), count)
  })

  test('many at the same moment: one instance, one answer', async () => {
    const count = await countOf()
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('c')))
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
    assert.equal(await countOf(), count + 1)
  })

  test('a call that was refused has used up nothing', async () => {
    assert.equal(objectIn(await create('d', { stateWebhook: 'maybe' }))['code'], 400)
    assert.ok('idInstance' in objectIn(await create('d')))
  })

  test('after a day the key is new again', async () => {
    const first = objectIn(await create('e'))
    clock.skip(DAY_MS + 61_000)
    await eventually(async () => {
      clock.skip(61_000)
      return objectIn(await create('e'))['idInstance'] !== first['idInstance']
    }, 'the key is forgotten')
  })

  test('a key that is none: code 400 that names it', async () => {
    for (const key of ['', 'x'.repeat(256), 'a b']) {
      const { code, description } = objectIn(await create(key))
      assert.equal(code, 400)
      assert.match(String(description), /Idempotency-Key/)
    }
  })
})
