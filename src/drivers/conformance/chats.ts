import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { facet, faultIn, value, type Bench, type Opened } from './bench.ts'

/** The chats of the account and what is done to them. */
export function chats(bench: Bench): void {
  const summary = async ({ session, host }: Opened, phone: string) => {
    const chat = await bench.nameOf({ session, host }, phone)
    return value(await facet(session, 'chats').list()).find(({ id }) => id === chat)
  }

  test('chats are listed, the latest first, with what is unread', async () => {
    const { own, peer, other } = bench.rig.phones
    const opened = await bench.linked()
    assert.deepEqual(value(await facet(opened.session, 'chats').list()), [])
    await bench.rig.person.say(peer, own, 'one')
    await bench.rig.person.say(peer, own, 'two')
    await bench.sent(opened.session, other, 'three')
    const list = value(await facet(opened.session, 'chats').list())
    const names = [await bench.nameOf(opened, other), await bench.nameOf(opened, peer)]
    assert.deepEqual(
      list.map(({ id, unread, type }) => [id, unread, type]),
      [
        [names[0], 0, 'user'],
        [names[1], 2, 'user'],
      ],
    )
    for (const { isArchived, ephemeralS } of list) assert.deepEqual([isArchived, ephemeralS], [false, 0])
  })

  test('reading a chat tells those who wrote, once', async () => {
    const { own, peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    const other = await bench.linked(peer)
    const ids = [await bench.sent(other.session, own, 'one'), await bench.sent(other.session, own, 'two')]
    const chat = (await until(() => host.messages()[1], 'the messages')).chat.id
    assert.equal(value(await facet(session, 'chats').read(chat)), true)
    await until(() => ids.every((id) => other.host.statuses(id).includes('read')), 'the receipts')
    assert.equal(value(await facet(session, 'chats').read(chat)), false)
    assert.equal((await summary({ session, host }, peer))?.unread, 0)
  })

  test('reading up to a message leaves what came after', async () => {
    const { own, peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    const other = await bench.linked(peer)
    const first = await bench.sent(other.session, own, 'one')
    const second = await bench.sent(other.session, own, 'two')
    const chat = (await until(() => host.messages()[1], 'the messages')).chat.id
    const upTo = await bench.elsewhere(first)
    assert.equal(value(await facet(session, 'chats').read(chat, upTo)), true)
    await until(() => other.host.statuses(first).includes('read'), 'the receipt')
    assert.equal((await summary({ session, host }, peer))?.unread, 1)
    assert.ok(!other.host.statuses(second).includes('read'))
  })

  test('a chat is archived and brought back; one without messages is not found', async () => {
    const { own, peer, other } = bench.rig.phones
    const opened = await bench.linked()
    const chats = facet(opened.session, 'chats')
    await bench.rig.person.say(peer, own, 'hello')
    const chat = await bench.nameOf(opened, peer)
    if (bench.rig.cannot?.has('archive') === true) {
      assert.equal(faultIn(await chats.archive(chat, true)), 'unsupported')
      return
    }
    for (const isArchived of [true, false]) {
      assert.equal(await chats.archive(chat, isArchived), undefined)
      assert.equal((await summary(opened, peer))?.isArchived, isArchived)
    }
    assert.equal(faultIn(await chats.archive(await bench.nameOf(opened, other), true)), 'notFound')
  })

  test('messages vanish after so long as was set', async () => {
    const { own, peer } = bench.rig.phones
    const opened = await bench.linked()
    await bench.rig.person.say(peer, own, 'hello')
    const chat = await bench.nameOf(opened, peer)
    if (bench.rig.cannot?.has('vanishing') === true) {
      assert.equal(faultIn(await facet(opened.session, 'chats').setEphemeral(chat, 86_400)), 'unsupported')
      return
    }
    for (const seconds of [86_400, 0]) {
      assert.equal(await facet(opened.session, 'chats').setEphemeral(chat, seconds), undefined)
      assert.equal((await summary(opened, peer))?.ephemeralS, seconds)
      assert.equal(value(await facet(opened.session, 'contacts').info(chat)).ephemeralS, seconds)
    }
  })

  test('a session that is not open answers nothing', async () => {
    const { session } = bench.open()
    assert.equal(faultIn(await facet(session, 'chats').list()), 'notConnected')
    assert.equal(faultIn(await facet(session, 'chats').read(bench.chat(bench.rig.phones.peer))), 'notConnected')
  })
}
