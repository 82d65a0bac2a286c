// Truth: docs/console.md: what people may do with accounts and instances, by their roles.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { RIGHTS, rightOf } from '../../src/http/api/rights.ts'
import { ROLES, type Role } from '../../src/model/person.ts'
import { codeOf, ConsoleBrowser } from '../support/console-browser.ts'
import { allRoles, CONSOLE_SETTINGS, firstOperator, newMember } from '../support/console-people.ts'
import { consoleWords } from '../support/console-words.ts'
import { objectIn } from '../support/road.ts'
import { shapeOf } from './tenants/compare.ts'
import { CONSOLE_ROWS as ROWS } from './tenants/routes.ts'
import { startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
let operator: ConsoleBrowser
let roles: Readonly<Record<Role, ConsoleBrowser>>
/** Owner of another account, which is a person's. */
let stranger: ConsoleBrowser
let account: string
let other: string
let made: Made

before(async () => {
  server = await startServer(CONSOLE_SETTINGS)
  operator = await firstOperator(server)
  made = await server.make({ name: 'Ромашка' })
  account = String(itemsIn(await server.operator('GET', '/accounts'))[0]?.['id'])
  const person = await server.operator('POST', '/accounts', { kind: 'personal', name: 'Ann' })
  other = String(objectIn(person, 201)['id'])
  roles = await allRoles(server, operator, account)
  stranger = await newMember(server, operator, other, 'owner')
})
after(() => server.close())

function itemsIn(answer: Answer): readonly Readonly<Record<string, unknown>>[] {
  return objectIn(answer)['items'] as readonly Readonly<Record<string, unknown>>[]
}

interface MethodTold {
  readonly name: string
  readonly fields: { readonly properties?: Readonly<Record<string, { readonly description?: string }>> }
  readonly parameters: readonly { readonly name: string; readonly summary: string }[]
}

/** What the page says of a method's fields: that an empty one is not sent goes without saying there. */
function fieldsTold({ name: method, fields, parameters }: MethodTold) {
  const own = Object.entries(fields.properties ?? {}).map(([field, { description = '' }]) => ({
    field,
    about: description,
  }))
  const all = [...own, ...parameters.map(({ name, summary }) => ({ field: name, about: summary }))]
  return all
    .map(({ field, about }) => ({ method, field, about: about.replace(/\s*Empty counts as not given\.$/, '') }))
    .filter(({ about }) => about !== '')
}

/** What rows must be told before they look at what it is about. */
const BODIES: Readonly<Record<string, object>> = {
  'PATCH /instances/{idInstance}': { name: 'stolen' },
  'PATCH /people/{person}': { role: 'viewer' },
}

/** A path that fits a row; what it is about need not be there. */
function pathOf(at: string): string {
  return at.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'idInstance' ? String(made.idInstance) : 'nobody'))
}

describe('rights', () => {
  test('every row of an account is allowed and refused as the table says, and strangers hear of nothing', async () => {
    const before = await server.operator('GET', `/accounts/${account}/instances`)
    const used = new Set<string>()
    for (const { verb, at, group, scope } of ROWS.account) {
      used.add(group)
      const path = `/accounts/${account}${pathOf(at)}`
      for (const role of ROLES) {
        const right = rightOf(group, role)
        const isAllowed = right === 'full' || (right === 'read' && scope === 'read')
        // What is allowed is called nowhere here that it would change something.
        if (isAllowed && (verb !== 'GET' || at === '/events')) continue
        const { status } = await roles[role].call(verb, path, verb === 'GET' ? undefined : {})
        assert.equal(status === 403, !isAllowed, `${role} ${verb} ${at}: ${String(status)}`)
      }
      for (const [whose, code] of [
        [stranger, 404],
        [new ConsoleBrowser(server), 401],
      ] as const) {
        assert.equal((await whose.call(verb, path, verb === 'GET' ? undefined : {})).status, code, `${verb} ${at}`)
      }
    }
    assert.deepEqual([...used].toSorted(), Object.keys(RIGHTS).toSorted())
    assert.equal((await server.operator('GET', `/accounts/${account}/instances`)).text, before.text)
  })

  test('rows of the operator are for persons who run the server alone', async () => {
    for (const { verb, at } of ROWS.operator) {
      const body = verb === 'GET' ? undefined : {}
      const refused = await roles.owner.call(verb, `/operator${pathOf(at)}`, body)
      assert.deepEqual([refused.status, codeOf(refused)], [403, 'forbidden'], `${verb} ${at}`)
      assert.equal((await new ConsoleBrowser(server).call(verb, `/operator${pathOf(at)}`, body)).status, 401)
    }
    assert.equal((await operator.call('GET', '/operator/accounts')).status, 200)
  })

  test('nothing is changed without the token against forged requests', async () => {
    for (const { verb, at } of [
      ...ROWS.account,
      ...ROWS.operator.map((row) => ({ ...row, at: `/../../operator${row.at}` })),
    ]) {
      if (verb === 'GET') continue
      const path = at.startsWith('/../..') ? pathOf(at).slice('/../..'.length) : `/accounts/${account}${pathOf(at)}`
      const refused = await operator.call(verb, path, {}, { 'X-CSRF-Token': 'forged' })
      assert.deepEqual([refused.status, codeOf(refused)], [403, 'csrf'], `${verb} ${at}`)
    }
  })

  test('what belongs to another account is to every row what never was', async () => {
    const [token] = itemsIn(await server.operator('GET', `/accounts/${account}/tokens`))
    const { people } = await operator.good('GET', `/accounts/${account}/people`)
    const [member] = people as readonly { readonly id: string }[]
    const theirs = [made.idInstance, token?.['id'], member?.id].map(String)
    const nobodys = ['1999999999', 'nobody', 'nobody']
    let compared = 0
    for (const row of ROWS.account) {
      const { verb, at } = row
      const places = Object.keys(row.path.properties).filter((name) => name !== 'month')
      if (places.length === 0) continue
      const body = verb === 'GET' ? undefined : (BODIES[`${verb} ${at}`] ?? {})
      const answers = []
      for (const ids of [theirs, nobodys]) {
        const [instance = '', ofToken = '', ofPerson = ''] = ids
        const filled = (name: string): string =>
          name === 'idInstance' ? instance : name === 'person' ? ofPerson : ofToken
        const path = at.replaceAll(/\{(\w+)\}/g, (_, name: string) => filled(name))
        const answer = await stranger.call(verb, `/accounts/${other}${path}`, body)
        answers.push(shapeOf(answer, ids, true))
        assert.equal(answer.status, 404, `${verb} ${path} ${answer.text}`)
      }
      assert.equal(answers[0], answers[1], `${verb} ${at}`)
      compared += 1
    }
    assert.ok(compared > 10, String(compared))
  })

  test('the tokens of the other APIs open nothing here', async () => {
    const headers = { authorization: 'Bearer op.test-operator-token' }
    assert.equal((await server.call('GET', '/api/console/operator/accounts', undefined, headers)).status, 401)
    assert.equal((await server.call('GET', `/api/console/accounts/${account}/account`, undefined, headers)).status, 401)
  })
})

describe('instances', () => {
  const base = () => `/accounts/${account}/instances`

  test('no list and no page tells a token; it is shown where that is asked for, and noted', async () => {
    for (const role of ROLES) {
      for (const path of [base(), `${base()}/${String(made.idInstance)}`]) {
        const { status, text } = await roles[role].call('GET', path)
        assert.equal(status, 200, text)
        assert.ok(!text.includes(made.apiTokenInstance), `${role} ${path}`)
      }
    }
    const shown = await roles.developer.good('POST', `${base()}/${String(made.idInstance)}/token/show`)
    assert.deepEqual(shown, { apiTokenInstance: made.apiTokenInstance })
    const [entry] = itemsIn(await server.operator('GET', '/audit?limit=1'))
    assert.equal(entry?.['action'], 'instance.token.show')
    assert.match(String(entry['actor']), /^person:/)
  })

  test('are found by a part of the name, of the id and of the phone, sorted and paged', async () => {
    await server.link(made, '79001112233')
    const found = async (query: string) => {
      const answer = await roles.viewer.good('GET', `${base()}?${query}`)
      return [answer['total'], (answer['items'] as { idInstance: number }[]).map(({ idInstance }) => idInstance)]
    }
    const second = await server.make({ name: 'beta' })
    const [a, b] = [made.idInstance, second.idInstance]
    for (const search of ['ромаш', '900 111-22', String(a)]) {
      assert.deepEqual(await found(`search=${encodeURIComponent(search)}`), [1, [a]], search)
    }
    assert.deepEqual(await found('sort=name&order=asc'), [2, [b, a]])
    assert.deepEqual(await found('sort=name&order=desc&limit=1&page=2'), [2, [b]])
    assert.deepEqual(await found('state=authorized'), [1, [a]])
    assert.deepEqual(await found('typeInstance=telegram'), [0, []])
    const { counts, tariffs } = await roles.viewer.good('GET', base())
    assert.deepEqual([counts, tariffs], [{ authorized: 1, notAuthorized: 1 }, ['PARTNER']])
    assert.equal((await roles.viewer.call('GET', `${base()}?sort=token`)).status, 400)
  })

  test('of a partner are made and deleted through the API alone', async () => {
    const create = await roles.owner.call('POST', base(), { tariff: 'DEVELOPER' })
    const remove = await roles.owner.call('DELETE', `${base()}/${String(made.idInstance)}`)
    assert.deepEqual([create.status, codeOf(create)], [403, 'partnerApiOnly'])
    assert.deepEqual([remove.status, codeOf(remove)], [403, 'partnerApiOnly'])
  })

  test('of a person are made once for a key, renamed, and deleted', async () => {
    const at = `/accounts/${other}/instances`
    const key = { 'Idempotency-Key': 'one-click' }
    const body = { name: 'mine', tariff: 'DEVELOPER' }
    const [first, again] = [await stranger.call('POST', at, body, key), await stranger.call('POST', at, body, key)]
    assert.equal(first.status, 201, first.text)
    assert.equal(again.text, first.text)
    assert.equal((await stranger.call('POST', at, { ...body, name: 'x' }, key)).status, 409)
    const { idInstance } = first.json as { idInstance: number }
    assert.equal((await stranger.good('PATCH', `${at}/${String(idInstance)}`, { name: 'yours' }))['name'], 'yours')
    assert.equal((await stranger.call('PATCH', `${at}/${String(made.idInstance)}`, { name: 'stolen' })).status, 404)
    assert.equal((await stranger.call('DELETE', `${at}/${String(idInstance)}?logout=true`)).status, 204)
    assert.deepEqual((await stranger.good('GET', at))['items'], [])
  })
})

describe('tokens', () => {
  test('a developer issues, changes, rotates and is shown those alone that tell nothing of money', async () => {
    const { developer, owner } = roles
    const at = `/accounts/${account}/tokens`
    const issue = (whose: ConsoleBrowser, terms: object) => whose.call('POST', at, terms)
    for (const terms of [{}, { scope: 'full' }, { scope: 'read' }])
      assert.equal(codeOf(await issue(developer, terms)), 'forbidden', JSON.stringify(terms))
    const own = objectIn(await issue(developer, { scope: 'developer', name: 'CI' }), 201)
    const one = `${at}/${String(own['id'])}`
    const wider: (readonly [verb: string, path: string, body: object])[] = [['PATCH', one, { scope: 'full' }]]
    for (const scope of ['full', 'read']) {
      const { id } = objectIn(await issue(owner, { scope }), 201)
      const other = `${at}/${String(id)}`
      wider.push(['POST', `${other}/show`, {}], ['POST', `${other}/rotate`, {}], ['PATCH', other, { name: 'mine' }])
      wider.push(['PATCH', other, { scope: 'developer' }])
    }
    for (const [verb, path, body] of wider)
      assert.equal(codeOf(await developer.call(verb, path, body)), 'forbidden', `${verb} ${path}`)
    assert.equal((await developer.good('PATCH', one, { name: 'Build' }))['scope'], 'developer')
    assert.equal((await developer.good('POST', `${one}/show`))['token'], own['token'])
    const rotated = await developer.good('POST', `${one}/rotate`, {})
    assert.equal(rotated['scope'], 'developer')
    const headers = { Authorization: `Bearer ${String(rotated['token'])}` }
    assert.equal((await server.call('GET', '/api/partner/v1/instances', undefined, headers)).status, 200)
    assert.equal((await server.call('GET', '/api/partner/v1/balance', undefined, headers)).status, 403)
    await owner.good('PATCH', `${at}/${String(rotated['id'])}`, { scope: 'full' })
    assert.equal((await server.call('GET', '/api/partner/v1/balance', undefined, headers)).status, 200)
    assert.equal(codeOf(await developer.call('POST', `${at}/${String(rotated['id'])}/show`)), 'forbidden')
    assert.equal((await developer.call('DELETE', `${at}/${String(rotated['id'])}`)).status, 200, 'a leak is stopped')
  })
})

describe('the gateway', () => {
  const path = (method: string, id = made.idInstance, whose = account) =>
    `/accounts/${whose}/instances/${String(id)}/call/${method}`

  test('calls methods as the instance, with bodies, tails and files', async () => {
    const { developer } = roles
    const sent = await developer.good('POST', path('sendMessage'), { chatId: '79005556677@c.us', message: 'hello' })
    assert.match(String(sent['idMessage']), /^\w{10,}$/)
    const gone = await developer.good('DELETE', path('deleteNotification/99'))
    assert.equal(gone['result'], false)
    const form = new FormData()
    form.append('chatId', '79005556677@c.us')
    form.append('file', new Blob(['bytes'.repeat(1000)], { type: 'text/plain' }), 'note.txt')
    const encoded = new Response(form)
    const headers = { 'Content-Type': encoded.headers.get('content-type') ?? '' }
    const bytes = new Uint8Array(await encoded.arrayBuffer())
    const uploaded = await developer.call('POST', path('sendFileByUpload'), bytes, headers)
    assert.equal(uploaded.status, 200, uploaded.text)
    const wrong = await developer.call('POST', path('sendMessage'), { chatId: '' })
    assert.equal(wrong.status, 400)
    assert.ok(!wrong.text.includes(made.apiTokenInstance), wrong.text)
  })

  test('leaves a trace of what it changes before it does so: who, where, which method, and nothing of what was said', async () => {
    const { developer } = roles
    const entries = async () =>
      itemsIn(await server.operator('GET', `/audit?accountId=${account}&limit=100`)).filter(
        ({ action }) => action === 'instance.call',
      )
    const before = (await entries()).length
    for (const [verb, method, body] of [
      ['GET', 'getSettings', undefined],
      ['GET', 'getStateInstance', undefined],
      ['POST', 'getChatHistory', { chatId: '79005556677@c.us' }],
      ['GET', 'getWebhooksCount', undefined],
      ['GET', 'sendMessage', undefined],
      ['POST', 'noSuchMethod', {}],
    ] as const)
      await developer.call(verb, path(method), body)
    assert.equal((await roles.viewer.call('POST', path('sendMessage'), { chatId: 'x' })).status, 403)
    assert.equal((await entries()).length, before, 'what reads, is refused or is not there leaves none')
    const secret = 'hush-hush'
    await developer.good('POST', path('SENDMESSAGE'), { chatId: '79005556677@c.us', message: secret })
    await developer.good('DELETE', path('deleteNotification/98'))
    await developer.good('GET', path('clearMessagesQueue'))
    assert.equal((await developer.call('POST', path('setSettings'), { webhookUrlToken: 1 })).status, 400)
    const told = (await entries()).slice(0, -before || undefined)
    const me = objectIn(await developer.call('GET', '/session'))['person'] as { id: string }
    assert.deepEqual(
      told.map(({ actor, target, details }) => [actor, target, details]),
      ['setSettings', 'clearMessagesQueue', 'deleteNotification', 'sendMessage'].map((method) => [
        `person:${me.id}`,
        String(made.idInstance),
        { method },
      ]),
    )
    assert.ok(!JSON.stringify(told).includes(secret) && !JSON.stringify(told).includes('79005556677'))
  })

  test('is for owners and developers, of their own instances, and never by a link alone', async () => {
    for (const role of ['billing', 'viewer'] as const) {
      assert.equal(codeOf(await roles[role].call('GET', path('getSettings'))), 'forbidden', role)
    }
    assert.equal((await stranger.call('GET', path('getSettings'))).status, 404)
    assert.equal((await stranger.call('GET', path('getSettings', made.idInstance, other))).status, 404)
    assert.equal((await roles.owner.call('GET', path('getSettings', 1_999_999_999))).status, 404)
    assert.equal((await new ConsoleBrowser(server).call('GET', path('logout'))).status, 401)
    const { cookie } = roles.owner
    const byLink = await server.call('GET', `/api/console${path('logout')}`, undefined, { Cookie: cookie ?? '' })
    assert.deepEqual([byLink.status, codeOf(byLink)], [403, 'csrf'])
  })

  test('the newest messages of a chat and of all come without a quota, to those who may send', async () => {
    const { developer } = roles
    const messages = `/accounts/${account}/instances/${String(made.idInstance)}/messages`
    const ids: unknown[] = []
    for (const chatId of ['79005550001@c.us', '79005550002@c.us', '79005550001@c.us'])
      ids.push((await developer.good('POST', path('sendMessage'), { chatId, message: `to ${chatId}` }))['idMessage'])
    const idsOf = async (query: string): Promise<unknown[]> =>
      itemsIn(await developer.call('GET', messages + query)).map(({ idMessage }) => idMessage)
    assert.deepEqual(await idsOf('?limit=3'), ids.toReversed())
    assert.deepEqual(await idsOf('?chatId=79005550001@c.us'), [ids[2], ids[0]])
    assert.deepEqual(await idsOf('?chatId=79005550001@c.us&limit=1'), [ids[2]])
    const [item] = itemsIn(await developer.call('GET', `${messages}?chatId=79005550002@c.us`))
    const history = await developer.call('POST', path('getChatHistory'), { chatId: '79005550002@c.us' })
    assert.deepEqual([item], history.json, 'an item is as in the journals')
    assert.equal((await developer.call('GET', `${messages}?chatId=nobody`)).status, 400)
    assert.equal((await developer.call('GET', `${messages}?limit=1001`)).status, 400)
  })

  test('takes nothing that could be read in two ways', async () => {
    const { owner } = roles
    const cookie = `Cookie: ${owner.cookie ?? ''}\r\nX-CSRF-Token: ${owner.csrf}`
    const base = `/api/console/accounts/${account}/instances/${String(made.idInstance)}/call`
    const ways = [
      '/',
      '//getSettings',
      '/../token',
      '/..%2ftoken/show',
      '/%2e%2e/x',
      '/getSettings%2f',
      '/getSettings/../x',
      '/getSettings/a/b',
      '/get%53ettings',
      '/',
    ]
    for (const way of ways) {
      const text = await server.raw(`GET ${base}${way} HTTP/1.1\r\nHost: x\r\n${cookie}\r\nConnection: close\r\n\r\n`)
      assert.match(text, /^HTTP\/1\.1 (404|405|400) /, way)
      assert.ok(!text.includes(made.apiTokenInstance), way)
    }
  })
})

describe('the simulated network', () => {
  test('is for those who work with instances, and by plain paths alone', async () => {
    assert.equal((await roles.developer.call('GET', '/simulator/phones')).status, 200)
    assert.equal((await roles.viewer.call('GET', '/simulator/phones')).status, 403)
    const phone = await roles.owner.call('GET', '/simulator/phone')
    assert.match(phone.headers.get('content-security-policy') ?? '', /frame-ancestors 'self'/)
    const forged = await roles.owner.call('POST', '/simulator/phones', {}, { 'X-CSRF-Token': '' })
    assert.equal(codeOf(forged), 'csrf')
    const stop = new AbortController()
    const headers = { Cookie: roles.developer.cookie ?? '' }
    const events = `${server.url}/api/console/simulator/events?phone=79001234567`
    const streams = await Promise.all(Array.from({ length: 12 }, () => fetch(events, { headers, signal: stop.signal })))
    stop.abort()
    assert.equal(streams.filter(({ status }) => status === 200).length, 10)
    assert.equal(streams.filter(({ status }) => status === 429).length, 2)
    const cookie = `Cookie: ${roles.owner.cookie ?? ''}`
    for (const way of [
      '/../link',
      '/..%2fx',
      '/%2e%2e/phones',
      '//phones',
      '/files/..%5c',
      '/./phones',
      '/phones/..',
    ]) {
      const head = `GET /api/console/simulator${way} HTTP/1.1\r\nHost: x\r\n${cookie}\r\nConnection: close\r\n\r\n`
      assert.match(await server.raw(head), /^HTTP\/1\.1 404 /, way)
    }
  })
})

describe('the brand', () => {
  const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

  test('is on the linking page, as text and never as markup', async () => {
    const at = `/accounts/${account}/brand`
    const logo = `data:image/png;base64,${PNG}`
    const brand = {
      name: '<i>Ромашка</i>',
      color: '#FFFF00',
      logo,
      supportText: '"Ask"',
      supportUrl: 'tel:+79001112233',
    }
    assert.deepEqual(await roles.owner.good('PUT', at, brand), { ...brand, color: '#ffff00' })
    assert.deepEqual(await roles.viewer.good('GET', at), { ...brand, color: '#ffff00' })
    const page = await server.call('GET', `/waInstance${String(made.idInstance)}/${made.apiTokenInstance}`)
    assert.ok(page.text.includes('&lt;i&gt;Ромашка&lt;/i&gt;') && page.text.includes(logo), page.text)
    assert.match(page.headers.get('content-security-policy') ?? '', /style-src 'self' 'sha256-/)
    const wrong = await server.call('GET', `/waInstance${String(made.idInstance)}/${'0'.repeat(50)}`)
    assert.ok(!wrong.text.includes('Ромашка'))
    assert.equal((await roles.owner.call('DELETE', at)).status, 204)
  })

  test('takes no other picture, colour or link', async () => {
    const svg = `data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}`
    const lie = `data:image/png;base64,${Buffer.alloc(40).toString('base64')}`
    for (const wrong of [
      { logo: svg },
      { logo: lie },
      { color: 'red' },
      { supportUrl: 'javascript:alert(1)' },
      { name: ' ' },
    ]) {
      const refused = await roles.owner.call('PUT', `/accounts/${account}/brand`, { name: 'x', ...wrong })
      assert.equal(refused.status, 400, JSON.stringify(wrong))
    }
  })
})

describe('live events', () => {
  const open = async (browser: ConsoleBrowser) => {
    const stop = new AbortController()
    const headers = { Cookie: browser.cookie ?? '' }
    const answer = await fetch(`${server.url}/api/console/accounts/${account}/events`, { headers, signal: stop.signal })
    const reader = answer.body?.getReader() ?? assert.fail('no body')
    const next = async () => Buffer.from((await reader.read()).value ?? []).toString()
    return { status: answer.status, headers: answer.headers, next, close: () => stop.abort() }
  }

  test('tell what changes, of the own account alone', async () => {
    const stream = await open(roles.viewer)
    assert.deepEqual([stream.status, stream.headers.get('x-accel-buffering')], [200, 'no'])
    assert.match(await stream.next(), /^retry: /)
    const told = stream.next()
    await roles.owner.good('PATCH', `/accounts/${account}/instances/${String(made.idInstance)}`, { name: 'Лилия' })
    const [, data = ''] = /^event: instance\ndata: (.*)\n\n$/.exec(await told) ?? []
    const [glance] = JSON.parse(data) as Record<string, unknown>[]
    assert.deepEqual([glance?.['idInstance'], glance?.['name']], [made.idInstance, 'Лилия'])
    stream.close()
  })

  test('at most ten streams of a person; one that is left makes room', async () => {
    const streams = []
    for (let count = 0; count < 10; count += 1) streams.push(await open(roles.developer))
    const refused = await open(roles.developer)
    assert.equal(refused.status, 429)
    const [first] = streams
    first?.close()
    let again = 429
    while (again === 429) {
      const stream = await open(roles.developer)
      again = stream.status
      stream.close()
    }
    assert.equal(again, 200)
    for (const stream of streams) stream.close()
  })
})

describe('the rest', () => {
  test('the method table comes as data, to whoever is signed in', async () => {
    const { items } = await roles.viewer.good('GET', '/methods')
    const send = (items as Record<string, unknown>[]).find(({ name }) => name === 'sendMessage')
    assert.deepEqual([send?.['group'], send?.['verbs'], send?.['input']], ['sending', ['POST'], 'json'])
    assert.equal((await new ConsoleBrowser(server).call('GET', '/methods')).status, 401)
  })

  test('everything that the panel for trying methods says of them is there in Russian, with the same numbers', async () => {
    const { groups, items } = await roles.viewer.good('GET', '/methods')
    const words = (await consoleWords('ru', 'methods')) as Record<string, Record<string, string>>
    const named = (list: unknown): string[] => (list as { name: string }[]).map(({ name }) => name).toSorted()
    assert.deepEqual(Object.keys(words['groups'] ?? {}).toSorted(), named(groups))
    assert.deepEqual(Object.keys(words['methods'] ?? {}).toSorted(), named(items))
    const used = new Set<string>()
    for (const { method, field, about } of (items as MethodTold[]).flatMap(fieldsTold)) {
      const key = words['fields']?.[`${method}.${field}`] === undefined ? field : `${method}.${field}`
      const own = words['fields']?.[key] ?? assert.fail(`nothing is said of ${method}.${field}: ${about}`)
      assert.deepEqual(own.match(/\d+/g), about.match(/\d+/g), `${method}.${field}`)
      used.add(key)
    }
    assert.deepEqual([...used].toSorted(), Object.keys(words['fields'] ?? {}).toSorted())
  })

  test('the operator sees how the node is', async () => {
    const { residentBytes, isAlone, instances } = await operator.good('GET', '/operator/health')
    assert.ok(Number(residentBytes) > 1_000_000 && isAlone === true)
    assert.deepEqual(Object.keys((instances as { states: object }).states).toSorted(), ['authorized', 'notAuthorized'])
  })

  test('what a suspended account has is looked at and not changed', async () => {
    await operator.good('POST', `/operator/accounts/${account}/suspend`, { reason: 'unpaid' })
    const at = `/accounts/${account}/instances/${String(made.idInstance)}`
    assert.equal((await roles.owner.call('GET', at)).status, 200)
    assert.equal(codeOf(await roles.owner.call('PATCH', at, { name: 'x' })), 'accountSuspended')
    assert.equal((await operator.call('PATCH', at, { name: 'x' })).status, 200)
  })

  test('every page is the same file, with a strict policy', async () => {
    const page = await server.call('GET', '/console/a/x/instances')
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'; style-src/)
    assert.equal(page.headers.get('cache-control'), 'no-store')
    assert.equal((await server.call('GET', '/console/assets/nothing.js')).status, 404)
    assert.match(
      await server.raw('GET /console/../src/app.ts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 (404|400|503|200) /,
    )
  })
})
