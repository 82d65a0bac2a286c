// Truth: what the commands promise: people's tables and amounts, the API's answers with --json, 0 done, 1 failed, 2 asked wrongly, secrets where asked.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runCommand, type Ended } from './support/command.ts'
import { Operator, type Json } from './support/operator-calls.ts'
import { OPERATOR_TOKEN, startServer, type TestServer } from './support/server.ts'

let server: TestServer
let operator: Operator
before(async () => {
  server = await startServer()
  operator = new Operator(server)
})
after(() => server.close())

const run = (args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<Ended> =>
  runCommand(args, { env, input })

const jadegate = (...args: readonly string[]): Promise<Ended> =>
  run([...args, '--url', server.url], { JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN })

/** What a command that succeeds prints. */
async function printed(...args: readonly string[]): Promise<string> {
  const ended = await jadegate(...args)
  assert.deepEqual([ended.code, ended.err], [0, ''], `${args.join(' ')}: ${ended.err}`)
  return ended.out
}
const json = async (...args: readonly string[]): Promise<Json> => JSON.parse(await printed(...args, '--json')) as Json
/** Without the moment at which the page of an open month was made. */
const timeless = (text: string): string => text.replace(/<dd>[^<]* UTC<\/dd>/, '')
const factOf = (text: string, label: string): string =>
  new RegExp(`^${label} {2,}(.*)$`, 'm').exec(text)?.[1] ?? assert.fail(`${label} in ${text}`)

describe('people of the console', () => {
  test('are invited, listed, and get a new password, each by a link', async () => {
    const link = factOf(await printed('console', 'invite', 'Olga@example.com', '--operator'), 'link')
    const joined = await server.call('POST', '/api/console/links/accept', {
      token: link.split('#')[1],
      password: 'a password of ten',
    })
    assert.equal(joined.status, 200, joined.text)
    assert.match(await printed('console', 'people'), /^olga@example\.com +olga +yes +active/m)
    const account = factOf(await printed('account', 'create', 'Firm', '--kind', 'personal'), 'id')
    const into = ['console', 'invite', 'ann@example.com', '--account', account, '--role', 'viewer']
    assert.match(factOf(await printed(...into), 'link'), /\/console\/link#[\w-]{43}$/)
    assert.match(factOf(await printed('console', 'reset', 'OLGA@example.com'), 'link'), /\/console\/link#/)
    const wrong: readonly (readonly [code: number, ...args: readonly string[]])[] = [
      [1, 'console', 'invite', 'olga@example.com', '--operator'],
      [2, 'console', 'invite', 'nobody', '--operator'],
      [1, 'console', 'reset', 'nobody@example.com'],
      [2, 'console', 'invite', 'ann@example.com'],
      [2, 'console', 'invite', 'ann@example.com', '--operator', '--role', 'owner'],
    ]
    for (const [code, ...args] of wrong) assert.equal((await jadegate(...args)).code, code, args.join(' '))
  })
})

describe('accounts and tokens', () => {
  test('an account lives from create to delete, in lines that people read', async () => {
    const made = await printed('account', 'create', 'Acme Ltd', '--currency', 'KWD', '--overdraft', '12.5')
    const id = factOf(made, 'id')
    assert.equal(factOf(made, 'overdraft'), '12.500 KWD')
    assert.match(factOf(made, 'token'), /^gac\.[0-9a-f]{46}$/)
    const account = await operator.done('GET', `/accounts/${id}`)
    assert.equal((account['terms'] as Json)['overdraftLimit'], 12_500)

    const edited = await printed(
      'account',
      'edit',
      id,
      '--overdraft',
      'none',
      '--warn-below',
      '0.001',
      '--instances',
      '5',
    )
    assert.deepEqual([factOf(edited, 'overdraft'), factOf(edited, 'warn below')], ['none', '0.001 KWD'])
    assert.match(
      await printed('account', 'list'),
      new RegExp(`^${id} +partner +active +0 +PARTNER +KWD .* Acme Ltd$`, 'm'),
    )
    assert.equal(factOf(await printed('account', 'suspend', id, '--reason', 'unpaid'), 'state'), 'suspended')
    assert.equal(factOf(await printed('account', 'resume', id), 'state'), 'active')
    assert.equal(factOf(await printed('account', 'delete', id, '--yes'), 'state'), 'deleted')
    assert.ok(!(await printed('account', 'list')).includes(id))
    assert.match(await printed('account', 'list', '--deleted'), new RegExp(`^${id} .*deleted`, 'm'))
    const audit = await operator.items(`/audit?accountId=${id}`)
    assert.deepEqual([...new Set(audit.map((entry) => entry['actor']))], ['cli'])
  })

  test('a person becomes a partner', async () => {
    const made = await printed('account', 'create', 'Ann', '--kind', 'personal')
    assert.ok(!made.includes('token'))
    assert.ok(!made.includes('PARTNER'), 'the tariff of what partners make says nothing of a person')
    assert.equal(factOf(made, 'instances'), '0')
    const partner = await printed('account', 'make-partner', factOf(made, 'id'), '--token', 'gac.of-ann-herself')
    assert.deepEqual([factOf(partner, 'kind'), factOf(partner, 'token')], ['partner', 'gac.of-ann-herself'])
    assert.deepEqual([factOf(partner, 'tariff'), factOf(partner, 'instances')], ['PARTNER', '0 (at most: none)'])
  })

  test('a token is shown where it is made and asked for, and nowhere else', async () => {
    const { id } = await operator.account('partner')
    const issued = await printed(
      'token',
      'issue',
      id,
      '--scope',
      'read',
      '--expires',
      '2099-01-01',
      '--name',
      'reports',
    )
    const [tokenId, token] = [factOf(issued, 'token id'), factOf(issued, 'token')]
    const listed = await printed('token', 'list', id)
    assert.match(listed, new RegExp(`^${tokenId} +read .* 2099-01-01 00:00 .* reports$`, 'm'))
    assert.equal(factOf(await printed('token', 'show', id, tokenId), 'token'), token)
    const edited = await printed(
      'token',
      'edit',
      id,
      tokenId,
      '--allow-from',
      '203.0.113.7,2001:db8::/32',
      '--expires',
      'none',
    )
    assert.match(edited, /203\.0\.113\.7/)
    const rotated = await printed('token', 'rotate', id, tokenId, '--overlap', '0')
    assert.notEqual(factOf(rotated, 'token'), token)
    const revoked = await printed('token', 'revoke', id, factOf(rotated, 'token id'), '--yes')
    for (const text of [listed, edited, revoked, await printed('token', 'list', id), await printed('audit')]) {
      assert.ok(!text.includes('gac.'), text)
    }
  })
})

test('what can not be taken back is only told without --yes, and refused as it would be', async () => {
  const partner = await operator.account('partner')
  const person = await operator.account('personal')
  const made = await operator.done('POST', `/accounts/${person.id}/instances`, { tariff: 'DEVELOPER', name: 'mine' })
  const instance = String(made['idInstance'])
  const before = await operator.items('/audit')
  const rows: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [
      ['account', 'delete', person.id],
      /^This would delete the personal account [0-9a-f]+, "a personal", with its instances \(1\), /,
    ],
    [['instance', 'delete', person.id, instance], /^This would delete the instance \d+, "mine" \(notAuthorized\)/],
    [
      ['token', 'revoke', partner.id, partner.tokenId],
      /^This would revoke the token [0-9a-f]+, "" \(full, never used\)/,
    ],
  ]
  for (const [args, said] of rows) {
    for (const more of [[], ['--json']]) {
      const ended = await jadegate(...args, ...more)
      assert.deepEqual([ended.code, ended.out], [2, ''], ended.err)
      assert.match(ended.err, said)
      assert.match(ended.err, /Nothing is done without --yes\.$/)
    }
    assert.equal((await jadegate(...args.slice(0, -1), 'abcdef')).code, 1)
  }
  assert.deepEqual(await operator.items('/audit'), before)
  for (const [args] of rows.toReversed()) await printed(...args, '--yes')
  for (const [args] of rows) {
    const again = await jadegate(...args)
    assert.equal(again.code, 1)
    assert.match(again.err, /(deleted|revoked) already\.$/)
  }
})

describe('money', () => {
  test('amounts go in and out in major units, exactly, to the last sign of the currency', async () => {
    const rows = [
      ['USD', '90071992.99', '90071992.99 USD', 9_007_199_299],
      ['JPY', '5', '5 JPY', 5],
      ['KWD', '0.001', '0.001 KWD', 1],
      ['USD', '0.10', '0.10 USD', 10],
    ] as const
    for (const [currency, given, shown, minor] of rows) {
      const { id } = await operator.account('partner', { currency })
      assert.equal(factOf(await printed('balance', 'top-up', id, given, '--reason', 'cash'), 'balance'), shown)
      assert.equal((await json('balance', 'show', id))['balance'], minor)
    }
  })

  test('what is no amount, or has too many decimals, is a usage mistake and changes nothing', async () => {
    const { id } = await operator.account('partner', { currency: 'JPY' })
    for (const wrong of ['1.0', '1,5', '1e3', 'ten', '0', '99999999999999999999', '']) {
      const ended = await jadegate('balance', 'top-up', id, wrong, '--reason', 'cash')
      assert.equal(ended.code, 2, wrong)
      assert.equal(ended.out, '')
      assert.equal(ended.err.split('\n').length, 1)
    }
    const [point, zero] = [
      await jadegate('balance', 'top-up', id, '1.5', '--reason', 'cash'),
      await jadegate('balance', 'correct', id, '0', '--reason', 'nothing'),
    ]
    assert.match(point.err, /allowed are whole numbers, like 1250, up to 100000000000\.$/)
    assert.deepEqual([zero.code, zero.err], [2, '"0" changes nothing: an amount above or below zero is needed.'])
    assert.deepEqual(await operator.items(`/accounts/${id}/ledger`), [])
  })

  test('a ledger that does not add up is exit code 1, with --json too', async () => {
    const broken = { ok: false, problems: ['the balance is 5, the lines make 4'] }
    const other = createServer((_request, response) => response.end(JSON.stringify(broken))).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    const check = ['balance', 'check', 'ab12', '--url', `http://127.0.0.1:${String(address.port)}`]
    const env = { JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN }
    const [people, program] = [await run(check, env), await run([...check, '--json'], env)]
    other.close()
    assert.deepEqual([people.code, people.out], [1, broken.problems[0]])
    assert.deepEqual([program.code, JSON.parse(program.out)], [1, broken])
  })

  test('a refund leaves the balance, a correction goes either way, a key counts once, and the ledger is listed', async () => {
    const { id } = await operator.account('partner')
    const twice = ['balance', 'top-up', id, '10', '--reason', 'cash', '--key', 'transfer-7']
    assert.equal(await printed(...twice), await printed(...twice))
    await printed('balance', 'refund', id, '2.50', '--reason', 'too much')
    await printed('balance', 'correct', id, '-0.01', '--reason', 'a cent')
    const lines = (await printed('balance', 'ledger', id)).split('\n')
    assert.equal(lines.length, 4)
    assert.match(lines[1] ?? '', /correction +-0\.01 USD +cli +a cent$/)
    assert.match(lines[2] ?? '', /refund +-2\.50 USD +cli +too much$/)
    assert.match(lines[3] ?? '', /topUp +10\.00 USD +cli +cash$/)
    assert.equal((await json('balance', 'show', id))['balance'], 749)
    assert.match(await printed('balance', 'check', id), /adds up/)
    assert.match(await printed('balance', 'usage', id), /^total +0\.00 USD$/m)
  })

  test('prices and tariffs; what of a tariff is not said stays', async () => {
    const set = ['tariff', 'set', 'SILVER', '--plan', 'daily', '--correspondents', '7', '--calls', 'checkWhatsapp=5']
    assert.match(await printed(...set), /^SILVER +daily +7 +none +checkwhatsapp=5$/m)
    assert.match(
      await printed('tariff', 'set', 'SILVER', '--instances', '3'),
      /^SILVER +daily +7 +3 +checkwhatsapp=5$/m,
    )
    const none = ['--calls', 'none', '--correspondents', 'none']
    assert.match(await printed('tariff', 'set', 'SILVER', ...none), /^SILVER +daily +none +3$/m)
    assert.equal((await jadegate('tariff', 'set', 'BRONZE')).code, 2)

    const { id } = await operator.account('partner', { currency: 'JPY', tariff: 'SILVER' })
    const price = ['price', 'set', 'SILVER', '120', '--from', '2999-01-01']
    assert.match(await printed(...price, '--account', id), new RegExp(`^SILVER +${id} +2999-01-01 +120 JPY$`, 'm'))
    assert.match(await printed(...price, '--currency', 'USD'), /^SILVER +every +2999-01-01 +120\.00 USD$/m)
    assert.equal((await jadegate(...price)).code, 2)
    const remove = ['price', 'remove', 'SILVER', '--from', '2999-01-01']
    assert.match(await printed(...remove, '--account', id), new RegExp(`^SILVER +${id} +2999-01-01 +120 JPY$`, 'm'))
    assert.equal((await jadegate(...remove, '--account', id)).code, 1)
    assert.equal((await jadegate(...remove)).code, 2)
    assert.equal((await jadegate('price', 'set', 'SILVER', '1', '--from', '2001-01-01', '--currency', 'USD')).code, 2)
    assert.match(await printed('price', 'list'), /120\.00 USD/)
  })

  test('statements as lines, CSV and a page, byte for byte as the server makes them', async () => {
    const { id } = await operator.account('partner')
    await printed('balance', 'top-up', id, '3', '--reason', 'cash, "in hand"')
    const month = (await json('billing', 'run'))['today']
    const show = ['statement', 'show', id, String(month).slice(0, 7)]
    assert.equal(factOf(await printed(...show), 'closing'), '3.00 USD')
    for (const [option, form] of [
      ['--csv', 'csv'],
      ['--html', 'page'],
    ] as const) {
      const { text } = await operator.call('GET', `/accounts/${id}/statements/${show.at(-1) ?? ''}/${form}`)
      assert.equal(timeless(`${await printed(...show, option)}\n`), timeless(text))
    }
    assert.equal((await json(...show))['closing'], 300)
    assert.equal((await jadegate(...show, '--csv', '--html')).code, 2)
    assert.equal(await printed('statement', 'list', id), 'No statement yet.')
    assert.match(await printed('billing', 'status'), /^charged up to +\d{4}-\d\d-\d\d$/m)
  })
})

test('the audit log is read by people: names, amounts in their currency, moments', async () => {
  const { id } = await operator.account('partner', { currency: 'EUR', overdraftLimit: 20_000 })
  await printed('balance', 'top-up', id, '12.5', '--reason', 'cash, in hand')
  await printed('account', 'edit', id, '--overdraft', 'none')
  await printed('token', 'issue', id, '--expires', '2099-01-01')
  const lines = (await printed('audit', '--account', id)).split('\n')
  assert.match(lines[1] ?? '', / cli +token\.issue .* expiresAt: 2099-01-01T00:00:00\.000Z/)
  assert.match(lines[2] ?? '', / account\.change .* overdraftLimit: 200\.00 EUR → none$/)
  assert.match(lines[3] ?? '', / ledger\.topUp .* amount: 12\.50 EUR, reason: cash, in hand$/)
  assert.match(lines.slice(4).join('\n'), / account\.create .*terms\.overdraftLimit: 200\.00 EUR/)
  const { items } = await json('audit', '--account', id, '--limit', '3')
  assert.deepEqual((items as readonly Json[]).at(-1)?.['details'], { amount: 1250, reason: 'cash, in hand' })
})

test('instances of a person: made, renewed, moved, deleted', async () => {
  const { id } = await operator.account('personal')
  const made = await printed('instance', 'create', id, '--tariff', 'DEVELOPER', '--name', 'mine', '--type', 'v3')
  const instance = factOf(made, 'idInstance')
  assert.match(factOf(made, 'apiTokenInstance'), /^[0-9a-f]{50}$/)
  assert.match(
    await printed('instance', 'list', id),
    new RegExp(`^${instance} +v3 +notAuthorized +DEVELOPER +never .* mine$`, 'm'),
  )
  const token = factOf(await printed('instance', 'token', id, instance), 'apiTokenInstance')
  assert.match(token, /^[0-9a-f]{50}$/)
  assert.ok(!made.includes(token))
  assert.equal((await jadegate('instance', 'tariff', id, instance, 'BUSINESS')).code, 2)
  const moved = await printed('instance', 'tariff', id, instance, 'BUSINESS', '--payment', 'hand')
  const renew = ['instance', 'renew', id, instance, '--payment', 'hand', '--key', 'renew-1']
  const renewed = await printed(...renew)
  assert.ok(factOf(renewed, 'expires') > factOf(moved, 'expires'))
  assert.equal(await printed(...renew), renewed)
  const back = ['instance', 'tariff', id, instance, 'DEVELOPER', '--key', 'free-1']
  assert.equal(await printed(...back), await printed(...back))
  assert.equal(await printed('instance', 'delete', id, instance, '--yes'), `Instance ${instance} is deleted.`)
  assert.equal(await printed('instance', 'list', id), 'No instance.')
  assert.match(await printed('instance', 'list', id, '--deleted'), new RegExp(`^${instance}`, 'm'))
})

test('an account, a token and an instance are made once for one key, and shown again', async () => {
  const { id } = await operator.account('personal')
  const { id: partner } = await operator.account('partner')
  for (const make of [
    ['account', 'create', 'Once', '--key', 'made-1'],
    ['account', 'make-partner', (await operator.account('personal')).id, '--key', 'made-1'],
    ['token', 'issue', partner, '--key', 'made-1'],
    ['instance', 'create', id, '--tariff', 'DEVELOPER', '--key', 'made-1'],
  ]) {
    assert.equal(await printed(...make), await printed(...make))
  }
  assert.equal((await operator.items(`/accounts/${partner}/tokens`)).length, 2)
})

describe('--json and troubles', () => {
  test('--json is the answer of the API, whole lists too', async () => {
    const { id } = await operator.account('partner')
    assert.deepEqual(await json('account', 'show', id), await operator.done('GET', `/accounts/${id}`))
    const listed = await json('account', 'list')
    assert.deepEqual(listed, await operator.done('GET', '/accounts?limit=1000'))
    const { items, next } = await json('audit', '--limit', '2')
    assert.equal((items as readonly unknown[]).length, 2)
    assert.equal(typeof next, 'string')
  })

  test('what the API refuses is one line: 2 for what was asked wrongly, 1 for the rest', async () => {
    const { id } = await operator.account('personal')
    const gone = await operator.account('personal')
    await operator.done('DELETE', `/accounts/${gone.id}`)
    const rows: readonly (readonly [code: number, args: readonly string[], said: RegExp])[] = [
      [1, ['account', 'show', 'abcdef'], /^There is no account abcdef\.$/],
      [1, ['token', 'show', 'abcdef', 'ab12'], /^There is no account abcdef\.$/],
      [1, ['balance', 'top-up', 'abcdef', '1', '--reason', 'x'], /^There is no account abcdef\.$/],
      [1, ['token', 'show', id, 'ab12'], /^Account \w+ has no token ab12\.$/],
      [1, ['instance', 'renew', id, '12', '--payment', 'hand'], /^Account \w+ has no instance 12, or it is deleted\.$/],
      [1, ['price', 'remove', 'PARTNER', '--currency', 'USD', '--from', '2999-02-01'], /^There is no such price\.$/],
      [
        1,
        ['price', 'set', 'PARTNER', '1', '--currency', 'USD', '--from', '2999-02-01', '--account', 'abcdef'],
        /^There is no account abcdef\.$/,
      ],
      [1, ['account', 'suspend', gone.id, '--reason', 'x'], /^Account \w+ is deleted\.$/],
      [1, ['token', 'issue', id], /partner/],
      [2, ['account', 'edit', id], /^It is not said what to change: --help/],
      [2, ['token', 'edit', id, 'ab12'], /^It is not said what to change: --help/],
      [2, ['account', 'edit', id, '--currency', 'QQQ'], /QQQ/],
      [2, ['account', 'edit', id, '--instances', '-3'], /whole number/],
      [2, ['account', 'show', '..'], /no id/],
      [2, ['account', 'suspend', id], /--reason/],
      [2, ['tariff', 'set', 'two words', '--plan', 'free'], /"two words" is no name of a tariff/],
      [2, ['token', 'issue', id, '--expires', 'soon'], /2026-12-31/],
    ]
    for (const [code, args, said] of rows) {
      const ended = await jadegate(...args)
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.err}`)
      assert.match(ended.err, said)
      assert.equal(ended.out, '')
    }
  })

  test('no server, another server, a wrong token: one clear line and exit code 1', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end('<h1>nginx</h1>')).listen(
      0,
      '127.0.0.1',
    )
    await once(other, 'listening')
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    const env = { JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN }
    const rows: readonly (readonly [url: string, env: Record<string, string>, said: RegExp])[] = [
      ['http://127.0.0.1:9', env, /^No server answers at http:\/\/127\.0\.0\.1:9 \(.*ECONNREFUSED.*\)/],
      ['http://no.such.host.invalid', env, /^No server answers at/],
      [`http://127.0.0.1:${String(address.port)}`, env, /^What answers at .* \(status 404\)/],
      [server.url, { JADEGATE_OPERATOR_TOKEN: 'op.another-one' }, /does not take this operator token/],
    ]
    const noUrl = await run(['billing', 'status', '--url', '127.0.0.1:8080'], env)
    assert.deepEqual([noUrl.code, noUrl.out], [2, ''])
    assert.match(noUrl.err, /^"127\.0\.0\.1:8080" is no URL of a server: .*http:\/\//)
    for (const [url, given, said] of rows) {
      const ended = await run(['billing', 'status', '--url', url], given)
      assert.deepEqual([ended.code, ended.out], [1, ''], ended.err)
      assert.match(ended.err, said)
      assert.equal(ended.err.split('\n').length, 1)
      assert.ok(!ended.err.includes('op.'))
    }
    other.close()
  })

  test('without --url and a token the configuration and the data folder say where and who', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'jadegate-operator-'))
    const empty = await run(['billing', 'status', '--url', server.url], { JADEGATE_DATA_DIR: dataDir })
    assert.deepEqual([empty.code, empty.out], [1, ''])
    assert.match(empty.err, /^No operator token: .*no server has made one/)
    const own = await startServer({ JADEGATE_DATA_DIR: dataDir, JADEGATE_OPERATOR_TOKEN: '' })
    const port = new URL(own.url).port
    const found = await run(['billing', 'status'], { JADEGATE_DATA_DIR: dataDir, JADEGATE_PORT: port })
    const proxied = await run(['billing', 'status'], {
      JADEGATE_DATA_DIR: dataDir,
      JADEGATE_PORT: port,
      JADEGATE_PUBLIC_URL: 'https://api.example.invalid',
    })
    const anyPort = await run(['billing', 'status'], { JADEGATE_DATA_DIR: dataDir, JADEGATE_PORT: '0' })
    const key = '00'.repeat(32)
    const sealed = await run(['billing', 'status', '--url', own.url], {
      JADEGATE_DATA_DIR: dataDir,
      JADEGATE_SEALING_KEY: key,
    })
    await own.stop()
    assert.equal(found.code, 0, found.err)
    assert.match(found.out, /^today +\d{4}-/)
    assert.deepEqual([proxied.code, proxied.err], [0, ''], 'the proxy before the public URL is not asked')
    assert.equal(anyPort.code, 2)
    assert.match(anyPort.err, /--url/)
    assert.deepEqual([sealed.code, sealed.out], [1, ''])
    assert.match(sealed.err, /another key/)
    assert.ok((await readFile(join(dataDir, 'operator.token'), 'utf8')).length > 0)
    await rm(dataDir, { recursive: true })
  })
})
