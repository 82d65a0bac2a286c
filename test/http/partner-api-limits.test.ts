// Truth: docs/partners.md: no partner can lock himself out, gain more than his token gives him, or make the server work without end.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { Operator, type Json } from '../support/operator-calls.ts'
import { startServer, type Answer, type TestServer } from '../support/server.ts'
import { PARTNER_ROWS } from './tenants/routes.ts'

const DAY_MS = 86_400_000
const clock = new SkippingClock()
let server: TestServer
let operator: Operator
before(async () => {
  server = await startServer({}, { clock })
  operator = new Operator(server)
})
after(() => server.close())

interface Partner {
  readonly account: string
  readonly tokenId: string
  readonly call: (verb: string, path: string, body?: unknown) => Promise<Answer>
}

async function newPartner(): Promise<Partner> {
  const { id, tokenId, token } = await operator.account('partner')
  return { account: id, tokenId, call: callsWith(token) }
}

function callsWith(token: string): Partner['call'] {
  return (verb, path, body) =>
    server.call(verb, `/api/partner/v1${path}`, body, {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    })
}

/** A token of the partner's account with other terms, and who calls with it. */
async function tokenOf(
  { account }: Partner,
  terms: object,
): Promise<{ id: string; token: string; call: Partner['call'] }> {
  const issued = await operator.done('POST', `/accounts/${account}/tokens`, terms)
  const token = String(issued['token'])
  return { id: String(issued['id']), token, call: callsWith(token) }
}

function row(answer: Answer): Json {
  assert.ok(answer.status < 300, answer.text)
  return answer.json as Json
}

function itemsOf(answer: Answer): readonly Json[] {
  return row(answer)['items'] as readonly Json[]
}

function assertRefused(answer: Answer, status: number, code: string, message: RegExp): void {
  assert.equal(answer.status, status, answer.text)
  const { error } = answer.json as { readonly error: { readonly code: string; readonly message: string } }
  assert.equal(error.code, code)
  assert.match(error.message, message)
}

async function makeMany({ call }: Partner, count: number): Promise<readonly number[]> {
  const ids: number[] = []
  while (ids.length < count) {
    const instances = Array.from({ length: Math.min(100, count - ids.length) }, () => ({}))
    ids.push(...itemsOf(await call('POST', '/instances', { instances })).map(({ idInstance }) => Number(idInstance)))
  }
  return ids
}

describe('a change of many instances', () => {
  test('is one entry of the audit log, and nothing of it is stored where all is so already', async () => {
    const partner = await newPartner()
    const ids = await makeMany(partner, 3)
    const few = { ids: ids.slice(0, 2), name: 'b' }
    const all = { ids: 'all', settings: { incomingWebhook: 'yes', webhookUrlToken: 'hush' } }
    const calls = [
      [{ ...few, ids: ids.slice(1, 2) }, ids.slice(1, 2)],
      [all, ids],
      [all, ids],
      [few, few.ids],
      [few, few.ids],
    ] as const
    for (const [body, changed] of calls) {
      const outcomes = itemsOf(await partner.call('PATCH', '/instances', body))
      assert.deepEqual(
        outcomes,
        changed.map((idInstance) => ({ idInstance, ok: true })),
      )
    }
    const entries = await operator.items(`/audit?accountId=${partner.account}&limit=1000`)
    assert.deepEqual(
      entries.filter(({ action }) => action === 'instance.settings').map(({ details }) => details),
      [
        { fields: ['name'], count: 1, ids: ids.slice(0, 1) },
        { fields: ['webhookUrlToken', 'incomingWebhook'], count: 3, ids: 'all' },
        { fields: ['name'], count: 1, ids: ids.slice(1, 2) },
      ],
    )
    const shown = row(await partner.call('GET', `/instances/${String(ids[0])}`))
    assert.deepEqual([shown['name'], (shown['settings'] as Json)['incomingWebhook']], ['b', 'yes'])
  })

  test('is refused while another one of the account is under way, and of no other account', async () => {
    const [large, small] = [await newPartner(), await newPartner()]
    await makeMany(large, 500)
    await makeMany(small, 1)
    const patch = (partner: Partner, name: string) => partner.call('PATCH', '/instances', { ids: 'all', name })
    const [other, ...answers] = await Promise.all([
      patch(small, 'one'),
      ...['one', 'two', 'three'].map((name) => patch(large, name)),
    ])
    row(other)
    const refused = answers.filter(({ status }) => status !== 200)
    assert.ok(refused.length > 0 && refused.length < answers.length, String(refused.length))
    for (const answer of refused) {
      assertRefused(answer, 429, 'rateLimited', /under way/)
      assert.equal(answer.headers.get('retry-after'), '1')
    }
    assert.equal(itemsOf(await patch(large, 'four')).length, 500)
  })
})

describe('a test of the hook', () => {
  test('is made once in ten seconds, and that there is no hook is told at once', async () => {
    const { call } = await newPartner()
    row(await call('PUT', '/hook', { url: 'https://hook.example/jade' }))
    assert.ok(typeof row(await call('POST', '/hook/test'))['id'] === 'string')
    const soon = await call('POST', '/hook/test')
    assertRefused(soon, 429, 'rateLimited', /once in 10 seconds/)
    const wait = Number(soon.headers.get('retry-after'))
    assert.ok(wait > 8 && wait <= 10, String(wait))
    clock.skip(wait * 1000)
    assert.ok(typeof row(await call('POST', '/hook/test'))['id'] === 'string')
    assert.equal((await call('DELETE', '/hook')).status, 204)
    assertRefused(await call('POST', '/hook/test'), 404, 'notFound', /./)
  })
})

describe('a token that is rotated by itself', () => {
  test('goes on for a day, so that a lost answer locks nobody out', async () => {
    const { call, tokenId, account } = await newPartner()
    const path = `/tokens/${tokenId}/rotate`
    assertRefused(await call('POST', path, { overlapSeconds: 0 }), 400, 'invalid', /'overlapSeconds' must be above 0/)
    const rotated = row(await call('POST', path))
    const old = itemsOf(await call('GET', '/tokens')).find(({ id }) => id === tokenId)
    const left = Date.parse(String(old?.['expiresAt'])) - clock.now()
    assert.ok(left > DAY_MS - 10_000 && left <= DAY_MS, String(left))
    assert.equal(row(await call('POST', `/tokens/${String(rotated['id'])}/show`))['token'], rotated['token'])
    // Somebody else's end may be now.
    const sister = await tokenOf({ account, tokenId, call }, {})
    row(await sister.call('POST', path, { overlapSeconds: 0 }))
    assertRefused(await call('GET', '/account'), 401, 'unauthorized', /./)
  })
})

describe('the number of instances', () => {
  test('goes up and down with them, for partner and operator alike, and is the same after a restart', async () => {
    const partner = await newPartner()
    const [first, second] = await makeMany(partner, 3)
    const gone = (id: number | undefined) => partner.call('DELETE', `/instances/${String(id)}`)
    const statuses = (await Promise.all([gone(first), gone(first), gone(second)])).map(({ status }) => status)
    assert.deepEqual(statuses.toSorted(), [204, 204, 404])
    for (let round = 0; round < 2; round++) {
      assert.equal(row(await partner.call('GET', '/account'))['instances'], 1)
      assert.equal((await operator.done('GET', `/accounts/${partner.account}`))['instances'], 1)
      const { dataDir } = server
      await server.stop()
      server = await startServer({ JADEGATE_DATA_DIR: dataDir }, { clock })
      operator = new Operator(server)
    }
  })
})

describe('a token that only reads', () => {
  test('sees where webhooks and the hook lead to, not their paths, which may be secret', async () => {
    const partner = await newPartner()
    const reader = (await tokenOf(partner, { scope: 'read' })).call
    const url = 'https://user:word@hook.example:8443/in/hush-hush?key=hush-hush#hush'
    row(await partner.call('PUT', '/hook', { url: 'https://hook.example:8443/hush-hush?key=hush' }))
    const made = await partner.call('POST', '/instances', { instances: [{ webhookUrl: url }, {}] })
    const seen: unknown[] = []
    for (const { idInstance } of itemsOf(made)) {
      const path = `/instances/${String(idInstance)}`
      const shown = await reader('GET', path)
      seen.push((row(shown)['settings'] as Json)['webhookUrl'])
      assert.doesNotMatch(shown.text, /hush|word/)
      const mine = row(await partner.call('GET', path))['settings'] as Json
      const theirs = await operator.done('GET', `/accounts/${partner.account}${path}`)
      assert.deepEqual(mine['webhookUrl'], (theirs['settings'] as Json)['webhookUrl'])
    }
    assert.deepEqual(seen, ['https://hook.example:8443', ''])
    const hook = await reader('GET', '/hook')
    assert.equal(row(hook)['url'], 'https://hook.example:8443')
    assert.equal(row(await partner.call('GET', '/hook'))['url'], 'https://hook.example:8443/hush-hush?key=hush')
    assert.doesNotMatch(hook.text + (await reader('GET', '/instances')).text, /hush/)
  })
})

describe('a token for developers', () => {
  test('does all that the role of that name does, which is everything but money', async () => {
    const partner = await newPartner()
    const issued = await tokenOf(partner, { scope: 'developer' })
    const { call } = issued
    let refused = 0
    for (const { verb, at, group } of PARTNER_ROWS) {
      const path = at.replaceAll(/\{\w+\}/g, '1')
      const { status, text } = await call(verb, path, verb === 'GET' ? undefined : { wrong: 1 })
      assert.equal(status === 403, group === 'billing', `${verb} ${at}: ${String(status)} ${text}`)
      if (group === 'billing') refused += 1
    }
    assert.ok(refused >= 6, String(refused))
    assertRefused(await call('GET', '/balance'), 403, 'forbidden', /The scope of this token does not allow this/)
    const [made] = itemsOf(await call('POST', '/instances', { instances: [{ name: 'x' }] }))
    assert.equal(typeof made?.['apiTokenInstance'], 'string')
    const listed = (await server.call('GET', `/partner/getInstances/${issued.token}`)).json as Json[]
    assert.equal(listed[0]?.['apiTokenInstance'], made?.['apiTokenInstance'])
    const rotated = row(await call('POST', `/tokens/${issued.id}/rotate`))
    assert.equal(rotated['scope'], 'developer')
    assert.equal((await callsWith(String(rotated['token']))('GET', '/balance')).status, 403)
    assertRefused(await call('POST', `/tokens/${partner.tokenId}/show`), 403, 'forbidden', /restricted no less/)
  })
})

describe('a sister token', () => {
  test('is shown and rotated by no token that is restricted more', async () => {
    const partner = await newPartner()
    const bound = await tokenOf(partner, { expiresAt: new Date(clock.now() + DAY_MS).toISOString() })
    for (const what of ['show', 'rotate']) {
      const asked = await bound.call('POST', `/tokens/${partner.tokenId}/${what}`)
      assertRefused(asked, 403, 'forbidden', /restricted no less: in scope, end and addresses/)
    }
    const shown = row(await partner.call('POST', `/tokens/${bound.id}/show`))
    assert.equal(shown['token'], bound.token)
    assert.ok(!('madeBy' in shown))
  })
})
