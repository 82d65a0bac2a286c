import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { FAULTS, retryOf } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { OutgoingMessage } from '../../model/message.ts'
import type { Bench } from './bench.ts'

/** Verdicts, receipts, duplicates and lost answers. */
export function sending(bench: Bench): void {
  test('an accepted message is sent, reaches the phone, and its receipts come in order', async () => {
    const { own, peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    const verdict = await bench.send(session, 'AA01', peer, 'hello')
    assert.ok(verdict.ok)
    assert.ok(Math.abs(verdict.at - bench.rig.clock.now()) < 60_000)
    assert.deepEqual(await bench.rig.person.received(peer), [{ id: 'AA01', text: 'hello' }])
    await until(() => host.statuses('AA01').length === 1, 'delivered')
    await bench.rig.person.read(peer, own)
    await until(() => host.statuses('AA01').length === 2, 'read')
    assert.deepEqual(host.statuses('AA01'), ['delivered', 'read'])
    assert.equal(host.messages().length, 0)
  })

  test('the same id twice is delivered once and gets the same verdict', async () => {
    const { session } = await bench.linked()
    const first = await bench.send(session, 'AA02', bench.rig.phones.peer, 'once')
    assert.deepEqual(await bench.send(session, 'AA02', bench.rig.phones.peer, 'once'), first)
    assert.equal((await bench.rig.person.received(bench.rig.phones.peer)).length, 1)
  })

  test('a number without an account and a refusal are verdicts that nobody repeats', async () => {
    const { session } = await bench.linked()
    const nobody = await bench.send(session, 'AA03', bench.rig.withoutAccount, 'anybody?')
    assert.equal(!nobody.ok && nobody.fault.fault, 'noAccount')
    await bench.rig.trouble.refuseSend(bench.rig.phones.own)
    const refused = await bench.send(session, 'AA04', bench.rig.phones.peer, 'no')
    assert.equal(!refused.ok && refused.fault.fault, 'refused')
    assert.equal(FAULTS.refused, 'never')
    assert.deepEqual(await bench.rig.person.received(bench.rig.phones.peer), [])
    assert.ok((await bench.send(session, 'AA05', bench.rig.phones.peer, 'yes')).ok)
  })

  test('a lost verdict is unsure when aborted, and a look-up tells that it was sent', async () => {
    const { session } = await bench.linked()
    await bench.rig.trouble.loseVerdict(bench.rig.phones.own)
    const abort = new AbortController()
    const verdict = bench.send(session, 'AA06', bench.rig.phones.peer, 'lost', abort.signal)
    await until(async () => (await bench.rig.person.received(bench.rig.phones.peer)).length === 1, 'the message')
    abort.abort()
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'unsure')
    assert.equal(await session.lookup('AA06' as MessageId), 'sent')
    assert.equal(await session.lookup('AA07' as MessageId), 'absent')
  })

  test('a connection that breaks before the verdict leaves it unsure', async () => {
    const { session, host } = await bench.linked()
    await bench.rig.trouble.loseVerdict(bench.rig.phones.own)
    const verdict = bench.send(session, 'AA08', bench.rig.phones.peer, 'lost')
    await until(async () => (await bench.rig.person.received(bench.rig.phones.peer)).length === 1, 'the message')
    await bench.rig.trouble.dropConnection(bench.rig.phones.own)
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'unsure')
    await until(() => host.losses.length === 1, 'the loss')
    assert.equal(await session.lookup('AA08' as MessageId), 'unknown')
  })

  test('a reply to a message that nobody knows is sent as one', async () => {
    const { own, peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    const other = await bench.linked(peer)
    const chat = bench.rig.driver.parseChatId(bench.rig.chatOf(peer))
    assert.ok(chat !== null)
    const quote = { id: 'AA00' as MessageId, participant: '' as ChatId, text: null }
    const message: OutgoingMessage = { chat, content: { kind: 'text', text: 'about that', quote } }
    const verdict = await session.send('AA10' as MessageId, message, new AbortController().signal)
    assert.ok(verdict.ok)
    await until(() => other.host.messages().length === 1, 'the reply')
    assert.deepEqual(other.host.messages()[0]?.content.quote, quote)
    assert.equal(other.host.messages()[0]?.author.id, bench.rig.chatOf(own))
    assert.deepEqual([...host.losses, ...other.host.losses], [])
  })

  test('what the network cannot take is refused, and harms no other session', async () => {
    const { session, host } = await bench.linked()
    const other = await bench.linked(bench.rig.phones.other)
    const verdict = await bench.send(session, 'AA11', bench.rig.phones.peer, 'x'.repeat(1_000_000))
    assert.equal(!verdict.ok && retryOf(verdict.fault), 'never')
    assert.ok((await bench.send(session, 'AA12', bench.rig.phones.peer, 'next')).ok)
    assert.deepEqual([...host.losses, ...other.host.losses], [])
  })

  test('a session that is not open sends nothing, and says that it may be tried later', async () => {
    const { session } = bench.open()
    const verdict = await bench.send(session, 'AA09', bench.rig.phones.peer, 'never')
    assert.equal(!verdict.ok && retryOf(verdict.fault), 'later')
    assert.deepEqual(await bench.rig.person.received(bench.rig.phones.peer), [])
  })
}
