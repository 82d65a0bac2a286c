// Truth: contract §3.10–3.13 (qr, scanqrcode, hosted page, phone code) and the ways of linking.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import { pathOf, startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
const clock = new SkippingClock()
before(async () => {
  server = await startServer({}, { clock })
})
after(() => server.close())

type Frame = Readonly<Record<string, unknown>>

/** A `scanqrcode` socket and everything that it has said. */
function scan(made: Made, prefix = '') {
  const socket = new WebSocket(server.url.replace('http', 'ws') + prefix + pathOf(made, 'ScanQrCode'))
  const frames: Frame[] = []
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame))
  const ended = new Promise<number>((resolve, reject) => {
    socket.on('close', resolve)
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', (error) => {
      reject(error)
    })
  })
  ended.catch(() => undefined)
  const first = (): Promise<Frame> => until(() => frames[0], 'a first frame')
  return { socket, frames, ended, first }
}

describe('qr', () => {
  test('a PNG that a phone can scan; afterwards alreadyLogged', async () => {
    const made = await server.make()
    const { type, message } = (await server.on(made, 'GET', 'qr')).json as { type: string; message: string }
    assert.equal(type, 'qrCode')
    assert.equal(Buffer.from(message, 'base64').subarray(1, 4).toString(), 'PNG')
    const linked = await server.simulator('link', { qr: message, phoneNumber: '79003330001' })
    assert.equal(linked.status, 200, linked.text)
    await until(async () => (await server.on(made, 'GET', 'qr')).text.includes('alreadyLogged'), 'it is linked')
    assert.deepEqual((await server.on(made, 'GET', 'qr')).json, {
      type: 'alreadyLogged',
      message: 'instance account already authorized',
    })
  })

  test('the same picture until it is replaced', async () => {
    const made = await server.make({ name: 'max' }, '/v3')
    const first = (await server.on(made, 'GET', 'qr')).text
    assert.equal((await server.on(made, 'GET', 'qr')).text, first)
  })
})

describe('getAuthorizationCode', () => {
  test('links by number, given as a number or as digits', async () => {
    for (const phoneNumber of [79003330011, '79003330012']) {
      const made = await server.make()
      const { status, code } = (await server.on(made, 'POST', 'getAuthorizationCode', { phoneNumber })).json as Frame
      assert.equal(status, true)
      assert.match(String(code), /^[A-Z0-9]{8}$/)
      const linked = await server.simulator('link', { code, phoneNumber: String(phoneNumber) })
      assert.equal(linked.status, 200, linked.text)
      await until(
        async () => (await server.on(made, 'GET', 'getStateInstance')).text.includes('"authorized"'),
        'linked',
      )
      const again = (await server.on(made, 'POST', 'getAuthorizationCode', { phoneNumber })).json as Frame
      assert.equal(again['status'], false)
    }
  })

  for (const phoneNumber of [undefined, '', 'abc', '+79001234567', 12, -79001234567, 7.5, '1'.repeat(17)]) {
    test(`refuses ${String(phoneNumber)}`, async () => {
      const made = await server.make()
      const answer = await server.on(made, 'POST', 'getAuthorizationCode', { phoneNumber })
      assert.equal(answer.status, 400)
      assert.match(answer.text, /'phoneNumber'/)
    })
  }
})

describe('scanqrcode', () => {
  test('shows the QR, then who was linked, and ends', async () => {
    const made = await server.make({ webhookUrl: 'https://hook.example/x' })
    const { first, frames, ended } = scan(made)
    const shown = await first()
    assert.equal(shown['type'], 'qrCode')
    await server.simulator('link', { qr: shown['message'], phoneNumber: '79003330021' })
    assert.equal(await ended, 1000)
    const { pushname, ...account } = frames.at(-1) ?? {}
    assert.deepEqual(account, {
      type: 'accountData',
      wid: '79003330021@c.us',
      proxy: '',
      webhookUrl: 'https://hook.example/x',
    })
    assert.equal(typeof pushname, 'string')
    const late = scan(made)
    assert.equal(await late.ended, 1000)
    assert.deepEqual(late.frames, [{ type: 'alreadyLogged', message: 'instance account already authorized' }])
  })

  test('ends with timeout after 100 s', async () => {
    const { first, frames, ended } = scan(await server.make())
    await first()
    clock.skip(100_000)
    assert.equal(await ended, 1000)
    assert.deepEqual(frames.at(-1), { type: 'timeout', message: 'timeoutExpired' })
  })

  test('a wrong token, an unknown instance and another path open nothing', async () => {
    const made = await server.make()
    assert.equal(await scan({ ...made, apiTokenInstance: 'x' }).ended, 401)
    assert.equal(await scan({ ...made, idInstance: 1 }).ended, 403)
    const other = new WebSocket(`${server.url.replace('http', 'ws')}/health`)
    const status = await new Promise((resolve) => {
      other.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode)
        other.terminate()
      })
      other.on('error', () => undefined)
    })
    assert.equal(status, 404)
  })

  test('only so many at one time, and a closed one makes room', async () => {
    const made = await server.make()
    const open = Array.from({ length: 8 }, () => scan(made))
    for (const one of open) await one.first()
    assert.equal(await scan(made).ended, 429)
    open[0]?.socket.close()
    await open[0]?.ended
    await until(async () => {
      const next = scan(made)
      const shown = await Promise.race([next.first().then(() => true), next.ended.then(() => false)])
      next.socket.terminate()
      return shown
    }, 'room for one more')
    for (const one of open) one.socket.terminate()
  })

  test('a client that talks nonsense loses its socket and nothing else', async () => {
    const made = await server.make()
    const { socket, first, ended } = scan(made)
    await first()
    socket.send('x'.repeat(100_000))
    assert.notEqual(await ended, 1000)
    assert.equal((await server.call('GET', '/health')).status, 200)
  })
})

describe('the page', () => {
  test('is served without the token in it, under a strict policy', async () => {
    const made = await server.make()
    const answer = await server.call('GET', `/waInstance${String(made.idInstance)}/${made.apiTokenInstance}`)
    assert.equal(answer.status, 200)
    assert.ok(!answer.text.includes(made.apiTokenInstance))
    assert.match(answer.text, /data-state="live" data-messenger="whatsapp"/)
    assert.ok(!/<script(?![^>]*\ssrc=)|\son\w+=|<style|\sstyle=/.test(answer.text), 'nothing inline')
    const policy = answer.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.ok(!policy.includes('unsafe'))
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    for (const [, path = ''] of answer.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      const asset = await server.call('GET', path)
      assert.equal(asset.status, 200, path)
      const etag = asset.headers.get('etag') ?? ''
      assert.equal((await server.call('GET', path, undefined, { 'if-none-match': etag })).status, 304)
    }
  })

  test('says in its status and state what became of the link', async () => {
    const made = await server.make({ name: 'm' }, '/v3')
    const id = String(made.idInstance)
    const page = (path: string) => server.call('GET', path)
    assert.match((await page(`/v3/waInstance${id}/${made.apiTokenInstance}/`)).text, /data-messenger="v3"/)
    const wrong = await page(`/waInstance${id}/nonsense`)
    assert.deepEqual([wrong.status, wrong.text.includes('data-state="wrongLink"')], [401, true])
    assert.equal((await page('/waInstance1/nonsense')).status, 403)
    await server.partner('POST', 'deleteInstanceAccount', { idInstance: made.idInstance })
    const gone = await page(`/waInstance${id}/${made.apiTokenInstance}`)
    assert.deepEqual([gone.status, gone.text.includes('data-state="gone"')], [400, true])
    assert.equal((await server.call('POST', `/waInstance${id}/nonsense`)).status, 401)
  })
})
