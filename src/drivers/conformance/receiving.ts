import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import type { Bench } from './bench.ts'

/** What the network brings. */
export function receiving(bench: Bench): void {
  test('what people write arrives in order, with ids, names and times', async () => {
    const { own, peer } = bench.rig.phones
    const { host, session } = await bench.linked()
    const peerChat = await bench.nameOf({ host, session }, peer)
    const ids: string[] = []
    for (let index = 0; index < 30; index += 1) ids.push(await bench.rig.person.say(peer, own, `text ${String(index)}`))
    await until(() => host.messages().length >= ids.length, 'the messages')
    const messages = host.messages()
    assert.deepEqual(
      messages.map(({ id }) => id),
      ids,
    )
    for (const [index, message] of messages.entries()) {
      assert.deepEqual(message.content, { kind: 'text', text: `text ${String(index)}` })
      assert.equal(message.direction, 'in')
      assert.equal(message.chat.id, peerChat)
      assert.equal(message.author.id, peerChat)
      assert.notEqual(message.author.name, '')
      assert.ok(Math.abs(message.at - bench.rig.clock.now()) < 60_000)
    }
  })

  test('what the phone itself writes arrives as outgoing, with receipts', async () => {
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked()
    const { host } = opened
    const id = await bench.rig.person.say(own, peer, 'from the phone')
    const message = await until(() => host.messages()[0], 'the message')
    assert.deepEqual([message.id, message.direction, message.chat.id], [id, 'out', await bench.nameOf(opened, peer)])
    assert.equal(message.author.id, await bench.nameOf(opened, own))
    await until(() => host.statuses(id).includes('delivered'), 'the receipt')
  })

  test('a host that rejects gets the same events again, in order, and none twice once it has kept them', async () => {
    const { own, peer } = bench.rig.phones
    const { host, session } = await bench.linked()
    host.rejectNext(2)
    const ids = [await bench.rig.person.say(peer, own, 'one'), await bench.rig.person.say(peer, own, 'two')]
    let reconnects = 0
    await until(() => {
      bench.rig.skip(1_000)
      // A driver may give up its connection for it; then it is made anew, as whoever runs it would.
      if (host.losses.length > reconnects) {
        reconnects += 1
        void session.connect()
      }
      return host.messages().length === 2
    }, 'both messages')
    assert.deepEqual(
      host.messages().map(({ id }) => id),
      ids,
    )
    await session.disconnect()
    const { openings } = host
    await session.connect()
    await until(() => host.openings > openings, 'the session to open again')
    ids.push(await bench.rig.person.say(peer, own, 'three'))
    await until(() => host.messages().length >= 3, 'the third message')
    assert.deepEqual(
      host.messages().map(({ id }) => id),
      ids,
    )
  })

  test('a process that died between commit and acknowledgement gets the event again with the same id, or not at all', async () => {
    const { own, peer } = bench.rig.phones
    const { host, session } = await bench.linked()
    host.afterKeeping = () => new Promise(() => undefined)
    bench.abandon(session)
    const ids = [await bench.rig.person.say(peer, own, 'kept, not acknowledged')]
    await until(() => host.messages().length === 1, 'the first delivery')
    const back = bench.open(host)
    await back.session.connect()
    if (bench.rig.cannot?.has('repeat') === true) ids[0] = await bench.rig.person.say(peer, own, 'what comes next')
    await until(() => back.host.messages().length > 0, 'the second delivery')
    assert.deepEqual(
      back.host.messages().map(({ id }) => id),
      ids,
    )
  })

  test('what came while nobody was connected waits', async () => {
    const { own, peer } = bench.rig.phones
    const { host, session } = await bench.linked()
    await session.disconnect()
    const id = await bench.rig.person.say(peer, own, 'while away')
    const back = bench.open(host)
    await back.session.connect()
    assert.equal((await until(() => back.host.messages()[0], 'the message')).id, id)
  })
}
