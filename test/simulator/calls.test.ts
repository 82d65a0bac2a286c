// Truth: model/call.ts: the called side's devices hear a call ring and end, the caller's devices once, when it is over.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Pushed } from '../../src/simulator/protocol.ts'
import { ask, call, NetworkBench, type RawProcess } from '../support/simulated-network.ts'

const OWN = '79005570001'
const PEER = '79005570002'
const THIRD = '79005570003'

type Call = Extract<Pushed, { kind: 'call' }>

let bench: NetworkBench
let server: RawProcess
let own: number
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp()
  server = await bench.connect()
  own = (await server.link(bench.url, OWN)).channel
})
afterEach(() => bench.tearDown())

async function ring(from: string, to: string, more = {}): Promise<string> {
  return String((await ask(bench.url, 'POST', 'calls', { from, to, ...more })).body['idCall'])
}

async function pushed(channel: number, index = 0): Promise<Call> {
  const { event } = await server.next(channel, 'push', index)
  assert.ok(event.kind === 'call')
  return event
}

describe('an incoming call', () => {
  for (const [status, durationS] of [
    ['pickUp', 42],
    ['hungUp', 0],
    ['declined', 0],
  ] as const)
    test(`rings and ends with ${status}`, async () => {
      const id = await ring(PEER, OWN, { isVideo: true })
      const offer = await pushed(own)
      assert.deepEqual(
        [offer.id, offer.direction, offer.chat.address, offer.status, offer.isVideo, offer.isGroup, offer.durationS],
        [id, 'in', PEER, 'offer', true, false, 0],
      )
      await ask(bench.url, 'POST', 'calls/end', { id, status, durationS: 42 })
      const over = await pushed(own, 1)
      assert.deepEqual([over.id, over.status, over.durationS], [id, status, durationS])
      const again = await call(bench.url, 'POST', 'calls/end', { id, status })
      assert.match(String(again.body['error']), /is over/)
      const [listed] = (await ask(bench.url, 'GET', `calls?phone=${OWN}`)).list
      assert.deepEqual([listed?.['id'], listed?.['status'], listed?.['direction']], [id, status, 'in'])
    })

  test('that nobody answers ends after a minute, also when the network was restarted meanwhile', async () => {
    const id = await ring(PEER, OWN)
    const { event } = await server.next(own, 'push')
    assert.equal(event.kind, 'call')
    await bench.stop()
    await bench.start()
    bench.clock.skip(60_001)
    const [listed] = (await ask(bench.url, 'GET', `calls?phone=${PEER}`)).list
    assert.deepEqual([listed?.['id'], listed?.['status'], listed?.['direction']], [id, 'declined', 'out'])
  })

  test('comes again until it was acknowledged', async () => {
    const { keys } = await server.link(bench.url, THIRD)
    const id = await ring(PEER, THIRD, { status: 'hungUp' })
    const other = await bench.connect()
    const reopened = await other.open(keys)
    await other.next(reopened, 'push', 1)
    const calls = other.on(reopened, 'push').map(({ event }) => event.kind === 'call' && [event.id, event.status])
    assert.deepEqual(calls, [
      [id, 'offer'],
      [id, 'hungUp'],
    ])
  })

  test('to a group rings at every other member', async () => {
    const third = (await server.link(bench.url, THIRD)).channel
    const members = { by: PEER, name: 'Team', members: [OWN, THIRD] }
    const group = String((await ask(bench.url, 'POST', 'groups', members)).body['group'])
    await ring(PEER, group, { status: 'pickUp', durationS: 5 })
    for (const channel of [own, third]) {
      const offer = await pushed(channel)
      assert.deepEqual([offer.chat.address, offer.isGroup, offer.status], [PEER, true, 'offer'])
      assert.equal((await pushed(channel, 1)).durationS, 5)
    }
    const outside = await call(bench.url, 'POST', 'calls', { from: '79005570009', to: group })
    assert.match(String(outside.body['error']), /not in this group/)
  })
})

describe('an outgoing call', () => {
  test('of the own phone is told once, when it is over, with how long was talked', async () => {
    const id = await ring(OWN, PEER)
    await ask(bench.url, 'POST', 'calls/end', { id, status: 'pickUp', durationS: 7 })
    const over = await pushed(own)
    assert.deepEqual(
      [over.id, over.direction, over.chat.address, over.status, over.durationS, over.isVideo],
      [id, 'out', PEER, 'pickUp', 7, false],
    )
    assert.deepEqual(over.participants, [{ address: PEER, status: 'pickUp' }])
    assert.equal(server.on(own, 'push').length, 1)
  })

  test('that nobody took, or to a number without an account, is hungUp', async () => {
    await ring(OWN, PEER, { status: 'declined' })
    assert.equal((await pushed(own)).status, 'hungUp')
    await ring(OWN, '79005570000')
    const nobody = await pushed(own, 1)
    assert.deepEqual([nobody.status, nobody.chat.address], ['hungUp', '79005570000'])
    await ring(OWN, PEER, { status: 'invalid' })
    assert.equal((await pushed(own, 2)).status, 'invalid')
  })

  test('is refused to oneself, and to who is restricted', async () => {
    const self = await call(bench.url, 'POST', 'calls', { from: OWN, to: OWN })
    assert.match(String(self.body['error']), /'to' is nobody else/)
    await ask(bench.url, 'POST', 'faults', { kind: 'suspend', phoneNumber: OWN })
    const restricted = await call(bench.url, 'POST', 'calls', { from: OWN, to: PEER })
    assert.match(String(restricted.body['error']), /restricted/)
    const unknown = await call(bench.url, 'POST', 'calls/end', { id: 'none', status: 'pickUp' })
    assert.match(String(unknown.body['error']), /'id' is no call/)
  })
})
