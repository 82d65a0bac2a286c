// Truth: docs/operators/billing.md: accounts, tokens and who may do what; strict input, one shape of errors, nobody but the operator.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Check } from 'typebox/value'
import { billingDay, dayText } from '../../src/billing/day.ts'
import { operatorRows } from '../../src/http/operator/operator-api.ts'
import type { OperatorParts } from '../../src/http/operator/operator-parts.ts'
import { Operator, type Json } from '../support/operator-calls.ts'
import { OPERATOR_TOKEN, PARTNER_TOKEN, startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let operator: Operator
before(async () => {
  server = await startServer()
  operator = new Operator(server)
})
after(() => server.close())

/** No simulated messenger links so: `test/max/road.test.ts` sees how it is answered. */
const TOKEN_LINK = '/accounts/{id}/instances/{instance}/link/token'

/** Every route with a body that fits, for an account, token and instance that are put in. */
const ROUTES: readonly (readonly [verb: string, path: string, body?: object])[] = [
  ['GET', '/accounts'],
  ['POST', '/accounts', { kind: 'personal', name: 'x' }],
  ['GET', '/accounts/{id}'],
  ['PATCH', '/accounts/{id}', { name: 'x' }],
  ['DELETE', '/accounts/{id}'],
  ['POST', '/accounts/{id}/partner', {}],
  ['POST', '/accounts/{id}/suspend', { reason: 'x' }],
  ['POST', '/accounts/{id}/resume'],
  ['GET', '/accounts/{id}/tokens'],
  ['POST', '/accounts/{id}/tokens', {}],
  ['PATCH', '/accounts/{id}/tokens/{token}', { name: 'x' }],
  ['DELETE', '/accounts/{id}/tokens/{token}'],
  ['POST', '/accounts/{id}/tokens/{token}/rotate', { overlapSeconds: 0 }],
  ['POST', '/accounts/{id}/tokens/{token}/show'],
  ['GET', '/accounts/{id}/instances'],
  ['POST', '/accounts/{id}/instances', { tariff: 'DEVELOPER' }],
  ['GET', '/accounts/{id}/instances/{instance}'],
  ['DELETE', '/accounts/{id}/instances/{instance}'],
  ['POST', '/accounts/{id}/instances/{instance}/token'],
  ['POST', '/accounts/{id}/instances/{instance}/renew', { payment: 'hand' }],
  ['PUT', '/accounts/{id}/instances/{instance}/tariff', { tariff: 'DEVELOPER' }],
  ['POST', '/accounts/{id}/instances/{instance}/link/copy', { holdSeconds: 1 }],
  ['DELETE', '/accounts/{id}/instances/{instance}/link?fingerprint={fingerprint}'],
  [
    'PUT',
    '/accounts/{id}/instances/{instance}/link',
    {
      format: 'jadegate-link-1',
      typeInstance: 'whatsapp',
      account: { wid: '79009000009@c.us', pushName: '', phone: '79009000009', deviceId: '' },
      secrets: { device: 'e30=' },
    },
  ],
  ['PUT', TOKEN_LINK, { token: 'x' }],
  ['GET', '/tariffs'],
  ['PUT', '/tariffs/NONE', { plan: 'free', correspondents: null, calls: {}, instances: null }],
  ['GET', '/prices'],
  ['PUT', '/prices', { tariff: 'PARTNER', currency: 'EUR', from: '2999-01-01', amount: 1 }],
  ['DELETE', '/prices?tariff=PARTNER&currency=EUR&from=2999-01-01'],
  ['GET', '/accounts/{id}/balance'],
  ['GET', '/accounts/{id}/ledger'],
  ['POST', '/accounts/{id}/ledger', { kind: 'topUp', amount: 1, reason: 'x' }],
  ['GET', '/accounts/{id}/ledger/check'],
  ['GET', '/accounts/{id}/usage'],
  ['GET', '/accounts/{id}/statements'],
  ['GET', '/accounts/{id}/statements/2026-11'],
  ['GET', '/accounts/{id}/statements/2026-11/csv'],
  ['GET', '/accounts/{id}/statements/2026-11/page'],
  ['GET', '/audit'],
  ['GET', '/people'],
  ['POST', '/people', { email: 'new@example.com' }],
  ['PATCH', '/people/{person}', { isOperator: true }],
  ['DELETE', '/people/{person}'],
  ['POST', '/people/{person}/reset-link'],
  ['DELETE', '/invitations/{invitation}'],
  ['GET', '/billing'],
  ['POST', '/billing/run'],
]
const filled = (path: string, id: string, token = 'none', instance = '1', fingerprint = '0'.repeat(64)): string =>
  path
    .replace('{id}', id)
    .replace('{token}', token)
    .replace('{instance}', instance)
    .replace('{fingerprint}', fingerprint)

/** Somebody who signs in, or an invitation, each made for the call. */
async function withPerson(path: string): Promise<string> {
  if (!/\{(person|invitation)\}/.test(path)) return path
  people += 1
  const made = await operator.done('POST', '/people', { email: `person${String(people)}@example.com` })
  const { link, invitation } = made as unknown as { link: string; invitation: { id: string; email: string } }
  if (path.includes('{invitation}')) return path.replace('{invitation}', invitation.id)
  const given = { token: link.split('#')[1], password: 'a password of ten' }
  const joined = await server.call('POST', '/api/console/links/accept', given)
  return path.replace('{person}', (joined.json as { person: { id: string } }).person.id)
}

let people = 0
const HOLD = { holdSeconds: 60 }

/** Handlers are not called: what is looked at is what the rows say of themselves. */
const ROWS = operatorRows({
  business: {},
  people: {},
  instances: {},
  clock: {},
  counted: new Set(),
  delayMinMs: 500,
} as unknown as OperatorParts)
const shape = (verb: string, path: string): string =>
  `${verb} ${path.replaceAll(/\{\w+\}|2026-11|NONE/g, '*').replace(/\?.*/, '')}`

describe('the routes', () => {
  test('are these and no others', () => {
    assert.deepEqual(
      ROWS.map(({ verb, at }) => shape(verb, at)).toSorted(),
      ROUTES.map(([verb, path]) => shape(verb, path)).toSorted(),
    )
  })

  for (const [verb, path, body] of ROUTES.filter(([, path]) => path !== TOKEN_LINK)) {
    test(`${verb} ${path} answers what it says that it answers`, async () => {
      const row = ROWS.find(({ verb: of, at }) => shape(of, at) === shape(verb, path))
      assert.ok(row !== undefined)
      const partner = await operator.account('partner')
      const person = await operator.account('personal', { instanceQuota: 5 })
      const paid = { tariff: 'BUSINESS', payment: 'hand' }
      const made = await operator.done('POST', `/accounts/${person.id}/instances`, paid)
      const { idInstance, apiTokenInstance } = made
      const isOfLink = path.includes('/link') && verb !== 'PUT'
      if (isOfLink) {
        const linked = {
          idInstance: Number(idInstance),
          apiTokenInstance: String(apiTokenInstance),
          typeInstance: 'whatsapp',
        }
        await server.link(linked, verb === 'POST' ? '79009000001' : '79009000002')
      }
      await operator.done('POST', `/accounts/${partner.id}/ledger`, { kind: 'topUp', amount: 5, reason: 'cash' })
      const { id } = path.includes('/instances') || path.endsWith('/partner') ? person : partner
      const month = dayText(billingDay(Date.now())).slice(0, 7)
      const copyPath = `/accounts/${id}/instances/${String(idInstance)}/link/copy`
      const { fingerprint } = verb === 'DELETE' && isOfLink ? await operator.done('POST', copyPath, HOLD) : {}
      const filledPath = filled(path, id, partner.tokenId, String(idInstance), String(fingerprint))
      const at = await withPerson(filledPath.replace('2026-11', month))
      const answer = await operator.call(verb, at, body)
      assert.equal(answer.status, row.answer === null ? 204 : row.created ? 201 : 200, answer.text)
      if (typeof row.answer === 'string') assert.equal(answer.headers.get('content-type'), row.answer)
      else if (row.answer !== null) assert.ok(Check(row.answer, answer.json), answer.text)
    })
  }
})

describe('who is let in', () => {
  test('nobody but the operator, on any route, and a refusal tells nothing', async () => {
    const { id } = await operator.account('partner')
    const before = (await operator.items('/audit')).length
    const wrong = [`Bearer ${PARTNER_TOKEN}`, 'Bearer wrong', `Basic ${OPERATOR_TOKEN}`, OPERATOR_TOKEN, '']
    const wrongToken = wrong.entries()
    for (const [verb, path, body] of ROUTES) {
      const authorization = wrongToken.next().value?.[1] ?? 'Bearer op.'
      const given = { authorization, 'content-type': 'application/json' }
      const answer = await server.call(
        verb,
        `/api/operator/v1${filled(path, id)}`,
        body ?? (verb === 'GET' ? undefined : {}),
        given,
      )
      assert.equal(answer.status, 401, `${verb} ${path}`)
      assert.equal(answer.text, '{"error":{"code":"unauthorized","message":"Unauthorized"}}')
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    }
    assert.equal((await operator.items('/audit')).length, before)
  })

  test('an account that is not there is the same 404 on every route', async () => {
    for (const [verb, path, body] of ROUTES.filter(([, path]) => path.includes('{id}'))) {
      assert.deepEqual(
        await operator.refused(verb, filled(path, 'abcdef'), body),
        [404, 'notFound', 'Not found'],
        `${verb} ${path}`,
      )
    }
  })

  test('tokens and instances of one account are not found under another, exactly as if they were nowhere', async () => {
    const [one, other] = [await operator.account('partner'), await operator.account('partner')]
    const person = await operator.account('personal')
    const made = await operator.done('POST', `/accounts/${person.id}/instances`, { tariff: 'DEVELOPER' })
    const instance = String(made['idInstance'])
    for (const [verb, path, body] of ROUTES) {
      if (!path.includes('{token}') && !path.includes('{instance}')) continue
      const foreign = await operator.call(verb, filled(path, other.id, one.tokenId, instance), body)
      const nowhere = await operator.call(verb, filled(path, other.id), body)
      assert.deepEqual([foreign.status, foreign.text], [404, nowhere.text], `${verb} ${path}`)
    }
    assert.equal((await operator.items(`/accounts/${person.id}/instances`)).length, 1)
    const token = (await operator.items(`/accounts/${one.id}/tokens`))[0]
    assert.deepEqual([token?.['revokedAt'], token?.['name']], [null, ''])
  })

  test('guessing is slowed down, and never keeps the operator out', async () => {
    const guarded = await startServer({ JADEGATE_RATE_LIMIT_SCALE: '1' })
    const guess = () => guarded.call('GET', '/api/operator/v1/billing', undefined, { authorization: 'Bearer op.wrong' })
    const statuses = (await Promise.all(Array.from({ length: 40 }, guess))).map(({ status }) => status)
    const right = await new Operator(guarded).call('GET', '/billing')
    const warnings = guarded.logged.filter((line) => line.includes('wrong token'))
    await guarded.close()
    assert.deepEqual(new Set(statuses), new Set([401, 429]))
    assert.equal(right.status, 200)
    assert.equal(warnings.length, 1)
    assert.ok(!warnings.join().includes('op.wrong'))
  })
})

describe('what is taken', () => {
  const refused: readonly (readonly [verb: string, path: string, body: unknown, named: RegExp])[] = [
    ['POST', '/accounts', {}, /'kind' .*'name'/],
    ['POST', '/accounts', { kind: 'vip', name: 'x' }, /'kind'/],
    ['POST', '/accounts', { kind: 'partner', name: '   ' }, /name/],
    ['POST', '/accounts', { kind: 'partner', name: 'x'.repeat(201) }, /'name'/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', nmae: 'y' }, /'nmae' is not known/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { curency: 'USD' } }, /curency/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { currency: 'usd' } }, /currency/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { currency: 'QQQ' } }, /'currency' .*QQQ/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { tariff: 'BUSINESS' } }, /'tariff'/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { overdraftLimit: -1 } }, /overdraftLimit/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { overdraftLimit: 1.5 } }, /overdraftLimit/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { warnBelow: 1e16 } }, /warnBelow/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', terms: { instanceQuota: '5' } }, /instanceQuota/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', token: { token: 'short' } }, /token/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', token: { token: 'with/slash' } }, /token/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', token: { allowFrom: ['10.0.0.0/33'] } }, /allowFrom/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', token: { allowFrom: ['example.com'] } }, /allowFrom/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', token: { expiresAt: '2020-01-01T00:00:00Z' } }, /expiresAt/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', token: { expiresAt: 'tomorrow' } }, /expiresAt/],
    ['POST', '/accounts', { kind: 'partner', name: 'x', token: { scope: 'admin' } }, /scope/],
    ['POST', '/accounts', { kind: 'personal', name: 'x', token: {} }, /'token'/],
    ['POST', '/accounts', [], /object/],
    ['POST', '/accounts', '{"kind":', /JSON/],
    ['PUT', '/tariffs/GOLD', { plan: 'daily' }, /'correspondents'/],
    ['PUT', '/tariffs/GOLD', { plan: 'weekly', correspondents: null, calls: {}, instances: null }, /'plan'/],
    ['PUT', '/tariffs/GOLD', { plan: 'free', correspondents: -1, calls: {}, instances: null }, /'correspondents'/],
    ['PUT', '/tariffs/GOLD', { plan: 'free', correspondents: 1, calls: { 'a b': 1 }, instances: null }, /'calls/],
    ['PUT', '/tariffs/GOLD', { plan: 'free', correspondents: 1, calls: { a: -1 }, instances: null }, /'calls/],
    [
      'PUT',
      '/tariffs/GOLD',
      { plan: 'free', correspondents: 1, calls: { sendMessage: 5 }, instances: null },
      /'calls'.*sendMessage.*getcontacts/,
    ],
    ['PUT', '/prices', { tariff: 'PARTNER', currency: 'USD', from: '2030-02-30', amount: 1 }, /'from'/],
    ['PUT', '/prices', { tariff: 'PARTNER', currency: 'USD', from: '2020-01-01', amount: 1 }, /before today/],
    ['PUT', '/prices', { tariff: 'PARTNER', currency: 'XYZ', from: '2030-01-01', amount: 1 }, /currency/],
    ['PUT', '/prices', { tariff: 'PARTNER', currency: 'USD', from: '2030-01-01', amount: -1 }, /'amount'/],
    ['PUT', '/prices', { tariff: 'NOPE', currency: 'USD', from: '2030-01-01', amount: 1 }, /NOPE/],
    ['PUT', '/prices', { tariff: 'DEVELOPER', currency: 'USD', from: '2030-01-01', amount: 1 }, /free/],
    ['GET', '/accounts?limit=0', undefined, /'limit'/],
    ['GET', '/accounts?limit=1001', undefined, /'limit'/],
    ['GET', '/accounts?cursor=nonsense', undefined, /'cursor'/],
    ['GET', '/audit?acount=x', undefined, /'acount' is not known/],
  ]
  for (const [verb, path, body, named] of refused) {
    test(`${verb} ${path} ${JSON.stringify(body ?? '').slice(0, 80)} is refused by the field's name`, async () => {
      const before = await operator.items('/audit')
      const [status, code, message] = await operator.refused(verb, path, body)
      assert.deepEqual([status, code], [400, 'invalid'])
      assert.match(message, named)
      assert.deepEqual(await operator.items('/audit'), before)
    })
  }

  test('a price of an account that is not there is not set', async () => {
    const price = { tariff: 'PARTNER', accountId: 'abcdef', currency: 'USD', from: '2030-01-01', amount: 1 }
    assert.equal((await operator.refused('PUT', '/prices', price))[0], 404)
    assert.ok(!(await operator.items('/prices')).some(({ accountId }) => accountId === 'abcdef'))
  })
})

describe('accounts', () => {
  test('a partner is made with terms and a first token that works at once', async () => {
    const terms = { currency: 'RUB', overdraftLimit: 5000, warnBelow: -100, instanceQuota: 3, defaultMessenger: 'v3' }
    const token = { name: 'first', token: 'gac.chosen-by-the-operator' }
    const made = await operator.done('POST', '/accounts', { kind: 'partner', name: '  Acme  ', terms, token })
    assert.deepEqual([made['kind'], made['name'], made['instances']], ['partner', 'Acme', 0])
    assert.deepEqual(made['terms'], { tariff: 'PARTNER', createPerMinute: null, storedBytes: null, ...terms })
    assert.equal((made['token'] as Json)['token'], token.token)
    const created = await server.call('POST', `/partner/createInstance/${token.token}`, { name: 'x' })
    assert.equal((created.json as Json)['typeInstance'], 'v3', created.text)
    const shown = await operator.done('GET', `/accounts/${String(made['id'])}`)
    assert.equal(shown['instances'], 1)
    assert.equal(shown['token'], undefined)
    // Whose token it is, is not told, and nothing is made.
    const again = await operator.refused('POST', '/accounts', { kind: 'partner', name: 'Copy', token })
    assert.deepEqual(again.slice(0, 2), [409, 'conflict'])
    assert.ok(!(await operator.items('/accounts')).some((account) => account['name'] === 'Copy'))
  })

  test('a person becomes a partner once; instances of before keep their tariff', async () => {
    const { id } = await operator.account('personal')
    await operator.done('POST', `/accounts/${id}/instances`, { tariff: 'BUSINESS', payment: 'hand' })
    assert.deepEqual((await operator.refused('POST', `/accounts/${id}/tokens`, {})).slice(0, 2), [409, 'conflict'])
    const partner = await operator.done('POST', `/accounts/${id}/partner`, { token: { scope: 'read' } })
    assert.equal(partner['kind'], 'partner')
    const { token } = partner['token'] as { token: string }
    const listed = (await server.call('GET', `/partner/getInstances/${token}`)).json as readonly Json[]
    assert.deepEqual(
      listed.map((row) => row['tariff']),
      ['BUSINESS'],
    )
    assert.deepEqual((await operator.refused('POST', `/accounts/${id}/partner`, {})).slice(0, 2), [409, 'conflict'])
    const [status, code, message] = await operator.refused('POST', `/accounts/${id}/instances`, { tariff: 'DEVELOPER' })
    assert.deepEqual([status, code], [403, 'forbidden'])
    assert.match(message, /POST \/partner\/createInstance\/\{partnerToken\}/)
  })

  test('terms change one by one; the currency stays once there is money', async () => {
    const { id } = await operator.account('partner')
    await operator.done('PATCH', `/accounts/${id}`, { terms: { currency: 'KZT', instanceQuota: 7 } })
    const changed = await operator.done('PATCH', `/accounts/${id}`, { name: 'New', terms: { instanceQuota: null } })
    const { terms, name } = changed as { terms: Json; name: string }
    assert.deepEqual([name, terms['currency'], terms['instanceQuota']], ['New', 'KZT', null])
    await operator.done('POST', `/accounts/${id}/ledger`, { kind: 'topUp', amount: 1, reason: 'cash' })
    const refused = await operator.refused('PATCH', `/accounts/${id}`, { terms: { currency: 'USD' } })
    assert.deepEqual(refused.slice(0, 2), [409, 'conflict'])
  })

  test('a suspended account is refused and comes back; a deleted one is gone for its partner', async () => {
    const { id, token } = await operator.account('partner')
    const list = async () => (await server.call('GET', `/partner/getInstances/${token}`)).json
    await operator.done('POST', `/accounts/${id}/suspend`, { reason: 'unpaid' })
    assert.deepEqual(await list(), { code: 403, description: 'Account is suspended' })
    await operator.done('POST', `/accounts/${id}/resume`)
    assert.deepEqual(await list(), [])
    await server.call('POST', `/partner/createInstance/${token}`, { name: 'x' })
    const deleted = await operator.done('DELETE', `/accounts/${id}`)
    assert.equal(typeof deleted['deletedAt'], 'string')
    assert.equal(deleted['instances'], 0)
    assert.deepEqual(await list(), { code: 401, description: 'Unauthorized' })
    assert.ok(!(await operator.items('/accounts?limit=1000')).some((account) => account['id'] === id))
    assert.ok((await operator.items('/accounts?deleted=true')).some((account) => account['id'] === id))
    for (const change of ['suspend', 'resume', 'partner']) {
      const body = change === 'suspend' ? { reason: 'x' } : {}
      assert.equal((await operator.refused('POST', `/accounts/${id}/${change}`, body))[0], 404, change)
    }
  })

  test('the list is read page by page, each account once', async () => {
    const all = await operator.items('/accounts?limit=1000')
    assert.ok(all.length > 5)
    const ids: unknown[] = []
    for (let cursor = ''; ;) {
      const page = await operator.done('GET', `/accounts?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      ids.push(...(page['items'] as readonly Json[]).map((account) => account['id']))
      if (page['next'] === null) break
      cursor = page['next'] as string
    }
    assert.deepEqual(
      ids,
      all.map((account) => account['id']),
    )
    const persons = await operator.items('/accounts?kind=personal')
    assert.ok(persons.every((account) => account['kind'] === 'personal'))
  })
})

describe('tokens', () => {
  const works = async (token: string): Promise<boolean> =>
    Array.isArray((await server.call('GET', `/partner/getInstances/${token}`)).json)

  test('issue, edit, rotate with an overlap, show, revoke', async () => {
    const { id } = await operator.account('partner')
    const path = `/accounts/${id}/tokens`
    const expiresAt = '2099-01-01T00:00:00.000Z'
    const issued = await operator.done('POST', path, { name: 'reports', scope: 'read', expiresAt })
    const { id: tokenId, token } = issued as { id: string; token: string }
    assert.match(token, /^gac\.[0-9a-f]{46}$/)
    assert.deepEqual([issued['scope'], issued['expiresAt'], issued['name']], ['read', expiresAt, 'reports'])
    assert.ok(await works(token))
    assert.equal(
      ((await server.call('POST', `/partner/createInstance/${token}`, { name: 'x' })).json as Json)['code'],
      403,
    )

    await operator.done('PATCH', `${path}/${tokenId}`, { allowFrom: ['203.0.113.0/24'] })
    assert.ok(!(await works(token)))
    const open = await operator.done('PATCH', `${path}/${tokenId}`, { allowFrom: [], expiresAt: null })
    assert.deepEqual([open['allowFrom'], open['expiresAt'], open['token']], [[], null, undefined])
    assert.ok(await works(token))

    const rotated = (await operator.done('POST', `${path}/${tokenId}/rotate`, { overlapSeconds: 60 })) as {
      id: string
      token: string
      scope: string
    }
    assert.equal(rotated.scope, 'read')
    assert.ok((await works(token)) && (await works(rotated.token)))
    const shown = await operator.done('POST', `${path}/${rotated.id}/show`)
    assert.equal(shown['token'], rotated.token)
    await operator.done('DELETE', `${path}/${tokenId}`)
    assert.deepEqual([await works(token), await works(rotated.token)], [false, true])
    await operator.done('POST', `${path}/${rotated.id}/rotate`, { overlapSeconds: 0 })
    assert.ok(!(await works(rotated.token)))
    assert.equal((await operator.items(path)).length, 4)
  })

  test('no list, account or audit entry holds a token; that one was shown stands in the audit log', async () => {
    const { id, token, tokenId } = await operator.account('partner')
    await operator.done('POST', `/accounts/${id}/tokens/${tokenId}/show`)
    const second = (await operator.done('POST', `/accounts/${id}/tokens`, {})) as { token: string }
    const texts = await Promise.all(
      [`/accounts/${id}`, `/accounts/${id}/tokens`, `/audit?accountId=${id}`, '/accounts'].map(
        async (path) => (await operator.call('GET', path)).text,
      ),
    )
    for (const secret of [token, second.token]) assert.ok(!texts.join().includes(secret))
    const actions = (await operator.items(`/audit?accountId=${id}`)).map((entry) => entry['action'])
    assert.deepEqual(actions, ['token.issue', 'token.show', 'account.create', 'token.issue'])
    assert.ok(!server.logged.join().includes(second.token))
  })
})
