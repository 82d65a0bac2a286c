// Truth: docs/partners.md, and what every API of our own promises: nothing of another account is seen, changed or told apart.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { OPERATOR_TOKEN, PARTNER_TOKEN, startServer, type Answer, type TestServer } from '../support/server.ts'

type Row = Readonly<Record<string, unknown>>
interface Item {
  readonly ok: boolean
  readonly idInstance: number
  readonly apiTokenInstance: string
  readonly typeInstance: string
  readonly error?: { readonly code: string; readonly message: string }
}

let server: TestServer
let account: string
let readToken: string
let strangerToken: string
const clock = new SkippingClock()

before(async () => {
  server = await startServer({}, { clock })
  account = String(row(await api('GET', '/account'))['accountId'])
  const issued = await operator('POST', `/accounts/${account}/tokens`, { name: 'reader', scope: 'read' })
  readToken = String(row(issued)['token'])
  const made = await operator('POST', '/accounts', { kind: 'partner', name: 'Stranger' })
  strangerToken = /gac\.[0-9a-f]{46}/.exec(made.text)?.[0] ?? assert.fail(made.text)
})
after(() => server.close())

function call(base: string, token: string) {
  return (verb: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    server.call(verb, base + path, body, {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    })
}

const BASE = '/api/partner/v1'
const api = (verb: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(BASE, PARTNER_TOKEN)(verb, path, body, headers)
const operator = (verb: string, path: string, body?: unknown) =>
  call('/api/operator/v1', OPERATOR_TOKEN)(verb, path, body)
const stranger = (verb: string, path: string, body?: unknown) => call(BASE, strangerToken)(verb, path, body)
const reader = (verb: string, path: string, body?: unknown) => call(BASE, readToken)(verb, path, body)

function row(answer: Answer, status?: number): Row {
  if (status !== undefined) assert.equal(answer.status, status, answer.text)
  assert.ok(answer.status < 300, answer.text)
  return answer.json as Row
}

function itemsOf(answer: Answer): readonly Row[] {
  return row(answer)['items'] as readonly Row[]
}

/** Of an answer that tells what came of each of many. */
function outcomesOf(answer: Answer): readonly Item[] {
  return row(answer)['items'] as readonly Item[]
}

/** Every page of a list. */
async function pagesOf(ask: (path: string) => Promise<Answer>, path: string): Promise<readonly Row[]> {
  const pages: Row[] = []
  let next: string | null = ''
  while (next !== null) {
    const page = row(await ask(next === '' ? path : `${path}&cursor=${next}`))
    pages.push(page)
    next = page['next'] as string | null
  }
  return pages
}

function assertRefused(answer: Answer, status: number, code: string, message = /./): void {
  assert.equal(answer.status, status, answer.text)
  const { error } = answer.json as { error: { code: string; message: string } }
  assert.equal(error.code, code)
  assert.match(error.message, message)
  assert.equal(answer.headers.get('access-control-allow-origin'), null)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
}

async function make(...instances: object[]): Promise<readonly Item[]> {
  return outcomesOf(await api('POST', '/instances', { instances }))
}

async function makeOne(fields: object = {}): Promise<Item> {
  const [made] = await make(fields)
  assert.ok(made?.ok, JSON.stringify(made))
  return made
}

describe('instances', () => {
  test('many are made at once, each with an outcome of its own', async () => {
    const items = await make(
      { name: 'первый', typeInstance: 'telegram', incomingWebhook: 'yes' },
      { nmae: 'x' },
      {},
      { delaySendMessagesMilliseconds: 1 },
      { webhookUrl: 'not a url' },
    )
    assert.deepEqual(
      items.map(({ ok }) => ok),
      [true, false, true, false, false],
    )
    assert.deepEqual(
      items.flatMap(({ error }) => error?.message.replace('Validation failed. Details: ', '') ?? []),
      [
        "'nmae' is not known",
        "'delaySendMessagesMilliseconds' must be greater than or equal to 500",
        "'webhookUrl' must be a valid uri with a scheme matching the http|https pattern",
      ],
    )
    const [first, , third] = items
    assert.deepEqual([first?.typeInstance, third?.typeInstance], ['telegram', 'whatsapp'])
    const shown = row(await api('GET', `/instances/${String(first?.idInstance)}`))
    assert.deepEqual([shown['name'], shown['apiTokenInstance']], ['первый', first?.apiTokenInstance])
    assert.equal((shown['settings'] as Row)['incomingWebhook'], 'yes')
    const compatible = (await server.partner('GET', 'getInstances')).json as readonly Row[]
    assert.ok(compatible.some(({ idInstance }) => idInstance === first?.idInstance))
    assertRefused(await api('POST', '/instances', { instances: [] }), 400, 'invalid', /'instances' must contain/)
    const many = { instances: Array.from({ length: 101 }, () => ({})) }
    assertRefused(await api('POST', '/instances', many), 400, 'invalid', /'instances' must contain/)
  })

  test('a quota that is used up is named, whichever it is', async () => {
    const terms = { createPerMinute: 2, instanceQuota: 1 }
    const made = await operator('POST', '/accounts', { kind: 'partner', name: 'Small', terms })
    const small = call(BASE, /gac\.[0-9a-f]{46}/.exec(made.text)?.[0] ?? assert.fail(made.text))
    const refusals: unknown[] = []
    for (const name of ['a', 'b']) {
      const [outcome] = outcomesOf(await small('POST', '/instances', { instances: [{ name }] }))
      refusals.push(outcome?.error)
    }
    await operator('PATCH', `/accounts/${String(row(made)['id'])}`, { terms: { createPerMinute: 1 } })
    refusals.push(outcomesOf(await small('POST', '/instances', { instances: [{ name: 'c' }] }))[0]?.error)
    assert.deepEqual(refusals, [
      undefined,
      { code: 'quotaExceeded', message: 'The quota of instances is used up: 1 at one time' },
      { code: 'rateLimited', message: 'The quota of new instances is used up: 1 a minute' },
    ])
  })

  test('a repeated call with the same key makes nothing twice, over a restart too', async () => {
    const key = { 'Idempotency-Key': 'create-1' }
    const wanted = { instances: [{ name: 'a' }, { nmae: 'b' }, { name: 'c' }] }
    const [first, second] = await Promise.all([
      api('POST', '/instances', wanted, key),
      api('POST', '/instances', wanted, key),
    ])
    assert.deepEqual(itemsOf(second), itemsOf(first))
    const other = await api('POST', '/instances', { instances: [{ name: 'a' }, { name: 'd' }] }, key)
    assertRefused(other, 409, 'conflict')
    const { dataDir } = server
    await server.stop()
    server = await startServer({ JADEGATE_DATA_DIR: dataDir }, { clock })
    const third = await api('POST', '/instances', wanted, key)
    assert.equal(third.headers.get('idempotency-replayed'), 'true')
    const tokens = (answer: Answer) =>
      outcomesOf(answer).map(({ idInstance, apiTokenInstance }) => [idInstance, apiTokenInstance])
    assert.deepEqual(tokens(third), tokens(first))
    const names = itemsOf(await api('GET', '/instances?limit=1000')).map(({ name }) => name)
    assert.deepEqual(
      names.filter((name) => ['a', 'c', 'd'].includes(String(name))),
      ['a', 'c'],
    )
  })

  test('one shows its phone, its state and the days that are left', async () => {
    const made = await makeOne({ name: 'linked' })
    const path = `/instances/${String(made.idInstance)}`
    const before = row(await api('GET', path))
    assert.deepEqual([before['state'], before['phone'], before['wid']], ['notAuthorized', null, null])
    await server.link(made, '79001230001')
    const shown = row(await api('GET', path))
    assert.deepEqual([shown['state'], shown['phone'], shown['isOnline']], ['authorized', '79001230001', true])
    assert.deepEqual([shown['wid'], shown['held']], ['79001230001@c.us', null])
    assert.deepEqual([shown['tariff'], shown['isPartner'], shown['isFree']], ['PARTNER', true, false])
    // The next midnight UTC+3.
    const end = Date.parse(String(shown['expirationDate']))
    assert.equal((end + 3 * 3_600_000) % 86_400_000, 0)
    assert.ok(end > clock.now() && end <= clock.now() + 86_400_000)
    assert.deepEqual([shown['daysLeft'], shown['isExpired'], shown['queued'], shown['notifications']], [0, false, 0, 0])
  })

  test('lists are read page by page and filtered', async () => {
    const names = ['Ёлка 1', 'ёлка 2', 'ЁЛКА 3', 'ёлка 4', 'ёлка 5']
    await make(...names.map((name, at) => ({ name, typeInstance: at % 2 === 0 ? 'v3' : 'telegram' })))
    const pages = await pagesOf((path) => api('GET', path), `/instances?name=${encodeURIComponent('ёлка')}&limit=2`)
    const items = pages.map((page) => page['items'] as readonly Row[])
    assert.deepEqual(
      items.map((page) => page.length),
      [2, 2, 1],
    )
    assert.deepEqual(
      items.flat().map(({ name }) => name),
      names,
    )
    const filtered = itemsOf(await api('GET', `/instances?name=${encodeURIComponent('ёлка')}&typeInstance=telegram`))
    assert.deepEqual(
      filtered.map(({ name }) => name),
      ['ёлка 2', 'ёлка 4'],
    )
    assert.deepEqual(itemsOf(await api('GET', '/instances?tariff=BUSINESS')), [])
    assert.ok(itemsOf(await api('GET', '/instances?state=authorized')).every(({ state }) => state === 'authorized'))
    assertRefused(await api('GET', '/instances?limit=0'), 400, 'invalid', /'limit'/)
    assertRefused(await api('GET', '/instances?state=gone'), 400, 'invalid', /'state' must be one of/)
    for (const cursor of ['x', 'bGVkZ2VyIDEgMg', 'aW5zdGFuY2VzIDE']) {
      assertRefused(await api('GET', `/instances?cursor=${cursor}`), 400, 'invalid', /'cursor'/)
    }
  })

  test('a deleted one is gone from the list, and shown where deleted ones are asked for', async () => {
    const made = await makeOne({ name: 'short life' })
    const path = `/instances/${String(made.idInstance)}`
    assert.equal((await api('DELETE', path)).status, 204)
    assertRefused(await api('DELETE', path), 404, 'notFound')
    const audit = itemsOf(await operator('GET', `/audit?accountId=${account}&limit=1000`))
    const entries = audit.filter(
      ({ action, target }) => action === 'instance.delete' && target === String(made.idInstance),
    )
    assert.equal(entries.length, 1)
    assert.deepEqual(itemsOf(await api('GET', '/instances?name=short')), [])
    const [gone] = itemsOf(await api('GET', '/instances?name=short&deleted=true'))
    assert.equal(gone?.['idInstance'], made.idInstance)
    assert.match(String(gone['timeDeleted']), /Z$/)
    assertRefused(await api('POST', `${path}/token`), 404, 'notFound')
  })

  test('a new token takes the place of the old one', async () => {
    const made = await makeOne()
    const answer = row(await api('POST', `/instances/${String(made.idInstance)}/token`))
    const renewed = { ...made, apiTokenInstance: String(answer['apiTokenInstance']) }
    assert.equal((await server.on(made, 'GET', 'getStateInstance')).status, 401)
    assert.equal((await server.on(renewed, 'GET', 'getStateInstance')).status, 200)
    const audit = itemsOf(await operator('GET', `/audit?accountId=${account}&limit=1000`))
    const [entry] = audit.filter(
      ({ action, target }) => action === 'instance.token' && target === String(made.idInstance),
    )
    assert.match(String(entry?.['actor']), /^partner:/)
    assert.ok(!JSON.stringify(audit).includes(renewed.apiTokenInstance))
  })

  test('settings of many change at once; what does not fit changes nothing', async () => {
    const [one, two] = await make({ name: 'one', stateWebhook: 'yes' }, { name: 'two' })
    assert.ok(one !== undefined && two !== undefined)
    const ids = [one.idInstance, two.idInstance, 1]
    const settings = {
      webhookUrl: 'https://hook.example/',
      webhookUrlToken: 'hush',
      delaySendMessagesMilliseconds: 700,
    }
    const items = outcomesOf(await api('PATCH', '/instances', { ids, name: 'same', settings }))
    assert.deepEqual(
      items.map(({ idInstance, ok }) => [idInstance, ok]),
      [
        [one.idInstance, true],
        [two.idInstance, true],
        [1, false],
      ],
    )
    assert.deepEqual(items[2]?.error, { code: 'notFound', message: 'Not found' })
    const now = (await server.on(one, 'GET', 'getSettings')).json as Row
    assert.deepEqual([now['webhookUrl'], now['delaySendMessagesMilliseconds']], ['https://hook.example/', 700])
    assert.equal(now['stateWebhook'], 'yes')
    for (const [bad, message] of [
      [{ ids, settings: { stateWebhook: 'maybe' } }, /'stateWebhook' must be one of \[yes, no\]/],
      [{ ids, settings: { webhookUrl: 'ftp://x' } }, /'webhookUrl'/],
      [{ ids, settings: { colour: 1 } }, /'colour' is not known/],
      [{ ids, settings: {} }, /at least 1 key/],
      [{ ids: [], settings }, /'ids'/],
      [{ ids: 'some', settings }, /'ids'/],
    ] as const) {
      assertRefused(await api('PATCH', '/instances', bad), 400, 'invalid', message)
    }
    const all = outcomesOf(await api('PATCH', '/instances', { ids: 'all', settings: { pollMessageWebhook: 'yes' } }))
    assert.ok(all.length > 2 && all.every(({ ok }) => ok))
    const audit = await operator('GET', `/audit?accountId=${account}&limit=1000`)
    assert.match(audit.text, /instance\.settings/)
    assert.ok(!audit.text.includes('hush'))
  })
})

describe('money', () => {
  const today = (): string => new Date(clock.now() + 3 * 3_600_000).toISOString().slice(0, 10)

  test('a price makes each instance cost its day, and all that tells of it agrees', async () => {
    const price = { tariff: 'PARTNER', accountId: account, currency: 'USD', from: today(), amount: 125 }
    row(await operator('PUT', '/prices', price))
    row(await operator('POST', '/billing/run'))
    const made = await makeOne({ name: 'paid' })
    const live = Number(row(await api('GET', '/account'))['instances'])
    const balance = row(await api('GET', '/balance'))
    const charged = balance['today'] as { instances: number; cost: number }
    assert.ok(charged.instances >= live)
    assert.deepEqual([charged.cost, balance['balance']], [charged.instances * 125, charged.instances * -125])
    assert.equal(balance['currency'], 'USD')
    const usage = row(await api('GET', '/usage'))
    const day = { day: today(), instances: charged.instances, cost: charged.cost }
    assert.deepEqual([usage['days'], usage['total']], [[day], charged.cost])
    const [newest] = itemsOf(await api('GET', '/ledger?limit=1'))
    assert.deepEqual([newest?.['kind'], newest?.['amount'], newest?.['idInstance']], ['charge', -125, made.idInstance])
    const prices = itemsOf(await api('GET', '/prices'))
    assert.deepEqual(
      prices.map(({ tariff, amount, isOwn, isInForce }) => [tariff, amount, isOwn, isInForce]),
      [['PARTNER', 125, true, true]],
    )
    assert.deepEqual(itemsOf(await stranger('GET', '/prices')), [])
    assert.equal(row(await stranger('GET', '/balance'))['balance'], 0)
  })

  test('the statement of a month is the same in pages, as CSV and on paper', async () => {
    const month = today().slice(0, 7)
    const reason = '=1+1, "cheap" <b>'
    row(await operator('POST', `/accounts/${account}/ledger`, { kind: 'topUp', amount: 100_005, reason }))
    const pages = await pagesOf((path) => api('GET', path), `/statements/${month}?limit=7`)
    const lines = pages.flatMap((page) => page['items'] as readonly Row[])
    const statement = pages.at(-1) ?? {}
    assert.ok(pages.length > 1)
    const sum = lines.reduce((total, line) => total + Number(line['amount']), 0)
    assert.equal(statement['isFinal'], false)
    assert.equal(statement['lineCount'], lines.length)
    assert.equal(Number(statement['charged']) + Number(statement['paid']), sum)
    assert.deepEqual([statement['paid'], statement['closing']], [100_005, sum])
    assert.equal(row(await api('GET', '/balance'))['balance'], sum)

    const csv = await api('GET', `/statements/${month}/csv`)
    assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/)
    assert.equal(csv.headers.get('content-disposition'), `attachment; filename="statement-${month}.csv"`)
    const rows = csv.text.split('\r\n')
    assert.equal(rows[0], 'day,time,kind,idInstance,amountMinor,amount,currency,reason,author,seq')
    assert.deepEqual([rows.length, rows.at(-1)], [lines.length + 2, ''])
    const topUp = rows.find((line) => line.includes('topUp')) ?? ''
    assert.ok(topUp.includes(`,100005,1000.05,USD,"'=1+1, ""cheap"" <b>",operator,`), topUp)
    assert.ok(rows.filter((line) => line.includes(',charge,')).every((line) => line.includes(',-125,-1.25,USD,')))

    const page = await api('GET', `/statements/${month}/page`, undefined, {
      'Accept-Language': 'de, ru;q=0.9, en;q=0.8',
    })
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; style-src 'sha256-/)
    assert.match(page.text, /<html lang="ru">[\s\S]*Выписка[\s\S]*<\/html>\n$/)
    assert.ok(page.text.includes('=1+1, &quot;cheap&quot; &lt;b&gt;'))
    assert.doesNotMatch(page.text, /<script|<b>|<img|<link/)
    assert.equal(page.text.split('<td class="day">').length - 1, lines.length)
    const english = await api('GET', `/statements/${month}/page?lang=en`)
    assert.match(english.text, /1,000\.05 USD/)
    assertRefused(await api('GET', '/statements/2026-13'), 400, 'invalid', /'month'/)
    assertRefused(await api('GET', '/statements/1999-01/csv'), 404, 'notFound')
    assertRefused(await api('GET', '/ledger?month=now'), 400, 'invalid', /'month'/)
  })
})

describe('tokens and the hook', () => {
  test('a token is rotated with an overlap, and shown on request, which is written down', async () => {
    const made = await operator('POST', `/accounts/${account}/tokens`, { name: 'old' })
    const { id, token } = row(made) as { id: string; token: string }
    const rotated = row(await api('POST', `/tokens/${id}/rotate`, { overlapSeconds: 60 }), 201)
    for (const each of [token, String(rotated['token'])]) {
      assert.equal((await call(BASE, each)('GET', '/account')).status, 200)
    }
    clock.skip(61_000)
    assertRefused(await call(BASE, token)('GET', '/account'), 401, 'unauthorized')
    assert.equal(row(await api('POST', `/tokens/${String(rotated['id'])}/show`))['token'], rotated['token'])
    const listed = await api('GET', '/tokens')
    assert.ok(itemsOf(listed).some((one) => one['id'] === rotated['id']))
    assert.ok(!listed.text.includes(String(rotated['token'])) && !listed.text.includes(PARTNER_TOKEN))
    assertRefused(await stranger('POST', `/tokens/${String(rotated['id'])}/show`), 404, 'notFound')
    assertRefused(await api('POST', '/tokens/nobody/rotate'), 404, 'notFound')
    const audit = await operator('GET', `/audit?accountId=${account}&limit=1000`)
    assert.match(audit.text, /token\.show/)
    assert.ok(!audit.text.includes(String(rotated['token'])))
  })

  test('a hook is set, told without its secret, and taken away', async () => {
    assertRefused(await api('GET', '/hook'), 404, 'notFound')
    assertRefused(await api('POST', '/hook/secret'), 404, 'notFound')
    assertRefused(await api('POST', '/hook/test'), 404, 'notFound')
    assertRefused(await api('PUT', '/hook', { url: 'nowhere' }), 400, 'invalid')
    const set = row(await api('PUT', '/hook', { url: 'https://hook.example/jade' }))
    assert.match(String(set['secret']), /^whsec_/)
    const told = await api('GET', '/hook')
    assert.equal(row(told)['url'], 'https://hook.example/jade')
    assert.ok(!told.text.includes('whsec_'))
    const again = row(await api('POST', '/hook/secret'))
    assert.notEqual(again['secret'], set['secret'])
    assert.ok(typeof row(await api('POST', '/hook/test'))['id'] === 'string')
    assertRefused(await stranger('GET', '/hook'), 404, 'notFound')
    assert.equal((await api('DELETE', '/hook')).status, 204)
    assertRefused(await api('DELETE', '/hook'), 404, 'notFound')
  })
})

describe('who may do what', () => {
  test('a token that only reads sees no secret and changes nothing', async () => {
    const made = await makeOne({ webhookUrlToken: 'hush-hush' })
    const shown = await reader('GET', `/instances/${String(made.idInstance)}`)
    assert.equal(row(shown)['idInstance'], made.idInstance)
    const list = await reader('GET', '/instances')
    for (const { text } of [shown, list]) assert.ok(!/apiTokenInstance|hush-hush/.test(text))
    for (const [verb, path, body] of CHANGES(made.idInstance)) {
      assertRefused(await reader(verb, path, body), 403, 'forbidden', /only read/)
    }
    assertRefused(await reader('GET', '/tokens'), 403, 'forbidden')
  })

  test('what belongs to another account is answered as what never was', async () => {
    const made = await makeOne({ name: 'mine' })
    const id = String(made.idInstance)
    for (const [verb, path] of [
      ['GET', `/instances/${id}`],
      ['DELETE', `/instances/${id}`],
      ['POST', `/instances/${id}/token`],
    ] as const) {
      const foreign = await stranger(verb, path)
      const unknown = await stranger(verb, path.replace(id, '1999999999'))
      assertRefused(foreign, 404, 'notFound')
      assert.equal(foreign.text, unknown.text)
    }
    const ids = [made.idInstance, 1_999_999_999]
    const patched = outcomesOf(await stranger('PATCH', '/instances', { ids, name: 'theirs' }))
    assert.deepEqual(patched[0]?.error, patched[1]?.error)
    assert.deepEqual(itemsOf(await stranger('GET', '/instances')), [])
    assert.deepEqual(itemsOf(await stranger('GET', '/ledger')), [])
    assert.equal(row(await api('GET', `/instances/${id}`))['name'], 'mine')
  })

  test('a suspended account is refused everything, and its partner methods say so too', async () => {
    const stopped = await operator('POST', '/accounts', { kind: 'partner', name: 'Stopped' })
    const token = /gac\.[0-9a-f]{46}/.exec(stopped.text)?.[0] ?? ''
    const own = String(row(await call(BASE, token)('GET', '/account'))['accountId'])
    row(await operator('POST', `/accounts/${own}/suspend`, { reason: 'test' }))
    assertRefused(await call(BASE, token)('GET', '/account'), 403, 'accountSuspended', /Account is suspended/)
    row(await operator('POST', `/accounts/${own}/resume`))
    assert.equal((await call(BASE, token)('GET', '/account')).status, 200)
  })

  test('no token, a wrong one and the operator’s are refused alike, and no secret is logged', async () => {
    for (const given of ['gac.wrong', OPERATOR_TOKEN, '']) {
      assertRefused(await call(BASE, given)('GET', '/instances'), 401, 'unauthorized')
    }
    const bare = await server.call('GET', `${BASE}/instances?token=${PARTNER_TOKEN}`)
    assertRefused(bare, 401, 'unauthorized')
    assertRefused(await server.call('GET', `${BASE}/%zz`), 404, 'notFound')
    const log = server.logged.join('\n')
    for (const secret of [PARTNER_TOKEN, readToken, strangerToken, 'hush']) assert.ok(!log.includes(secret))
  })

  test('two thousand instances are all in the pages, each once', { timeout: 120_000 }, async () => {
    const made = await operator('POST', '/accounts', { kind: 'partner', name: 'Large' })
    const token = /gac\.[0-9a-f]{46}/.exec(made.text)?.[0] ?? ''
    const large = call(BASE, token)
    const hundred = { instances: Array.from({ length: 100 }, (_, at) => ({ name: `n${String(at)}` })) }
    for (let round = 0; round < 20; round++) row(await large('POST', '/instances', hundred))
    const pages = await pagesOf((path) => large('GET', path), '/instances?limit=900')
    const ids = pages.flatMap((page) => (page['items'] as readonly Row[]).map(({ idInstance }) => idInstance))
    assert.deepEqual([pages.length, ids.length, new Set(ids).size], [3, 2000, 2000])
  })
})

const CHANGES = (id: number): readonly (readonly [verb: string, path: string, body?: unknown])[] => [
  ['POST', '/instances', { instances: [{}] }],
  ['PATCH', '/instances', { ids: 'all', name: 'x' }],
  ['DELETE', `/instances/${String(id)}`],
  ['POST', `/instances/${String(id)}/token`],
  ['PUT', '/hook', { url: 'https://hook.example/' }],
  ['DELETE', '/hook'],
  ['POST', '/hook/test'],
  ['POST', '/hook/secret'],
  ['POST', '/tokens/x/rotate'],
  ['POST', '/tokens/x/show'],
]
