import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { retryOf } from '../../model/fault.ts'
import type { Bench } from './bench.ts'

/** Opening, closing and losing a session. */
export function living(bench: Bench): void {
  test('stored credentials open the session again; without them it says that nothing is linked', async () => {
    const { session, host } = await bench.linked()
    await session.disconnect()
    const back = bench.open(host)
    await back.session.connect()
    await until(() => back.host.openings === 1, 'the session to open')
    assert.ok((await bench.send(back.session, bench.rig.phones.peer, 'back')).ok)
    const empty = bench.open()
    await empty.session.connect()
    const loss = await until(() => empty.host.losses[0], 'the loss')
    assert.equal(retryOf(loss), 'never')
  })

  test('connecting twice does nothing', async () => {
    const { session, host } = await bench.linked()
    await session.connect()
    await session.connect()
    assert.ok((await bench.send(session, bench.rig.phones.peer, 'still here')).ok)
    assert.equal(host.openings, 1)
    assert.deepEqual(host.losses, [])
  })

  test('a connection that breaks is reported once, may be tried again, and opens then', async () => {
    const { session, host } = await bench.linked()
    await bench.rig.trouble.dropConnection(bench.rig.phones.own)
    const loss = await until(() => host.losses[0], 'the loss')
    assert.equal(retryOf(loss), 'later')
    await session.connect()
    await until(() => {
      bench.rig.skip(1_000)
      return host.openings === 2
    }, 'the session to open again')
    assert.equal(host.losses.length, 1)
  })

  test('the same device opened elsewhere replaces this one, for good', async () => {
    const { host } = await bench.linked()
    const newer = bench.open(host)
    await newer.session.connect()
    await until(() => newer.host.openings === 1, 'the newer one to open')
    const loss = await until(() => host.losses[0], 'the loss')
    assert.equal(loss.fault, 'replaced')
    assert.equal(retryOf(loss), 'never')
    assert.ok((await bench.send(newer.session, bench.rig.phones.peer, 'me')).ok)
  })

  test('a phone that unlinks the device: what came before, then the unlinked event, then the loss', async () => {
    const { own, peer } = bench.rig.phones
    const { host } = await bench.linked()
    await bench.rig.person.say(peer, own, 'before')
    await bench.rig.person.unlink(own)
    const loss = await until(() => host.losses[0], 'the loss')
    assert.equal(loss.fault, 'unlinked')
    assert.equal(host.events.at(-1)?.kind, 'unlinked')
    assert.equal(host.count('unlinked'), 1)
  })

  test('a device that was unlinked while away learns it when it connects', async () => {
    const { session, host } = await bench.linked()
    await session.disconnect()
    await bench.rig.person.unlink(bench.rig.phones.own)
    await session.connect()
    assert.equal((await until(() => host.losses[0], 'the loss')).fault, 'unlinked')
    assert.equal(host.count('unlinked'), 1)
  })

  test('logging out unlinks at the network and is no loss', async () => {
    const { session, host } = await bench.linked()
    await session.logout()
    assert.deepEqual(host.losses, [])
    const back = bench.open(host)
    await back.session.connect()
    assert.equal((await until(() => back.host.losses[0], 'the loss')).fault, 'unlinked')
  })

  test('disconnecting resolves when the commit under way has ended; none begins after it', async () => {
    const { own, peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    let release: () => void = () => undefined
    host.afterKeeping = () => new Promise((resolve) => (release = resolve))
    await bench.rig.person.say(peer, own, 'one')
    await until(() => host.begun === 2, 'the commit')
    await bench.rig.person.say(peer, own, 'two')
    const quiet = session.disconnect().then(() => host.ended)
    release()
    assert.equal(await quiet, 2)
    await bench.rig.person.say(peer, own, 'three')
    assert.equal(host.begun, 2)
    assert.deepEqual(host.losses, [])
  })

  test('an idle session that is disconnected and connected again is the same as before', async () => {
    const { session, host } = await bench.linked()
    for (let round = 2; round < 6; round += 1) {
      await session.disconnect()
      await session.connect()
      await until(() => host.openings === round, 'the session to open')
    }
    assert.ok((await bench.send(session, bench.rig.phones.peer, 'still me')).ok)
    assert.deepEqual(host.losses, [])
  })
}
