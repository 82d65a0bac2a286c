import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import type { Bench } from './bench.ts'

/** Persons named by ids that tell no number: always on some messengers, on wish on others. */
export function hiddenNumbers(bench: Bench): void {
  test('who asks for hidden numbers is told none, always the same id, and may write to either', async () => {
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked(own, { hidesNumbers: true })
    const { session, host } = opened
    const ids = [await bench.rig.person.say(peer, own, 'one'), await bench.rig.person.say(peer, own, 'two')]
    const [first, second] = await until(() => host.messages().length === ids.length && host.messages(), 'both')
    assert.ok(first !== undefined && second !== undefined)
    const hidden = first.chat.id
    assert.ok(!hidden.includes(peer.slice(1)), 'the id tells the number')
    assert.deepEqual([first.author.id, second.chat.id], [hidden, hidden])
    assert.equal(bench.rig.driver.parseChatId(hidden), hidden)
    assert.equal(bench.rig.driver.kindOf(hidden), 'person')
    await bench.sent(session, hidden, 'to the id')
    await bench.sent(session, bench.chat(peer), 'to the number')
    assert.deepEqual(
      (await bench.rig.person.received(peer)).map(({ text }) => text),
      ['to the id', 'to the number'],
    )
    assert.equal(await bench.nameOf(opened, peer), hidden)
  })

  test('receipts and replies name the hidden one as messages do', async () => {
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked(own, { hidesNumbers: true })
    const id = await bench.sent(opened.session, peer, 'hello')
    const chat = await bench.nameOf(opened, peer)
    await bench.rig.person.read(peer, own)
    const told = await until(() => opened.host.events.find((event) => event.kind === 'status' && event.id === id), 'it')
    assert.equal(told.kind === 'status' && told.chat, chat)
  })

  test('a new process of the same linked phone sees the same ids', async () => {
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked(own, { hidesNumbers: true })
    const before = await bench.nameOf(opened, peer)
    await opened.session.disconnect()
    const back = bench.open(opened.host)
    await back.session.connect()
    await until(() => back.host.openings === 1, 'the session to open')
    assert.equal(await bench.nameOf(back, peer), before)
  })
}
