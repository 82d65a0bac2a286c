// Truth: our notes of the protocol: what is greeted before a login, version gates, closed doors for foreign addresses; seen by the fake MAX.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { startFakeMax, type FakeMax } from '../../../test/fakes/max/server.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { AddressRules } from '../../lib/address-rules.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import { until } from '../../lib/until.ts'
import type { Check } from '../network/check.ts'
import { examine, type DoctorOptions } from './doctor.ts'
import { identityOf } from './identity.ts'
import { CMD, decodeFrame, encodeFrame } from './wire/frame.ts'

let fake: FakeMax
beforeEach(async () => {
  fake = await startFakeMax()
})
afterEach(() => fake.close())

async function look(more: Partial<DoctorOptions> = {}): Promise<readonly Check[]> {
  const checks: Check[] = []
  const options: DoctorOptions = {
    ...{ url: fake.url, identity: identityOf({}), proxy: '', proxies: new AddressRules([]) },
    ...{ clock: systemClock, random: systemRandom, log: silentLog, ...more },
  }
  for await (const check of examine(options)) checks.push(check)
  return checks
}

const outcomes = (checks: readonly Check[]) => checks.map(({ what, outcome }) => `${what} ${outcome}`)
const said = (checks: readonly Check[], what: string) => checks.find((check) => check.what === what)?.says ?? ''
const today = () => new Date(systemClock.now()).toISOString().slice(0, 10)

suite('doctor max', () => {
  test('all is well: it greets, asks for nothing else, and leaves', async () => {
    const checks = await look({ identity: identityOf({ asOf: today() }) })
    assert.deepEqual(outcomes(checks), ['identity good', 'web socket good', 'version good', 'place good', 'clock good'])
    assert.match(said(checks, 'place'), /RU/)
    assert.equal(fake.recording.asked(6).length, 1)
    assert.deepEqual([fake.recording.asked(19), fake.recording.asked(288)], [[], []])
    assert.deepEqual(fake.recording.complaints, [])
    await until(() => fake.connections === 0, 'it has left')
  })

  test('a version that is not let in: what to do is said', async () => {
    fake.settings.minimumVersion = '99.0.0'
    const checks = await look()
    assert.ok(outcomes(checks).includes('version bad'))
    assert.match(said(checks, 'version'), /26\.9\.8.*any more.*docs\/max\.md/)
  })

  test('an identity that is old is noted before it is refused; of one that was chosen nobody knows', async () => {
    const old = await look({ identity: identityOf({ asOf: '2020-01-01' }) })
    assert.equal(outcomes(old)[0], 'identity poor')
    assert.match(said(old, 'identity'), /docs\/max\.md/)
    const chosen = await look({ identity: identityOf({ appVersion: '26.9.9' }) })
    assert.match(said(chosen, 'identity'), /26\.9\.9.*as the settings say/)
  })

  test('nobody there', async () => {
    const checks = await look({ url: `ws://127.0.0.1:${String(await freePort())}/websocket` })
    assert.equal(outcomes(checks)[1], 'web socket bad')
  })

  test('a proxy that leads nowhere, and one that is in the own network', async () => {
    const closed = `socks5://user:sesame@127.0.0.1:${String(await freePort())}`
    const refused = await look({ proxy: closed })
    assert.deepEqual(outcomes(refused).slice(1), ['proxy bad'])
    const dead = await look({ proxy: closed, proxies: new AddressRules(['127.0.0.0/8']) })
    assert.deepEqual(outcomes(dead).slice(1), ['proxy bad'])
    assert.doesNotMatch(JSON.stringify([refused, dead]), /sesame/)
  })

  test('where MAX offers no login it says so, and where it sees us', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const { seq, opcode } = decodeFrame(data)
        const payload = { location: 'NL', 'phone-auth-enabled': false }
        socket.send(encodeFrame({ cmd: CMD.answer, seq, opcode, payload }))
      })
    })
    const { port } = server.address() as AddressInfo
    const checks = await look({ url: `ws://127.0.0.1:${String(port)}/websocket` })
    server.close()
    assert.ok(outcomes(checks).includes('place poor'))
    assert.match(said(checks, 'place'), /NL.*proxy/)
  })
})
