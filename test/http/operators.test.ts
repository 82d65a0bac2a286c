// Truth: docs/operators.md and docs/simulator.md (health, metrics, who reaches the simulated network), no secret outside the contract's answers.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { partnerAccount } from '../support/operator.ts'
import { OPERATOR_TOKEN, PARTNER_TOKEN, startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
let made: Made
before(async () => {
  server = await startServer()
  made = await server.make()
})
after(() => server.close())

describe('for whoever runs it', () => {
  test('health, readiness and what this is', async () => {
    assert.deepEqual((await server.call('GET', '/health')).json, { status: 'ok' })
    assert.deepEqual((await server.call('GET', '/ready')).json, { status: 'ready' })
    assert.match((await server.call('GET', '/')).text, /Jadegate/)
  })

  test('metrics count calls and instances, and name no instance and no secret', async () => {
    await server.on(made, 'POST', 'sendMessage', { chatId: '79001234567@c.us', message: 'counted' })
    const { text, headers } = await server.call('GET', '/metrics')
    assert.match(headers.get('content-type') ?? '', /^text\/plain/)
    assert.match(text, /^jadegate_http_requests_total\{method="sendMessage",status="200"\} 1$/m)
    assert.match(text, /^jadegate_instances\{messenger="whatsapp",state="notAuthorized",held="no"\} 1$/m)
    assert.match(text, /^jadegate_messages_queued\{held="no"\} 1$/m)
    assert.match(text, /^jadegate_notifications_queued\{held="no"\} 0$/m)
    for (const secret of [made.apiTokenInstance, PARTNER_TOKEN, OPERATOR_TOKEN, String(made.idInstance)]) {
      assert.ok(!text.includes(secret))
    }
  })
})

describe('what stands still on purpose', () => {
  const metrics = async (): Promise<readonly string[]> =>
    (await server.call('GET', '/metrics')).text
      .split('\n')
      .filter((line) => /^jadegate_(instances|\w+_queued)/.test(line))

  test('is counted apart from what an alert is for', async () => {
    const before = await metrics()
    const account = await partnerAccount(server)
    await server.operator('POST', `/accounts/${account}/suspend`, { reason: 'unpaid' })
    const held = await metrics()
    await server.operator('POST', `/accounts/${account}/resume`, {})
    assert.deepEqual(held, [
      'jadegate_instances{messenger="whatsapp",state="notAuthorized",held="accountSuspended"} 1',
      'jadegate_messages_queued{held="no"} 0',
      'jadegate_messages_queued{held="accountSuspended"} 1',
      'jadegate_notifications_queued{held="no"} 0',
    ])
    assert.deepEqual(await metrics(), before)
  })
})

describe('the simulated network', () => {
  const status = async (headers: Record<string, string>): Promise<string> => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const request = `GET /simulator/phones HTTP/1.1\r\n${lines.join('')}Connection: close\r\n\r\n`
    return /^HTTP\/1.1 (\d+)/.exec(await server.raw(request))?.[1] ?? ''
  }

  test('its short address leads to the phones', async () => {
    const short = await server.call('GET', '/simulator')
    assert.deepEqual([short.status, short.headers.get('location')], [302, '/simulator/phone'])
  })

  test('answers direct requests of this machine and the operator, nobody else', async () => {
    const host = new URL(server.url).host
    assert.equal(await status({ Host: host }), '200')
    assert.equal(await status({ Host: 'localhost' }), '200')
    assert.equal(await status({ Host: 'gate.example' }), '403')
    assert.equal(await status({ Host: host, 'X-Forwarded-For': '127.0.0.1' }), '403')
    assert.equal(await status({ Host: host, Forwarded: 'for=127.0.0.1' }), '403')
    assert.equal(await status({ Host: host, Origin: 'https://elsewhere.example' }), '403')
    assert.equal(await status({ Host: host, Authorization: 'Bearer wrong' }), '403')
    assert.equal(await status({ Host: 'gate.example', Authorization: `Bearer ${OPERATOR_TOKEN}` }), '200')
    assert.equal(await status({ Host: 'gate.example', Authorization: `Bearer ${PARTNER_TOKEN}` }), '403')
  })

  test('its API and page come through as they are, errors too', async () => {
    const page = await server.call('GET', '/simulator/phone')
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    assert.ok(page.headers.has('content-security-policy'))
    const bad = await server.simulator('link', { qr: 'nonsense', phoneNumber: '79001234567' })
    assert.equal(bad.status, 400)
    assert.equal(
      (await server.call('POST', '/simulator/link', 'not json', { 'content-type': 'text/plain' })).status,
      400,
    )
    assert.equal((await server.call('GET', '/simulator/nothing')).status, 404)
  })

  test('its events are streamed as they happen', async () => {
    await server.simulator('phones', { phoneNumber: '79004440001' })
    const stop = new AbortController()
    const response = await fetch(`${server.url}/simulator/events?phone=79004440001`, { signal: stop.signal })
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
    const reader = response.body?.getReader()
    assert.ok(reader !== undefined)
    await server.simulator('messages', { from: '79004440002', to: '79004440001', text: 'over the stream' })
    let heard = ''
    while (!heard.includes('data:')) heard += Buffer.from((await reader.read()).value ?? []).toString()
    stop.abort()
    await reader.cancel().catch(() => undefined)
  })
})
