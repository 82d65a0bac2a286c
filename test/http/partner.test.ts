// Truth: the contract's partner methods, docs/compatibility.md, and the parameters of both the older and the newer reference pages.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { PARTNER_TOKEN, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
const clock = new SkippingClock()

before(async () => {
  server = await startServer({}, { clock })
})
after(() => server.close())

type Row = Readonly<Record<string, unknown>>
const list = async (): Promise<readonly Row[]> => (await server.partner('GET', 'getInstances')).json as readonly Row[]
const rowOf = async (made: Made): Promise<Row | undefined> =>
  (await list()).find((row) => row['idInstance'] === made.idInstance)
const create = (body: unknown, headers?: Record<string, string>): Promise<Answer> =>
  server.partner('POST', 'createInstance', body, headers)

/** Calls the operator's API; what it answers must be good. */
async function operator(verb: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await server.operator(verb, path, body)
  assert.ok(answer.status < 300, answer.text)
  return (answer.json ?? {}) as Record<string, unknown>
}

interface Partner {
  readonly account: string
  readonly token: string
  readonly call: (verb: string, method: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
}

/** A partner of a test's own. */
async function newPartner(terms: object = {}, first: object = {}): Promise<Partner> {
  const made = await operator('POST', '/accounts', { kind: 'partner', name: 'Acme', terms, token: first })
  const { token } = made['token'] as { token: string }
  return {
    account: String(made['id']),
    token,
    call: (verb, method, body, headers) => server.call(verb, `/partner/${method}/${token}`, body, headers),
  }
}

const WRONG_TOKEN = { code: 401, description: 'Unauthorized' }
const READ_ONLY = { code: 403, description: 'This token may only read' }
const SUSPENDED = { code: 403, description: 'Account is suspended' }

const EVERYTHING = {
  name: 'Имя с пробелами ☎',
  webhookUrl: 'https://mysite.example/webhook/',
  webhookUrlToken: 'f93537eb3e8fed66847b5bd',
  delaySendMessagesMilliseconds: 1000,
  markIncomingMessagesReaded: 'no',
  markIncomingMessagesReadedOnReply: 'yes',
  outgoingAPIMessageWebhook: 'yes',
  outgoingWebhook: 'yes',
  outgoingMessageWebhook: 'yes',
  incomingWebhook: 'yes',
  deviceWebhook: 'no',
  stateWebhook: 'yes',
  keepOnlineStatus: 'yes',
  pollMessageWebhook: 'yes',
  incomingBlockWebhook: 'yes',
  incomingCallWebhook: 'yes',
  editedMessageWebhook: 'yes',
  deletedMessageWebhook: 'yes',
}

describe('createInstance', () => {
  test('every parameter is stored and comes back: the name in getInstances, the rest in getSettings', async () => {
    const answer = await create(EVERYTHING)
    assert.equal(answer.status, 200)
    const made = answer.json as Made & { apiUrl: string; mediaUrl: string }
    assert.match(made.apiTokenInstance, /^[0-9a-f]{50}$/)
    assert.deepEqual([made.typeInstance, made.apiUrl, made.mediaUrl], ['whatsapp', server.url, server.url])
    assert.ok(made.idInstance >= 1_101_000_000 && made.idInstance < 2_000_000_000)
    const settings = (await server.on(made, 'GET', 'getSettings')).json as Row
    const { name, ...rest } = EVERYTHING
    for (const [key, value] of Object.entries(rest)) assert.equal(settings[key], value, key)
    assert.equal((await rowOf(made))?.['name'], name)
  })

  test('with comments and a trailing comma, as it stands in the reference', async () => {
    const body = `{
    "name": "x", // название
    "webhookUrl": "https://mysite.example/webhook/",
    "markIncomingMessagesReaded": "no", // Уведомление временно не работает.
    "stateWebhook": "no",
}`
    assert.equal(typeof ((await create(body)).json as Made).idInstance, 'number')
  })

  test('the messenger: the body where it names one, else the path', async () => {
    const types = async (body: object, prefix = ''): Promise<unknown> => (await server.make(body, prefix)).typeInstance
    assert.equal(await types({ name: 'a' }), 'whatsapp')
    assert.equal(await types({ name: 'a' }, '/v3'), 'v3')
    assert.equal(await types({ typeInstance: 'telegram' }), 'telegram')
    assert.equal(await types({ typeInstance: 'whatsapp' }, '/v3'), 'whatsapp')
    assert.equal(await types({ name: 'a', typeInstance: 'fax' }), 'whatsapp')
    assert.equal(await types({ name: 'a', typeInstance: 7 }, '/v3'), 'v3')
    const max = await server.make({ name: 'a' }, '/v3')
    assert.ok(max.idInstance >= 3_100_000_000 && max.idInstance < 4_000_000_000)
  })

  test('the messenger of the account comes last, before whatsapp', async () => {
    const { call } = await newPartner({ defaultMessenger: 'telegram' })
    const typeOf = async (body: object): Promise<unknown> =>
      ((await call('POST', 'createInstance', body)).json as Made).typeInstance
    assert.equal(await typeOf({ name: 'a' }), 'telegram')
    assert.equal(await typeOf({ name: 'a', typeInstance: 'fax' }), 'telegram')
    assert.equal(await typeOf({ typeInstance: 'whatsapp' }), 'whatsapp')
    const other = await newPartner({ defaultMessenger: 'telegram' })
    const byPath = await server.call('POST', `/v3/partner/createInstance/${other.token}`, { name: 'a' })
    assert.equal((byPath.json as Made).typeInstance, 'v3')
  })

  test('unknown keys are ignored, and what clients send for unset fields counts as absent', async () => {
    const made = await server.make({
      name: '',
      typeAccount: '',
      partnerUserUiid: 1,
      incomingWebhook: '',
      keepOnlineStatus: null,
    })
    const settings = (await server.on(made, 'GET', 'getSettings')).json as Row
    assert.deepEqual([settings['incomingWebhook'], settings['delaySendMessagesMilliseconds']], ['no', 3000])
  })

  const refused: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /at least 1 key/],
    ['{}', /at least 1 key/],
    [{ typeAccount: 'x', __proto__x: 1 }, /at least 1 key/],
    [{ typeInstance: 'fax' }, /at least 1 key/],
    [[], /must be of type object/],
    ['null', /at least 1 key/],
    ['{"name"', /JSON/],
    [{ name: 5 }, /'name' must be a string/],
    [{ name: 'x'.repeat(501) }, /'name' length/],
    [{ name: 'a\0b' }, /'name'/],
    [{ webhookUrl: 'not a url' }, /'webhookUrl'/],
    [{ webhookUrl: 'ftp://x.example' }, /'webhookUrl'/],
    [{ webhookUrl: true }, /'webhookUrl' must be a string/],
    [{ webhookUrlToken: 'a\r\nb' }, /'webhookUrlToken'/],
    [{ incomingWebhook: true }, /'incomingWebhook' must be one of \[yes, no\]/],
    [{ incomingWebhook: 'YES' }, /'incomingWebhook'/],
    [{ stateWebhook: 1 }, /'stateWebhook'/],
    [{ delaySendMessagesMilliseconds: 499 }, /'delaySendMessagesMilliseconds' must be greater than or equal to 500/],
    [{ delaySendMessagesMilliseconds: 600_001 }, /'delaySendMessagesMilliseconds' must be less/],
    [{ delaySendMessagesMilliseconds: 1000.5 }, /'delaySendMessagesMilliseconds' must be an integer/],
    [{ delaySendMessagesMilliseconds: '1000' }, /'delaySendMessagesMilliseconds' must be a number/],
    [{ delaySendMessagesMilliseconds: 0 }, /'delaySendMessagesMilliseconds'/],
    [{ name: 'good', incomingWebhook: 'yes', stateWebhook: 'maybe' }, /'stateWebhook'/],
  ]
  for (const [body, expected] of refused) {
    test(`${JSON.stringify(body ?? 'no body').slice(0, 60)}: HTTP 200, code 400, the field named, nothing made`, async () => {
      const before = (await list()).length
      const answer = await create(body)
      const { code, description } = answer.json as { code: number; description: string }
      assert.deepEqual([answer.status, code], [200, 400])
      assert.match(description, expected)
      assert.equal((await list()).length, before)
    })
  }

  test('a body that is too large: HTTP 200, code 413', async () => {
    const answer = await create({ name: 'x'.repeat(300_000) })
    assert.deepEqual([answer.status, (answer.json as { code: number }).code], [200, 413])
  })

  test('ids and tokens are never given twice, however many are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 60 }, () => server.make()))
    assert.equal(new Set(made.map((one) => one.idInstance)).size, 60)
    assert.equal(new Set(made.map((one) => one.apiTokenInstance)).size, 60)
  })
})

describe('who may call', () => {
  for (const [verb, method] of [
    ['POST', 'createInstance'],
    ['GET', 'getInstances'],
    ['POST', 'deleteInstanceAccount'],
    ['POST', 'CreateInstance'],
  ] as const) {
    for (const token of ['gac.wrong', '', PARTNER_TOKEN.slice(0, -1), `${PARTNER_TOKEN}x`]) {
      test(`${method} with token ${JSON.stringify(token)}: HTTP 200, code 401`, async () => {
        const answer = await server.call(
          verb,
          `/partner/${method}/${token}`,
          verb === 'POST' ? { name: 'x' } : undefined,
        )
        assert.deepEqual([answer.status, answer.json], [200, { code: 401, description: 'Unauthorized' }])
      })
    }
  }

  test('a wrong verb or method is 404 and shows no token', async () => {
    for (const [verb, method] of [
      ['GET', 'createInstance'],
      ['POST', 'getInstances'],
      ['GET', 'nothing'],
    ] as const) {
      const answer = await server.partner(verb, method)
      assert.equal(answer.status, 404)
      assert.ok(!answer.text.includes(PARTNER_TOKEN))
    }
  })
})

describe('tokens of partners', () => {
  test('one that may only read lists, and changes nothing', async () => {
    const full = await newPartner()
    const made = (await full.call('POST', 'createInstance', { name: 'x' })).json as Made
    const issued = await operator('POST', `/accounts/${full.account}/tokens`, { scope: 'read' })
    const call = (verb: string, method: string, body?: object): Promise<Answer> =>
      server.call(verb, `/partner/${method}/${String(issued['token'])}`, body)
    const listed = (await call('GET', 'getInstances')).json as Row[]
    const [shown, ...others] = (await full.call('GET', 'getInstances')).json as Row[]
    assert.deepEqual([shown?.['apiTokenInstance'], others], [made.apiTokenInstance, []])
    assert.deepEqual(listed, [{ ...shown, apiTokenInstance: '' }], 'with the instance token it could send')
    assert.deepEqual((await call('POST', 'createInstance', { name: 'y' })).json, READ_ONLY)
    assert.deepEqual((await call('POST', 'deleteInstanceAccount', { idInstance: made.idInstance })).json, READ_ONLY)
    assert.equal(((await call('GET', 'getInstances')).json as Row[])[0]?.['deleted'], false)
    assert.equal((await call('GET', 'createInstance')).status, 404)
  })

  test('one that is revoked, and one whose account is deleted, answer as a wrong one at once', async () => {
    const { account, token, call } = await newPartner()
    const second = await operator('POST', `/accounts/${account}/tokens`, {})
    assert.ok(Array.isArray((await call('GET', 'getInstances')).json))
    const tokens = (await operator('GET', `/accounts/${account}/tokens`))['items'] as Row[]
    assert.ok(!JSON.stringify(tokens).includes(token))
    await operator('DELETE', `/accounts/${account}/tokens/${String(tokens[0]?.['id'])}`)
    assert.deepEqual((await call('GET', 'getInstances')).json, WRONG_TOKEN)
    const others = `/partner/getInstances/${String(second['token'])}`
    assert.ok(Array.isArray((await server.call('GET', others)).json))
    await operator('DELETE', `/accounts/${account}`)
    const answer = await server.call('GET', others)
    assert.deepEqual([answer.status, answer.json], [200, WRONG_TOKEN])
  })

  test('are named in the audit log by what they change', async () => {
    const { account, call } = await newPartner()
    const made = (await call('POST', 'createInstance', { name: 'x' })).json as Made
    await call('POST', 'deleteInstanceAccount', { idInstance: made.idInstance })
    const [token] = (await operator('GET', `/accounts/${account}/tokens`))['items'] as Row[]
    const entries = (await operator('GET', `/audit?accountId=${account}`))['items'] as Row[]
    const [newest] = entries
    assert.deepEqual(
      [newest?.['actor'], newest?.['action'], newest?.['target']],
      [`partner:${String(token?.['id'])}`, 'instance.delete', String(made.idInstance)],
    )
    assert.ok(!JSON.stringify(entries).includes(made.apiTokenInstance))
  })

  test('of a suspended account say so, and its instances come back as they were', async () => {
    const { account, call } = await newPartner()
    const made = (await call('POST', 'createInstance', { name: 'x' })).json as Made
    await operator('POST', `/accounts/${account}/suspend`, { reason: 'unpaid' })
    for (const [verb, method, body] of [
      ['GET', 'getInstances', undefined],
      ['POST', 'createInstance', { name: 'y' }],
      ['POST', 'deleteInstanceAccount', { idInstance: made.idInstance }],
    ] as const) {
      const answer = await call(verb, method, body)
      assert.deepEqual([answer.status, answer.json], [200, SUSPENDED], method)
    }
    const held = await server.on(made, 'GET', 'getStateInstance')
    assert.deepEqual([held.status, (held.json as { message: string }).message], [403, 'Your account is suspended'])
    await operator('POST', `/accounts/${account}/resume`)
    assert.equal(((await call('GET', 'getInstances')).json as Row[]).length, 1)
    assert.equal((await server.on(made, 'GET', 'getSettings')).status, 200)
  })

  test('one that is bound to addresses works from these alone; only a trusted proxy can name another', async (t) => {
    const behind = await startServer({ JADEGATE_TRUSTED_PROXIES: '127.0.0.1,::1' })
    t.after(() => behind.close())
    for (const [where, isTrusted] of [
      [server, false],
      [behind, true],
    ] as const) {
      const make = async (allowFrom: string[]): Promise<string> => {
        const body = { kind: 'partner', name: 'Bound', token: { allowFrom } }
        const made = await where.operator('POST', '/accounts', body)
        return (made.json as { token: { token: string } }).token.token
      }
      const isLet = async (token: string, forwarded?: string): Promise<boolean> => {
        const given = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
        const answer = await where.call('GET', `/partner/getInstances/${token}`, undefined, given)
        if (answer.text !== '[]') assert.deepEqual([answer.status, answer.json], [200, WRONG_TOKEN])
        return answer.text === '[]'
      }
      const here = await make(['127.0.0.0/8', '::1'])
      assert.deepEqual([await isLet(here), await isLet(here, '203.0.113.9')], [true, !isTrusted])
      const there = await make(['203.0.113.0/24'])
      assert.deepEqual(
        [await isLet(there), await isLet(there, '203.0.113.9'), await isLet(there, '203.0.113.9, 198.51.100.1')],
        [false, isTrusted, false],
      )
    }
  })

  test('budgets and idempotency keys are those of the account, whichever token calls', async () => {
    const { account, call } = await newPartner()
    const second = String((await operator('POST', `/accounts/${account}/tokens`, {}))['token'])
    const once = { 'idempotency-key': 'made-once' }
    const first = await call('POST', 'createInstance', { name: 'x' }, once)
    const again = await server.call('POST', `/partner/createInstance/${second}`, { name: 'x' }, once)
    assert.equal(again.text, first.text)
    const foreign = await (await newPartner()).call('POST', 'createInstance', { name: 'x' }, once)
    assert.notEqual(foreign.text, first.text)
  })
})

describe('getInstances and deleteInstanceAccount', () => {
  test('a row has all fields of the contract', async () => {
    const made = await server.make({ name: 'row' })
    const row = await rowOf(made)
    const { timeCreated, expirationDate, ...rest } = row ?? {}
    assert.deepEqual(rest, {
      idInstance: made.idInstance,
      name: 'row',
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
      isExpired: false,
    })
    assert.match(String(timeCreated), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    assert.ok(Math.abs(Date.parse(`${String(timeCreated)}Z`) - clock.now()) < 10_000)
    assert.match(String(expirationDate), /T21:00:00$/)
    const left = Date.parse(`${String(expirationDate)}Z`) - clock.now()
    assert.ok(left > 0 && left <= 86_400_000)
  })

  test('the list follows every change: deletion, a new token, the next billing day', async () => {
    const made = await server.make()
    const renewed = ((await server.on(made, 'GET', 'updateApiToken')).json as Made).apiTokenInstance
    assert.match(renewed, /^[0-9a-f]{50}$/)
    assert.equal((await server.on(made, 'GET', 'getSettings')).status, 401)
    assert.equal((await rowOf(made))?.['apiTokenInstance'], renewed)
    const before = String((await rowOf(made))?.['expirationDate'])
    clock.skip(86_400_000)
    const next = String((await rowOf(made))?.['expirationDate'])
    assert.equal(Date.parse(next) - Date.parse(before), 86_400_000)
    const gone = await server.partner('POST', 'deleteInstanceAccount', { idInstance: made.idInstance })
    assert.deepEqual([gone.status, gone.json], [200, { deleteInstanceAccount: true }])
    const row = await rowOf(made)
    assert.equal(row?.['deleted'], true)
    assert.ok(Math.abs(Date.parse(`${String(row['timeDeleted'])}Z`) - clock.now()) < 10_000)
  })

  test('an id may come as a string of digits; what is gone, foreign or nonsense is told so with 200', async () => {
    const made = await server.make()
    const remove = async (idInstance: unknown): Promise<unknown> =>
      (await server.partner('POST', 'deleteInstanceAccount', { idInstance })).json
    assert.deepEqual(await remove(String(made.idInstance)), { deleteInstanceAccount: true })
    assert.deepEqual(await remove(made.idInstance), { code: 404, description: 'Not found' })
    assert.deepEqual(await remove(1_999_999_999), { code: 404, description: 'Not found' })
    for (const wrong of [undefined, null, '', 'abc', -1, 1.5, [made.idInstance], {}]) {
      const { code, description } = (await remove(wrong)) as { code: number; description: string }
      assert.equal(code, 400, JSON.stringify(wrong))
      assert.match(description, /'idInstance'/)
    }
  })

  test('the list is an empty array before the first instance is made, and survives a restart', async () => {
    const first = await startServer()
    assert.equal((await first.partner('GET', 'getInstances')).text, '[]')
    const made = await first.make({ name: 'kept' })
    const before = (await first.partner('GET', 'getInstances')).text
    await first.stop()
    const second = await startServer({ JADEGATE_DATA_DIR: first.dataDir, JADEGATE_PARTNER_TOKEN: 'gac.another-token' })
    assert.equal((await second.partner('GET', 'getInstances')).text, before)
    assert.equal((await second.on(made, 'GET', 'getSettings')).status, 200)
    await second.close()
  })
})
