import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { FAULTS, retryOf } from '../../model/fault.ts'
import type { ChatId } from '../../model/ids.ts'
import type { Bench } from './bench.ts'

/** Verdicts, receipts, duplicates, replies and lost answers. */
export function sending(bench: Bench): void {
  test('an accepted message is sent, reaches the phone, and its receipts come in order', async () => {
    const { own, peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    const id = bench.newId()
    const verdict = await bench.send(session, peer, 'hello', { id })
    assert.ok(verdict.ok)
    assert.ok(Math.abs(verdict.at - bench.rig.clock.now()) < 60_000)
    assert.deepEqual(await bench.rig.person.received(peer), [{ id, text: 'hello' }])
    const before = bench.rig.cannot?.has('deliveries') === true ? [] : ['delivered']
    await until(() => host.statuses(id).length === before.length, 'delivered')
    await bench.rig.person.read(peer, own)
    await until(() => host.statuses(id).length === before.length + 1, 'read')
    assert.deepEqual(host.statuses(id), [...before, 'read'])
    assert.equal(host.messages().length, 0)
  })

  test('the same id twice is delivered once and gets the same verdict', async () => {
    const { session } = await bench.linked()
    const id = bench.newId()
    const first = await bench.send(session, bench.rig.phones.peer, 'once', { id })
    assert.deepEqual(await bench.send(session, bench.rig.phones.peer, 'once', { id }), first)
    assert.equal((await bench.rig.person.received(bench.rig.phones.peer)).length, 1)
  })

  test('a number without an account and a refusal are verdicts that nobody repeats', async () => {
    const { session } = await bench.linked()
    const nobody = await bench.send(session, bench.rig.withoutAccount, 'anybody?')
    assert.equal(!nobody.ok && nobody.fault.fault, 'noAccount')
    await bench.rig.trouble.refuseSend(bench.rig.phones.own)
    const refused = await bench.send(session, bench.rig.phones.peer, 'no')
    assert.equal(!refused.ok && refused.fault.fault, 'refused')
    assert.equal(FAULTS.refused, 'never')
    assert.deepEqual(await bench.rig.person.received(bench.rig.phones.peer), [])
    assert.ok((await bench.send(session, bench.rig.phones.peer, 'yes')).ok)
  })

  test('a lost verdict is unsure when aborted, and a look-up tells that it was sent', async () => {
    const { session } = await bench.linked()
    await bench.rig.trouble.loseVerdict(bench.rig.phones.own)
    const abort = new AbortController()
    const id = bench.newId()
    const verdict = bench.send(session, bench.rig.phones.peer, 'lost', { id, signal: abort.signal })
    await until(async () => (await bench.rig.person.received(bench.rig.phones.peer)).length === 1, 'the message')
    abort.abort()
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'unsure')
    // The other side's receipt may be the first to tell of it.
    await until(async () => (await session.lookup(id)) === 'sent', 'the answer that it was sent')
    assert.equal(await session.lookup(bench.newId()), 'absent')
  })

  test('a connection that breaks before the verdict leaves it unsure', async () => {
    const { session, host } = await bench.linked()
    await bench.rig.trouble.loseVerdict(bench.rig.phones.own)
    const id = bench.newId()
    const verdict = bench.send(session, bench.rig.phones.peer, 'lost', { id })
    await until(async () => (await bench.rig.person.received(bench.rig.phones.peer)).length === 1, 'the message')
    await bench.rig.trouble.dropConnection(bench.rig.phones.own)
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'unsure')
    await until(() => host.losses.length === 1, 'the loss')
    assert.equal(await session.lookup(id), 'unknown')
  })

  test('a reply to a message that nobody knows is sent as one', async () => {
    const { own, peer } = bench.rig.phones
    const { session, host } = await bench.linked()
    const other = await bench.linked(peer)
    const quote = { id: bench.newId(), participant: '' as ChatId, content: null }
    await bench.sent(session, peer, { kind: 'text', text: 'about that', quote })
    const [reply] = await until(() => other.host.messages().length === 1 && other.host.messages(), 'the reply')
    const isQuoted = bench.rig.cannot?.has('unknownQuotes') !== true
    assert.deepEqual(reply?.content, { kind: 'text', text: 'about that', ...(isQuoted && { quote }) })
    assert.equal(reply.author.id, await bench.nameOf(other, own))
    assert.deepEqual([...host.losses, ...other.host.losses], [])
  })

  test('what the network cannot take is refused, and harms no other session', async () => {
    const { session, host } = await bench.linked()
    const other = await bench.linked(bench.rig.phones.other)
    const verdict = await bench.send(session, bench.rig.phones.peer, 'x'.repeat(1_000_000))
    assert.equal(!verdict.ok && retryOf(verdict.fault), 'never')
    assert.ok((await bench.send(session, bench.rig.phones.peer, 'next')).ok)
    assert.deepEqual([...host.losses, ...other.host.losses], [])
  })

  test('a session that is not open sends nothing, and says that it may be tried later', async () => {
    const { session } = bench.open()
    const verdict = await bench.send(session, bench.rig.phones.peer, 'never')
    assert.equal(!verdict.ok && retryOf(verdict.fault), 'later')
    assert.deepEqual(await bench.rig.person.received(bench.rig.phones.peer), [])
  })

  test('while it is typed for a chat, its phone shows what is typed, and for how long', async () => {
    const { peer } = bench.rig.phones
    const { session } = await bench.linked()
    // Strangers need not be shown anything.
    assert.ok((await bench.send(session, peer, 'hello')).ok)
    const watched = await bench.rig.person.watchTyping(peer)
    try {
      session.typing(bench.chat(peer), 2_000)
      session.typing(bench.chat(peer), 3_000, 'recording')
      await until(() => watched.seen().length === 2, 'both to be seen')
      const tellsEnds = bench.rig.cannot?.has('typingEnds') !== true
      const lasting = (durationMs: number) => (tellsEnds ? durationMs : 0)
      assert.deepEqual(watched.seen(), [
        { durationMs: lasting(2_000), type: '' },
        { durationMs: lasting(3_000), type: 'recording' },
      ])
    } finally {
      await watched.stop()
    }
  })

  test('typing on a session that is not open does nothing', async () => {
    const { session, host } = bench.open()
    session.typing(bench.chat(bench.rig.phones.peer), 1_000)
    await session.disconnect()
    assert.deepEqual(host.losses, [])
  })
}
