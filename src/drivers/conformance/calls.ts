import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import type { Bench, Opened } from './bench.ts'

/** Calls as the account hears of them. */
export function calls(bench: Bench): void {
  const tellsCalls = () => bench.rig.cannot?.has('calls') !== true

  const heard = ({ host }: Opened, count: number) =>
    until(() => host.calls().length === count && host.calls(), `call event ${String(count)}`)

  test('an incoming call rings, is answered and ends, under one id', async () => {
    if (!tellsCalls()) return
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked()
    const id = await bench.rig.person.call(peer, own, true)
    const [offer] = await heard(opened, 1)
    assert.ok(offer !== undefined)
    assert.deepEqual([offer.id, offer.direction, offer.status, offer.isVideo], [id, 'in', 'offer', true])
    assert.deepEqual([offer.isGroup, offer.durationS, offer.chat.id], [false, 0, await bench.nameOf(opened, peer)])
    assert.ok(Math.abs(offer.at - bench.rig.clock.now()) < 60_000)
    await bench.rig.person.endCall(id, 'pickUp', 42)
    const [, answered] = await heard(opened, 2)
    assert.deepEqual([answered?.id, answered?.status, answered?.durationS], [id, 'pickUp', 42])
  })

  test('a call that the called one refuses was hung up', async () => {
    if (!tellsCalls()) return
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked()
    const id = await bench.rig.person.call(peer, own, false)
    await heard(opened, 1)
    await bench.rig.person.endCall(id, 'hungUp', 0)
    const [, ended] = await heard(opened, 2)
    assert.deepEqual([ended?.id, ended?.status, ended?.isVideo], [id, 'hungUp', false])
  })

  test('a call that the caller gives up was declined', async () => {
    if (!tellsCalls()) return
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked()
    const id = await bench.rig.person.call(peer, own, false)
    await heard(opened, 1)
    await bench.rig.person.endCall(id, 'declined', 0)
    const [, ended] = await heard(opened, 2)
    assert.deepEqual([ended?.id, ended?.status], [id, 'declined'])
  })

  test('an outgoing call is told once, when it is over, with those who were called', async () => {
    if (!tellsCalls()) return
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked()
    const id = await bench.rig.person.call(own, peer, false)
    await bench.rig.person.endCall(id, 'pickUp', 5)
    const [over] = await heard(opened, 1)
    assert.ok(over !== undefined)
    const chat = await bench.nameOf(opened, peer)
    assert.deepEqual([over.id, over.direction, over.status, over.chat.id], [id, 'out', 'pickUp', chat])
    assert.equal(over.durationS, 5)
    assert.deepEqual(over.participants, [{ id: chat, status: 'pickUp' }])
    assert.equal(opened.host.calls().length, 1)
  })
}
