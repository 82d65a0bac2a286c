// Truth: whatever comes in, the network answers it with the fitting refusal, stores nothing of it, and goes on.
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { PNG } from 'pngjs'
import { WebSocket } from 'ws'
import { until } from '../../src/lib/until.ts'
import { ask, call, NetworkBench } from '../support/simulated-network.ts'

const TOKEN = 'operator-token-of-this-test'
const bench = new NetworkBench()
before(() => bench.setUp(TOKEN))
after(() => bench.tearDown())

const PHONE = '79007770001'
const WRONG: readonly (readonly [path: string, body: unknown, names: RegExp])[] = [
  ['link', {}, /'phoneNumber' is required/],
  ['link', { phoneNumber: PHONE }, /'qr' or 'code' is required/],
  ['link', { phoneNumber: true, code: 'X' }, /'phoneNumber' must be a string or a number/],
  ['link', { phoneNumber: 'abc', code: 'X' }, /'phoneNumber' must be a phone number/],
  ['link', { phoneNumber: 123456, code: 'X' }, /'phoneNumber' must be a phone number/],
  ['link', { phoneNumber: 1e30, code: 'X' }, /'phoneNumber' must be a phone number/],
  ['link', { phoneNumber: PHONE, code: 'ABCD1234' }, /'code' is wrong/],
  ['link', { phoneNumber: PHONE, code: 12345678 }, /'code' must be string/],
  ['link', { phoneNumber: PHONE, qr: 'JADEGATE-SIM:whatsapp:none' }, /'qr' is not shown any more/],
  ['link', { phoneNumber: PHONE, qr: 'some text' }, /'qr' is neither/],
  ['link', { phoneNumber: PHONE, qr: '' }, /'qr' must not have fewer/],
  ['messages', { from: PHONE, to: PHONE }, /'text' is required/],
  ['messages', { from: PHONE, to: PHONE, text: '' }, /'text' must not have fewer/],
  ['messages', { from: PHONE, to: PHONE, text: 1 }, /'text' must be string/],
  ['messages', { from: PHONE, to: '12036304@g.us', text: 'x' }, /'to' is a group/],
  ['messages', { from: PHONE, to: [], text: 'x' }, /'to' must be a string or a number/],
  [
    'messages',
    { from: PHONE, to: PHONE, text: 'x', messenger: 'icq' },
    /'messenger' must be one of whatsapp, v3, telegram/,
  ],
  ['messages', { from: PHONE, to: PHONE, text: 'x', quotedId: 'none' }, /'quotedId' is no message/],
  ['messages', { from: PHONE, to: PHONE, content: 'x' }, /'content' must be object/],
  ['messages', { from: PHONE, to: PHONE, content: {} }, /'kind' is required|'content/],
  ['messages', { from: PHONE, to: PHONE, content: { kind: 'nonsense' } }, /'content.kind' must be one of text/],
  ['messages', { from: PHONE, to: PHONE, content: { kind: 'constructor' } }, /'content.kind' must be one of text/],
  ['messages', { from: PHONE, to: PHONE, content: { kind: 'poll', options: 7 } }, /'content' is no poll/],
  ['statuses', { from: PHONE }, /'text' or 'content' is required/],
  ['statuses', { from: PHONE, text: 'x', audience: ['me'] }, /'audience' must be a phone number/],
  ['statuses', { from: PHONE, content: { kind: 'text', text: 'x' } }, /a status is a text, a file/],
  ['statuses/view', { phone: PHONE, id: 'none' }, /'id' is no status/],
  ['calls', { from: PHONE }, /'to' is required/],
  ['calls', { from: PHONE, to: PHONE }, /'to' is nobody else/],
  ['calls', { from: PHONE, to: '120363000000000001@g.us' }, /'from' is not in this group/],
  ['calls', { from: PHONE, to: '79007770002', status: 'offer' }, /'status' must be one of pickUp/],
  ['calls/end', { id: 'none', status: 'pickUp' }, /'id' is no call/],
  ['phones', { phoneNumber: PHONE, online: 'yes' }, /'online' must be boolean/],
  ['phones', { phoneNumber: PHONE, name: '' }, /'name' must not have fewer/],
  ['phones', { phoneNumber: PHONE, username: 'no spaces' }, /'username' must match/],
  ['phones', { phoneNumber: PHONE, products: [{}] }, /'id' is required/],
  ['phones', { phoneNumber: PHONE, lastSeen: -1 }, /'lastSeen' must/],
  ['link', { phoneNumber: PHONE, confirmPasskey: true }, /'confirmPasskey' is asked of this number by nobody/],
  ['groups', { by: PHONE }, /'name' is required/],
  ['groups', { by: PHONE, name: 'x', members: ['me'] }, /'members' must be a phone number/],
  ['groups', { by: PHONE, name: 'x', messenger: 'whatsapp' }, /somebody beside its owner/],
  ['groups/members', { by: PHONE, group: 'x' }, /'action' is required/],
  ['groups/members', { by: PHONE, group: 'x', action: 'leave' }, /in no such group/],
  ['groups/members', { by: PHONE, action: 'join', inviteLink: 'x' }, /leads to no group/],
  ['groups/settings', { by: PHONE, group: 'x', name: 'y' }, /in no such group/],
  ['groups/settings', { by: PHONE, group: 'x', rights: 7 }, /'rights' must be object/],
  ['contacts', { owner: PHONE, phoneNumber: PHONE }, /'firstName' is required/],
  ['pictures', { phoneNumber: PHONE, picture: 'AAAA' }, /'picture' is no JPEG/],
  ['pictures', { phoneNumber: PHONE, picture: null, group: 'x' }, /in no such group/],
  ['unlink', { phoneNumber: PHONE, deviceId: 'none' }, /'deviceId' is not linked/],
  ['read', { phone: PHONE }, /'chat' is required/],
  ['faults', {}, /'kind' is required/],
  ['faults', { kind: 'explode' }, /'kind' must be one of dropConnections/],
  ['faults', { kind: 'loseVerdicts' }, /'count' is required for loseVerdicts/],
  ['faults', { kind: 'loseVerdicts', count: 0 }, /'count' must be >= 1/],
  ['faults', { kind: 'delayVerdicts', delayMs: 1.5 }, /'delayMs' must be integer/],
  ['faults', { kind: 'suspend' }, /'phoneNumber' is required for suspend/],
  ['messages', 'no json', /not JSON/],
  ['messages', '[]', /must be a JSON object/],
  ['messages', 'null', /must be a JSON object/],
]

describe('malformed requests', () => {
  for (const [path, body, names] of WRONG)
    test(`POST ${path} ${JSON.stringify(body).slice(0, 60)}`, async () => {
      const answer = await call(bench.url, 'POST', path, body)
      assert.equal(answer.status, 400)
      assert.match(String(answer.body['error']), names)
    })

  for (const path of [
    'messages',
    'messages?phone=1',
    'chats?phone=x',
    'journal?limit=-1',
    'events',
    'events?phone=79001234567&messenger=x',
    'phones?phone=x',
    'groups',
    'groups?phone=x',
    'contacts?owner=x',
    'messages?phone=79001234567&after=none',
  ])
    test(`GET ${path}`, async () => {
      const answer = await call(bench.url, 'GET', path)
      assert.equal(answer.status, 400)
      assert.match(String(answer.body['error']), /^'\w+'/)
    })

  test('unknown paths are 404, wrong verbs 405, what is too large 413', async () => {
    assert.equal((await call(bench.url, 'GET', 'nothing')).status, 404)
    assert.equal((await call(bench.url, 'GET', 'link')).status, 405)
    assert.equal((await call(bench.url, 'POST', 'link', { qr: 'x'.repeat(3 * 1024 * 1024) })).status, 413)
  })

  test('pictures that are too large, interlaced, cut or no QR are refused without being unpacked', async () => {
    const png = (width: number, height: number, change: (bytes: Buffer) => void = () => undefined) => {
      const bytes = PNG.sync.write(new PNG({ width, height, fill: true }))
      change(bytes)
      return bytes.toString('base64')
    }
    const pictures = [
      png(300, 300),
      png(1700, 10),
      png(300, 300, (bytes) => bytes.writeUInt8(1, 28)),
      png(300, 300, (bytes) => bytes.writeUInt32BE(0x7fffffff, 16)),
      png(300, 300).slice(0, 80),
    ]
    for (const qr of pictures) {
      const answer = await call(bench.url, 'POST', 'link', { qr, phoneNumber: PHONE })
      assert.equal(answer.status, 400)
    }
  })

  test('no body whatever is answered with anything but a 200 or a 400', async () => {
    const fields = [
      'by',
      'owner',
      'group',
      'name',
      'members',
      'action',
      'rights',
      'picture',
      'username',
      'content',
      'audience',
      'id',
      'status',
      'forwardedId',
      'phoneNumber',
      'qr',
      'code',
      'from',
      'to',
      'text',
      'messenger',
      'kind',
      'count',
      'phone',
      'chat',
    ]
    const body = fc.dictionary(
      fc.constantFrom(...fields),
      fc.oneof(fc.jsonValue(), fc.constantFrom(PHONE, 'suspend', 1)),
    )
    const path = fc.constantFrom(
      ...['link', 'unlink', 'messages', 'phones', 'read', 'statuses', 'calls', 'calls/end'],
      ...['groups', 'groups/members', 'groups/settings', 'contacts', 'pictures'],
    )
    const check = async (where: string, what: unknown) => {
      const { status } = await call(bench.url, 'POST', where, what)
      assert.ok(status === 200 || status === 400, `${where} answered ${String(status)}`)
    }
    await fc.assert(fc.asyncProperty(path, fc.oneof(body, fc.jsonValue()), check), { numRuns: 250 })
  })

  test('no content whatever is answered with anything but a 200 or a 400', async () => {
    const kinds = ['text', 'file', 'location', 'contacts', 'poll', 'vote', 'reaction', 'edit', 'deletion', 'buttons']
    const names = [
      'text',
      'file',
      'latitude',
      'contacts',
      'options',
      'choices',
      'target',
      'buttons',
      'sections',
      'quote',
    ]
    const content = fc
      .tuple(
        fc.constantFrom(...kinds, 'list', 'choice', 'product', 'order'),
        fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
      )
      .map(([kind, rest]) => ({ ...rest, kind }))
    const check = async (what: object) => {
      const { status } = await call(bench.url, 'POST', 'messages', { from: PHONE, to: PHONE, content: what })
      assert.ok(status === 200 || status === 400, `answered ${String(status)}`)
    }
    await fc.assert(fc.asyncProperty(content, check), { numRuns: 150 })
  })

  test('a frame that is none of the protocol ends that connection and nothing else', async () => {
    for (const frame of ['no json', '{}', '[{"t":"open"}]', '[{"t":"ack","channel":0,"ids":[1]}]']) {
      const server = await bench.connect()
      server.tellRaw(frame)
      await until(() => server.closed, 'the connection to be closed')
    }
    const server = await bench.connect()
    server.tell({ t: 'send', channel: 9, id: 'x', to: PHONE, content: { kind: 'text', text: 'on no channel' } })
    server.tell({ t: 'paired', channel: 9 }, { t: 'close', channel: 9 }, { t: 'ack', channel: 9, ids: [1] })
    await server.link(bench.url, PHONE)
  })
})

/** The status of a GET with these headers, which fetch would not let us set. */
function statusWith(headers: Record<string, string>, path = '/simulator/phones'): Promise<number> {
  const { port } = new URL(bench.url)
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('who may ask', () => {
  test('this machine directly, by its own names', async () => {
    for (const host of ['localhost', 'localhost:8080', '127.0.0.1:1', '[::1]:80'])
      assert.equal(await statusWith({ host }), 200, host)
    assert.equal(await statusWith({ host: 'localhost:1', origin: 'http://localhost:1' }), 200)
  })

  test('nobody through a proxy, under a foreign name, or from a page of another origin', async () => {
    const denied: Record<string, string>[] = [
      { host: 'example.org' },
      { host: 'localhost.example.org' },
      { host: '127.0.0.1.example.org' },
      { host: 'localhost', 'x-forwarded-for': '127.0.0.1' },
      { host: 'localhost', 'X-Forwarded-Host': 'localhost' },
      { host: 'localhost', forwarded: 'for=127.0.0.1' },
      { host: 'localhost', via: '1.1 proxy' },
      { host: 'localhost', origin: 'https://example.org' },
      { host: 'localhost:8080', origin: 'http://localhost:3000' },
      { host: 'localhost', origin: 'null' },
      { host: 'localhost', 'sec-fetch-site': 'cross-site' },
      { host: 'localhost', authorization: 'Bearer wrong' },
    ]
    for (const headers of denied)
      for (const path of ['/simulator/phones', '/simulator/phone', '/simulator/events?phone=79001234567'])
        assert.equal(await statusWith(headers, path), 403, JSON.stringify(headers))
  })

  test('whoever holds the token, from wherever', async () => {
    assert.equal(await statusWith({ host: 'example.org', via: '1.1 x', authorization: `Bearer ${TOKEN}` }), 200)
  })

  test('the link asks the same', async () => {
    const attempt = (headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${bench.url.replace('http', 'ws')}/link`, { headers })
        socket.on('open', () => {
          socket.terminate()
          resolve('open')
        })
        socket.on('error', (error) => resolve(error.message))
      })
    assert.match(await attempt({ forwarded: 'for=1.2.3.4' }), /403/)
    assert.match(await attempt({ origin: 'https://example.org' }), /403/)
    assert.equal(await attempt({ forwarded: 'for=1.2.3.4', authorization: `Bearer ${TOKEN}` }), 'open')
    assert.equal(await attempt({}), 'open')
  })

  test('nothing of all this has left a trace but the phones that were mentioned', async () => {
    assert.equal((await ask(bench.url, 'GET', `journal`)).body['sends']?.toString(), '')
    assert.equal((await ask(bench.url, 'GET', 'faults')).list.length, 0)
  })
})
