// Truth: docs/console.md: who gets in, for how long, by which cookie, and who is kept out.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import { totpCode } from '../../src/people/totp.ts'
import { freePort } from '../support/free-port.ts'
import { codeOf, ConsoleBrowser, tokenOf } from '../support/console-browser.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { OperatorDesk } from '../support/operator-desk.ts'
import { OPERATOR_TOKEN, startServer, type TestServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'
const OTHER_PASSWORD = 'another long password'
const HOUR_MS = 3_600_000

const clock = new SkippingClock()
let server: TestServer
let mail: MailServer
let desk: OperatorDesk
let operator: ConsoleBrowser
let addresses = 0

before(async () => {
  mail = await startMailServer()
  server = await startServer(
    {
      JADEGATE_RATE_LIMIT_SCALE: '1',
      JADEGATE_PASSWORD_COST: '10',
      JADEGATE_TRUSTED_PROXIES: '127.0.0.1',
      JADEGATE_SMTP_URL: mail.url,
      JADEGATE_MAIL_FROM: 'Jadegate <console@example.com>',
      JADEGATE_SUPPORT_TEXT: 'Ask Ann',
      JADEGATE_SUPPORT_URL: 'https://support.example.com/',
      JADEGATE_PUBLIC_URL: 'https://gate.example.com',
      JADEGATE_PORT: String(await freePort()),
    },
    { clock },
  )
  operator = browser()
  desk = new OperatorDesk(server, browser, PASSWORD)
})

after(async () => {
  await server.close()
  mail.close()
})

describe('the first operator', () => {
  test('comes in by the link that the first start shows, once', async () => {
    const link = server.consoleLink ?? assert.fail('no link')
    assert.ok(link.startsWith('https://gate.example.com/console/link#'))
    const look = await operator.good('POST', '/links/look', { token: tokenOf(link) })
    assert.deepEqual(look, { kind: 'invite', email: '', accountName: null, hasPerson: false })
    assert.equal((await operator.accept(link, { password: PASSWORD })).status, 400, 'who is it?')
    const me = await operator.accept(link, { password: PASSWORD, email: ' Olga@Example.com ', name: 'Olga' })
    assert.equal(me.status, 200, me.text)
    const { person, ...rest } = me.json as { person: { id: string } }
    const { id, ...said } = person
    assert.ok(id.length > 5)
    assert.deepEqual(said, {
      email: 'olga@example.com',
      name: 'Olga',
      isOperator: true,
      language: null,
      hasTotp: false,
    })
    assert.deepEqual(
      { ...rest, csrf: undefined, version: undefined },
      {
        csrf: undefined,
        version: undefined,
        memberships: [],
        support: { text: 'Ask Ann', url: 'https://support.example.com/' },
        hasMail: true,
        simulated: ['whatsapp', 'v3', 'telegram'],
        byPhone: ['whatsapp', 'v3', 'telegram'],
        byToken: [],
        apiUrl: 'https://gate.example.com',
      },
    )
    assert.equal((await browser().accept(link, { password: PASSWORD, email: 'eve@example.com' })).status, 404)
  })

  test('by a cookie that no script reads and no other site sends', async () => {
    const [cookie = ''] = (await operator.signIn('olga@example.com', PASSWORD)).headers.getSetCookie()
    const [value = '', ...flags] = cookie.split('; ')
    assert.match(value, /^__Host-jadegate=[\w-]{43}$/)
    assert.deepEqual(flags, ['Max-Age=2592000', 'Path=/', 'HttpOnly', 'SameSite=Strict', 'Secure'])
  })
})

describe('a call', () => {
  test('without a session, or with one that never was, is refused', async () => {
    const stranger = browser()
    for (const cookie of [undefined, '__Host-jadegate=x', `__Host-jadegate=${'A'.repeat(43)}`]) {
      stranger.cookie = cookie
      const answer = await stranger.call('GET', '/session')
      assert.deepEqual([answer.status, codeOf(answer)], [401, 'unauthorized'])
      assert.equal(answer.headers.get('WWW-Authenticate'), null)
    }
  })

  test('that changes something shows the CSRF token of its session, and comes from our pages', async () => {
    const other = await signedIn('olga@example.com')
    const refused: Record<string, string>[] = [
      { 'X-CSRF-Token': '' },
      { 'X-CSRF-Token': other.csrf },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
    ]
    for (const headers of refused) {
      const answer = await operator.call('PATCH', '/person', { name: 'Eve' }, headers)
      assert.deepEqual([answer.status, codeOf(answer)], [403, 'csrf'], JSON.stringify(headers))
    }
    const me = await operator.call('PATCH', '/person', { name: 'Olga O.' }, { 'Sec-Fetch-Site': 'same-origin' })
    assert.equal(me.status, 200, me.text)
    const { items } = (await desk.call('GET', '/audit?limit=1')).json as { items: object[] }
    const { action, details } = items[0] as { action: string; details: object }
    assert.deepEqual([action, details], ['person.change', { name: { from: 'Olga', to: 'Olga O.' } }])
    const foreign: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'https://evil.example', 'Content-Type': 'text/plain' },
      // As a blob of no type goes out, without a question before it.
      { Origin: 'https://evil.example', 'Content-Type': '' },
    ]
    for (const headers of foreign) {
      const credentials = { email: 'olga@example.com', password: PASSWORD }
      const answer = await browser().call('POST', '/session', credentials, headers)
      assert.equal(codeOf(answer), 'csrf', 'nobody is signed in by a page of somebody else')
    }
  })
})

describe('every row of the console', () => {
  const OPEN = new Set(['POST /session', 'POST /links/look', 'POST /links/accept', 'POST /password-reset'])

  test('is for those who are signed in alone, and changes nothing without the CSRF token', async () => {
    const { paths } = (await server.call('GET', '/openapi.json')).json as { paths: Record<string, object> }
    const rows = Object.entries(paths).flatMap(([path, item]) =>
      path.startsWith('/api/console/')
        ? Object.keys(item).map((verb) => [verb.toUpperCase(), path.slice('/api/console'.length)] as const)
        : [],
    )
    assert.ok(rows.length > 80, String(rows.length))
    const bearer = { Authorization: `Bearer ${OPERATOR_TOKEN}` }
    for (const [verb, at] of rows.filter(([verb, at]) => !OPEN.has(`${verb} ${at}`))) {
      const path = at.replaceAll(/\{\w+\}/g, '1')
      const body = verb === 'GET' ? undefined : {}
      const stranger = await browser().call(verb, path, body, bearer)
      assert.deepEqual([stranger.status, codeOf(stranger)], [401, 'unauthorized'], `${verb} ${at}`)
      if (verb === 'GET') continue
      const forged = browser()
      forged.cookie = operator.cookie
      const answer = await forged.call(verb, path, body)
      assert.deepEqual([answer.status, codeOf(answer)], [403, 'csrf'], `${verb} ${at}`)
    }
  })
})

describe('the people of an account', () => {
  test('come in by invitation, are what they were invited as, and nothing to others', async () => {
    const { account, owner } = await desk.owned('Acme')
    const people = `/accounts/${account}/people`
    const { link, mailed } = (await owner.good('POST', people, { email: 'Vic@example.com', role: 'viewer' })) as {
      link: string
      mailed: boolean
    }
    assert.equal(mailed, true)
    assert.equal(linkIn(mail.letters.at(-1) ?? ''), link)
    const vic = browser()
    const look = await vic.good('POST', '/links/look', { token: tokenOf(link) })
    assert.deepEqual(look, { kind: 'invite', email: 'vic@example.com', accountName: 'Acme', hasPerson: false })
    const me = (await vic.accept(link, { password: PASSWORD, name: 'Vic' })).json as { memberships: object[] }
    assert.deepEqual(me.memberships, [
      { account: { id: account, name: 'Acme', kind: 'personal', suspended: false }, role: 'viewer' },
    ])
    for (const [verb, path, body] of [
      ['GET', people, undefined],
      ['POST', people, { email: 'x@example.com', role: 'owner' }],
      ['PATCH', `${people}/${await desk.idOf('vic@example.com')}`, { role: 'owner' }],
      ['DELETE', `${people}/${await desk.idOf('ow@example.com')}`, undefined],
    ] as const) {
      const answer = await vic.call(verb, path, body)
      assert.deepEqual([answer.status, codeOf(answer)], [403, 'forbidden'], `${verb} ${path}`)
    }
    const elsewhere = await desk.owned('Other', 'else@example.com')
    for (const path of [people, `/accounts/${account}/account`, '/accounts/none/account']) {
      assert.equal((await elsewhere.owner.call('GET', path)).status, 404, path)
    }
    assert.equal((await vic.call('GET', '/operator/people')).status, 403)
    assert.equal((await owner.call('POST', people, { email: 'vic@example.com', role: 'owner' })).status, 409)
  })

  test('keep an owner, also when two remove each other at once; no change undoes another', async () => {
    const { account, owner } = await desk.owned('Firm', 'one@example.com')
    const people = `/accounts/${account}/people`
    const one = `${people}/${await desk.idOf('one@example.com')}`
    assert.equal(codeOf(await owner.call('PATCH', one, { role: 'viewer' })), 'lastOwner')
    assert.equal(codeOf(await owner.call('DELETE', one)), 'lastOwner')
    const { link } = (await owner.good('POST', people, { email: 'two2@example.com', role: 'owner' })) as {
      link: string
    }
    const two = browser()
    assert.equal((await two.accept(link, { password: PASSWORD })).status, 200)
    const other = `${people}/${await desk.idOf('two2@example.com')}`
    const both = await Promise.all([owner.call('PATCH', other, { role: 'viewer' }), two.call('DELETE', one)])
    assert.equal(both.filter(({ status }) => status === 204).length, 1, both.map(({ text }) => text).join())
    const roles = ((await operator.good('GET', people)) as { people: { role: string }[] }).people
    assert.equal(roles.filter(({ role }) => role === 'owner').length, 1)
  })

  test('join another account with the password that they have', async () => {
    const { account, owner } = await desk.owned('Third', 'third@example.com')
    await desk.owned('Fourth', 'fourth@example.com')
    const body = { email: 'fourth@example.com', role: 'billing' }
    const { link } = (await owner.good('POST', `/accounts/${account}/people`, body)) as { link: string }
    assert.equal((await browser().accept(link, { password: 'not his password' })).status, 401)
    const me = (await browser().accept(link, { password: PASSWORD })).json as { memberships: { role: string }[] }
    assert.deepEqual(me.memberships.map(({ role }) => role).sort(), ['billing', 'owner'])
  })

  test('are invited and mailed once for a key, whatever becomes of the first answer', async () => {
    const { account, owner } = await desk.owned('Twice', 'twice@example.com')
    const [path, key] = [`/accounts/${account}/people`, { 'Idempotency-Key': 'one click' }]
    const body = { email: 'dbl@example.com', role: 'billing' }
    const count = mail.letters.length
    assert.equal((await owner.call('POST', path, body, key)).status, 400, 'no key has a space')
    key['Idempotency-Key'] = 'one-click'
    const both = await Promise.all([1, 2].map(() => owner.call('POST', path, body, key)))
    const later = await owner.call('POST', path, body, key)
    const [first] = both
    assert.deepEqual([first?.status, (first?.json as { mailed: boolean }).mailed], [201, true])
    assert.deepEqual(new Set([...both, later].map(({ text }) => text)), new Set([first?.text]))
    assert.equal(mail.letters.length, count + 1)
    assert.equal(((await owner.good('GET', path)) as { invitations: object[] }).invitations.length, 1)
    assert.equal((await owner.call('POST', path, { ...body, role: 'owner' }, key)).status, 409)
    const asked = [1, 2].map(() => desk.call('POST', '/people', { email: 'dbl@example.com' }, key))
    const [one, other] = await Promise.all(asked)
    assert.deepEqual([one?.status, other?.text, mail.letters.length], [201, one?.text, count + 2])
  })

  test('are invited fifty times a day and no more', async () => {
    const { account, owner } = await desk.owned('Many', 'many@example.com')
    const statuses: number[] = []
    for (let n = 0; n < 52; n++) {
      const body = { email: `guest${String(n)}@example.com`, role: 'viewer' }
      statuses.push((await owner.call('POST', `/accounts/${account}/people`, body)).status)
      clock.skip(100)
    }
    assert.deepEqual(statuses.slice(49), [429, 429, 429], 'the owner himself came by the operator')
  })
})

describe('a session', () => {
  test('is listed, ended by its person, and gone at once', async () => {
    await desk.invite('sam@example.com')
    const [here, there] = [await signedIn('sam@example.com'), await signedIn('sam@example.com')]
    const { sessions } = (await here.good('GET', '/sessions')) as { sessions: { id: string; isCurrent: boolean }[] }
    const other = sessions.filter(({ isCurrent }) => !isCurrent)
    assert.equal(sessions.length - other.length, 1)
    const [foreign] = ((await operator.good('GET', '/sessions')) as { sessions: { id: string }[] }).sessions
    assert.equal((await here.call('DELETE', `/sessions/${foreign?.id ?? ''}`)).status, 404, 'of somebody else')
    await here.good('DELETE', '/sessions')
    assert.equal((await there.call('GET', '/session')).status, 401)
    assert.equal((await here.call('GET', '/session')).status, 200)
    const out = await here.call('DELETE', '/session')
    assert.match(out.headers.getSetCookie()[0] ?? '', /^__Host-jadegate=; Max-Age=0;/)
    const kept = browser()
    kept.cookie = `__Host-jadegate=${'A'.repeat(43)}`
    assert.equal((await here.call('GET', '/session')).status, 401)
  })

  test('is over after twelve hours in which it is not used, and after thirty days', async () => {
    await desk.invite('ida@example.com')
    const idle = await signedIn('ida@example.com')
    clock.skip(11 * HOUR_MS)
    assert.equal(await isIn(idle), true)
    clock.skip(11 * HOUR_MS)
    assert.equal(await isIn(idle), true)
    clock.skip(13 * HOUR_MS)
    assert.equal(await isIn(idle), false)
    const busy = await signedIn('ida@example.com')
    let hours = 0
    while (await isIn(busy)) {
      assert.ok(hours < 31 * 24)
      clock.skip(8 * HOUR_MS)
      hours += 8
    }
    assert.ok(hours > 29 * 24, String(hours))
    operator = await signedIn('olga@example.com')
  })

  test('ends with the password that it began with, but the one that changes it', async () => {
    await desk.invite('pam@example.com')
    const [here, there] = [await signedIn('pam@example.com'), await signedIn('pam@example.com')]
    const before = here.cookie
    const wrong = await here.call('PUT', '/person/password', { current: 'wrong password', password: OTHER_PASSWORD })
    assert.deepEqual([wrong.status, codeOf(wrong)], [400, 'wrongPassword'])
    const weak = await here.call('PUT', '/person/password', { current: PASSWORD, password: 'short' })
    assert.equal(codeOf(weak), 'invalid')
    await here.good('PUT', '/person/password', { current: PASSWORD, password: OTHER_PASSWORD })
    assert.notEqual(here.cookie, before)
    assert.equal((await here.call('GET', '/session')).status, 200)
    assert.equal((await there.call('GET', '/session')).status, 401)
    const stale = browser()
    stale.cookie = before
    assert.equal((await stale.call('GET', '/session')).status, 401)
    assert.equal((await browser().signIn('pam@example.com', PASSWORD)).status, 401)
    assert.equal((await browser().signIn('Pam@example.com', OTHER_PASSWORD)).status, 200)
  })
})

describe('the second factor', () => {
  test('is asked for once a code of it has come; each code works once', async () => {
    await desk.invite('tom@example.com')
    const [tom, elsewhere] = [await signedIn('tom@example.com'), await signedIn('tom@example.com')]
    assert.equal((await tom.call('POST', '/person/totp')).status, 400, 'an open browser is not enough')
    const { secret, uri } = (await tom.good('POST', '/person/totp', { password: PASSWORD })) as {
      secret: string
      uri: string
    }
    assert.ok(uri.startsWith('otpauth://totp/Jadegate:tom%40example.com?') && uri.includes(secret))
    assert.equal((await browser().signIn('tom@example.com', PASSWORD)).status, 200, 'not yet')
    assert.equal(codeOf(await tom.call('PUT', '/person/totp', { code: '000000' })), 'wrongCode')
    const code = codeAt(secret)
    const { recoveryCodes } = (await tom.good('PUT', '/person/totp', { code })) as { recoveryCodes: string[] }
    assert.equal(new Set(recoveryCodes).size, 10)
    assert.equal((await elsewhere.call('GET', '/session')).status, 401, 'whoever was signed in is asked for it too')
    assert.equal((await tom.call('GET', '/session')).status, 200)

    const asked = await browser().signIn('tom@example.com', PASSWORD)
    assert.deepEqual([asked.status, codeOf(asked)], [401, 'codeNeeded'])
    assert.equal(codeOf(await browser().signIn('tom@example.com', 'wrong password', code)), 'unauthorized')
    assert.equal((await browser().signIn('tom@example.com', PASSWORD, code)).status, 401, 'it was used')
    clock.skip(30_000)
    const both = await Promise.all([1, 2].map(() => browser().signIn('tom@example.com', PASSWORD, codeAt(secret))))
    assert.equal(both.filter(({ status }) => status === 200).length, 1, 'once, also at once')
    const recovery = recoveryCodes[0]?.toLowerCase() ?? ''
    assert.equal((await browser().signIn('tom@example.com', PASSWORD, recovery)).status, 200)
    assert.equal((await browser().signIn('tom@example.com', PASSWORD, recovery)).status, 401)

    const reset = await desk.resetLink('tom@example.com')
    assert.equal(codeOf(await browser().accept(reset, { password: OTHER_PASSWORD })), 'codeNeeded', 'no way past it')
    assert.equal(codeOf(await tom.call('DELETE', '/person/totp', { password: 'wrong password' })), 'wrongPassword')
    await tom.good('DELETE', '/person/totp', { password: PASSWORD })
    assert.equal((await browser().signIn('tom@example.com', PASSWORD)).status, 200)
  })

  test('is offered by the password alone, which is not guessed there any quicker than at sign-in', async () => {
    await desk.invite('una@example.com')
    const una = await signedIn('una@example.com')
    const tries: unknown[] = []
    for (let n = 0; n < 6; n++) {
      const answer = await una.call('POST', '/person/totp', { password: `guess number ${String(n)}` })
      tries.push(answer.status === 400 ? codeOf(answer) : answer.status)
      assert.ok(!answer.text.includes('secret'))
    }
    assert.deepEqual(tries, [...Array.from({ length: 5 }, () => 'wrongPassword'), 429])
    assert.equal((await una.call('POST', '/person/totp', { password: PASSWORD })).status, 429, 'nor is the right one')
    assert.equal((await una.signIn('una@example.com', PASSWORD)).status, 429, 'the same tries count there')
    assert.equal(codeOf(await una.call('PUT', '/person/totp', { code: '000000' })), 'conflict', 'none was offered')
    clock.skip(16 * 60_000)
    assert.equal((await una.call('POST', '/person/totp', { password: PASSWORD })).status, 200)
  })
})

describe('guessing', () => {
  test('is slowed down by name and place, and nobody is shut out by somebody else', async () => {
    await desk.invite('gil@example.com')
    const gil = await signedIn('gil@example.com')
    const guesser = browser('198.51.100.7')
    for (const name of ['gil@example.com', 'nobody@example.com']) {
      const seen: number[] = []
      for (let n = 0; n < 6; n++) seen.push((await guesser.signIn(name, `guess number ${String(n)}`)).status)
      assert.deepEqual(seen, [401, 401, 401, 401, 401, 429], `${name}: there or not makes no difference`)
    }
    const right = await guesser.signIn('gil@example.com', PASSWORD)
    assert.equal(right.status, 429)
    assert.ok(Number(right.headers.get('Retry-After')) > 60)
    assert.equal((await browser().signIn('gil@example.com', PASSWORD)).status, 200, 'elsewhere he comes in')
    assert.equal((await gil.call('GET', '/session')).status, 200)
    clock.skip(16 * 60_000)
    assert.equal((await guesser.signIn('gil@example.com', PASSWORD)).status, 200)
  })

  test('is no quicker with many tries at once, nor from the addresses of one network', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        browser(`2001:db8:1:2::${String(n + 1)}`).signIn('olga@example.com', 'wrong password'),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 401).length, 5)
    assert.equal((await browser('2001:db8:1:3::1').signIn('olga@example.com', PASSWORD)).status, 200)
  })
})

describe('a link', () => {
  test('for a new password goes out by mail, tells nobody who is there, and takes no other away', async () => {
    await desk.invite('uma@example.com')
    const here = await signedIn('uma@example.com')
    const count = mail.letters.length
    for (const email of ['uma@example.com', 'nobody@example.com', 'UMA@example.com']) {
      const answer = await browser().call('POST', '/password-reset', { email })
      assert.deepEqual([answer.status, answer.text], [204, ''])
    }
    await until(() => mail.letters.length >= count + 2, 'two letters')
    const [first, second] = mail.letters.slice(count).map(linkIn)
    assert.equal(mail.letters.length, count + 2, 'none to nobody')
    const me = await browser().accept(first ?? '', { password: OTHER_PASSWORD })
    assert.equal(me.status, 200, 'whoever asks for another takes none away')
    assert.equal((await here.call('GET', '/session')).status, 401, 'whoever had the old one is out')
    assert.equal((await browser().accept(first ?? '', { password: OTHER_PASSWORD })).status, 404, 'once')
    assert.equal((await browser().accept(second ?? '', { password: PASSWORD })).status, 404, 'nor is it undone')
  })

  test('of that kind opens nothing behind another new password', async () => {
    await desk.invite('eli@example.com')
    const [eli, link] = [await signedIn('eli@example.com'), await desk.resetLink('eli@example.com')]
    await eli.good('PUT', '/person/password', { current: PASSWORD, password: OTHER_PASSWORD })
    assert.equal((await browser().accept(link, { password: PASSWORD })).status, 404)
  })

  test('of that kind goes out three times while the first of them is open, so that nobody is left without one', async () => {
    await desk.invite('max@example.com')
    const count = mail.letters.length
    for (let n = 0; n < 8; n++) await browser().call('POST', '/password-reset', { email: 'max@example.com' })
    await until(() => mail.letters.length >= count + 3, 'three letters')
    await browser().call('POST', '/password-reset', { email: 'gil@example.com' })
    await until(() => mail.letters.length >= count + 4, 'another one')
    assert.equal(mail.letters.length, count + 4)
    clock.skip(2 * HOUR_MS + 1)
    await browser().call('POST', '/password-reset', { email: 'max@example.com' })
    await until(() => mail.letters.length >= count + 5, 'one more when those are over')
    assert.equal((await browser().accept(linkIn(mail.letters.at(-1) ?? ''), { password: PASSWORD })).status, 200)
  })

  test('that somebody has put by opens nothing when he may make none any more', async () => {
    const { account, owner } = await desk.owned('Put by', 'leaver@example.com')
    const people = `/accounts/${account}/people`
    const stays = (await owner.good('POST', people, { email: 'stays@example.com', role: 'owner' })) as { link: string }
    const heir = browser()
    assert.equal((await heir.accept(stays.link, { password: PASSWORD })).status, 200)
    const { link } = (await owner.good('POST', people, { email: 'back.door@example.com', role: 'owner' })) as {
      link: string
    }
    await heir.good('DELETE', `${people}/${await desk.idOf('leaver@example.com')}`)
    const left = (await heir.good('GET', people)) as { invitations: object[] }
    assert.deepEqual(left.invitations, [], 'nor is it shown')
    assert.equal((await browser().call('POST', '/links/look', { token: tokenOf(link) })).status, 404)
    assert.equal((await browser().accept(link, { password: PASSWORD })).status, 404)

    await desk.invite('former@example.com')
    const former = await signedIn('former@example.com')
    const id = await desk.idOf('olga@example.com')
    const { link: reset } = (await former.good('POST', `/operator/people/${id}/reset-link`, {})) as { link: string }
    await desk.call('PATCH', `/people/${await desk.idOf('former@example.com')}`, { isOperator: false })
    assert.equal((await browser().accept(reset, { password: OTHER_PASSWORD })).status, 404)
  })

  test('that two use at once lets one in', async () => {
    const link = await desk.invitation('two@example.com')
    const both = await Promise.all([1, 2].map(() => browser().accept(link, { password: PASSWORD })))
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 404])
  })

  test('that is over, or was taken back, opens nothing', async () => {
    const late = await desk.invitation('late@example.com')
    const { id } = await desk.invited('back@example.com')
    clock.skip(1000)
    const { link, id: taken } = await desk.invited('gone@example.com')
    await desk.call('DELETE', `/invitations/${taken}`)
    assert.equal((await browser().accept(link, { password: PASSWORD })).status, 404)
    assert.equal((await desk.call('DELETE', `/invitations/${taken}`)).status, 404)
    assert.equal((await desk.call('DELETE', `/invitations/${id}`)).status, 204)
    clock.skip(7 * 24 * HOUR_MS)
    assert.equal((await browser().call('POST', '/links/look', { token: tokenOf(late) })).status, 404)
    operator = await signedIn('olga@example.com')
  })
})

describe('the operator', () => {
  test('disables somebody, who is out at once, and lets him in again', async () => {
    await desk.invite('dan@example.com')
    const dan = await signedIn('dan@example.com')
    const id = await desk.idOf('dan@example.com')
    const changed = await desk.call('PATCH', `/people/${id}`, { isDisabled: true, isOperator: false })
    assert.equal(changed.status, 200, changed.text)
    assert.equal((await dan.call('GET', '/session')).status, 401)
    assert.equal((await browser().signIn('dan@example.com', PASSWORD)).status, 401)
    await desk.call('PATCH', `/people/${id}`, { isDisabled: false })
    assert.equal((await browser().signIn('dan@example.com', PASSWORD)).status, 200)
    assert.equal((await desk.call('DELETE', `/people/${id}`)).status, 204)
    assert.equal((await browser().signIn('dan@example.com', PASSWORD)).status, 401)
    assert.equal((await desk.call('DELETE', `/people/${id}`)).status, 404)
  })

  test('can not be removed when he is the last one, also by two at once', async () => {
    const { people } = (await desk.call('GET', '/people?limit=1000')).json as {
      people: { id: string; email: string; isOperator: boolean }[]
    }
    const others = people.filter(({ email, isOperator }) => isOperator && email !== 'olga@example.com')
    const [kept, ...gone] = others
    for (const { id } of gone) await desk.call('PATCH', `/people/${id}`, { isOperator: false })
    const last = [kept?.id ?? '', await desk.idOf('olga@example.com')]
    const both = await Promise.all(last.map((id) => desk.call('DELETE', `/people/${id}`)))
    assert.deepEqual(both.map(({ status }) => status).sort(), [204, 409])
    assert.equal(both.map(codeOf).includes('lastOperator'), true)
  })
})

/** And that it was noted. */
async function isIn(person: ConsoleBrowser): Promise<boolean> {
  if ((await person.call('GET', '/session')).status === 401) return false
  await until(async () => {
    // A machine that is slow looks so often that the limit of calls would end it.
    clock.skip(100)
    const { sessions } = (await person.good('GET', '/sessions')) as { sessions: { seenAt: string }[] }
    return Date.parse(sessions[0]?.seenAt ?? '') > clock.now() - 60_000
  }, 'the session is noted as used')
  return true
}

function browser(address?: string): ConsoleBrowser {
  addresses += 1
  return new ConsoleBrowser(server, address ?? `203.0.${String(113 + (addresses >> 8))}.${String(addresses & 255)}`)
}

async function signedIn(email: string): Promise<ConsoleBrowser> {
  const made = browser()
  const answer = await made.signIn(email, PASSWORD)
  assert.equal(answer.status, 200, answer.text)
  return made
}

function codeAt(secret: string): string {
  return totpCode(secret, Math.floor(clock.now() / 30_000))
}

function linkIn(letter: string): string {
  return /https:\/\/gate\.example\.com\/console\/link#[\w-]+/.exec(letter)?.[0] ?? assert.fail(letter)
}
