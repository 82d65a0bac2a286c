// Truth: the contract's marker for what could not be read, and that it never stands for a message that was.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../lib/until.ts'
import type { MessageId } from '../../../model/ids.ts'
import { newDraft } from '../life.ts'
import { envelopeOf } from './envelope.ts'
import { NO_ENGINE } from '../../../../test/whatsapp/support/no-engine.ts'
import { GROUP, openRig, PEER, stanza } from '../../../../test/whatsapp/support/inbound-rig.ts'
import { Undecrypted } from './undecrypted.ts'

const BROKEN = new Error('No matching sessions found for message')
const AGAIN = { id: '3EB0BROKEN' }
const QUARTER_HOUR_MS = 15 * 60_000

async function open(kept?: Map<string, Uint8Array>) {
  const rig = await openRig({ engine: NO_ENGINE, ...(kept !== undefined && { kept }) })
  const undecrypted = new Undecrypted(rig)
  await undecrypted.start()
  return { rig, undecrypted, markers: () => rig.host.messages().map(({ id, content }) => [id, content.kind]) }
}

const pendingIn = (kept: Map<string, Uint8Array>) => [...kept.keys()].filter((name) => name.startsWith('undecrypted|'))

describe('messages that cannot be decrypted', () => {
  test('after the fifth failure one is told as such, with its chat and author, and is unread', async () => {
    const { rig, undecrypted } = await open()
    for (let failure = 1; failure < 5; failure += 1) await undecrypted.failed(stanza(AGAIN), BROKEN)
    assert.deepEqual(rig.host.messages(), [])
    await undecrypted.failed(stanza(AGAIN), BROKEN)
    const [marker] = rig.host.messages()
    assert.deepEqual(marker?.content, { kind: 'unreadable', why: 'undecrypted' })
    assert.deepEqual(
      [marker.id, marker.direction, marker.chat.id, marker.author.name],
      ['3EB0BROKEN', 'in', PEER.chat, 'Peter'],
    )
    assert.equal((await rig.directory.chat(PEER.pn))?.unreadCount, 1)
    assert.deepEqual(pendingIn(rig.host.kept), [])
    assert.equal(await undecrypted.failed(stanza(AGAIN), BROKEN), 'missing')
    assert.equal(rig.host.messages().length, 1)
  })

  test('after a quarter of an hour it is told, also by the next life', async () => {
    const first = await open()
    await first.undecrypted.failed(stanza({ ...AGAIN, from: GROUP, participant: PEER.pn }), BROKEN)
    first.undecrypted.stop()
    first.rig.clock.skip(QUARTER_HOUR_MS)
    assert.deepEqual(first.markers(), [])
    const second = await open(first.rig.host.kept)
    second.rig.clock.skip(QUARTER_HOUR_MS)
    await until(() => second.markers().length === 1, 'the marker')
    assert.deepEqual(second.markers(), [['3EB0BROKEN', 'unreadable']])
    assert.equal(second.rig.host.messages()[0]?.chat.name, 'Friends')
  })

  test('thousands are told in commits of a bounded size', async () => {
    const { rig, undecrypted, markers } = await open()
    for (let count = 0; count < 450; count += 1) await undecrypted.failed(stanza({ id: `3EB0MANY${count}` }), BROKEN)
    rig.clock.skip(QUARTER_HOUR_MS)
    for (let time = 0; time < 3; time += 1) {
      await until(() => markers().length >= Math.min(450, 200 * (time + 1)), 'the markers')
      await new Promise((resolve) => setImmediate(resolve))
      rig.clock.skip(1)
    }
    assert.equal(markers().length, 450)
    assert.ok(Math.max(...rig.host.changes.map(({ events }) => events?.length ?? 0)) <= 200)
  })

  test('a marker that could not be stored is tried again', async () => {
    const { rig, undecrypted, markers } = await open()
    await undecrypted.failed(stanza(AGAIN), BROKEN)
    rig.host.rejectNext(1)
    rig.clock.skip(QUARTER_HOUR_MS)
    await until(() => {
      rig.clock.skip(30_000)
      return markers().length === 1
    }, 'the marker')
  })

  test('one that is read after all is told as what it is', async () => {
    const { rig, undecrypted, markers } = await open()
    await undecrypted.failed(stanza(AGAIN), BROKEN)
    assert.equal(pendingIn(rig.host.kept).length, 1)
    const draft = newDraft()
    const envelope = envelopeOf(stanza(AGAIN), rig.people, rig.clock.now())
    assert.ok(envelope !== null)
    undecrypted.read(envelope, draft)
    await rig.host.commit(draft)
    assert.deepEqual(pendingIn(rig.host.kept), [])
    rig.clock.skip(QUARTER_HOUR_MS)
    assert.deepEqual(markers(), [])
  })

  test('a repeated stanza is no failure: its key was used, or the journal has it', async () => {
    const { rig, undecrypted } = await open()
    for (const message of ['Key used already or never filled', 'Received message with old counter: 4, 2'])
      assert.equal(await undecrypted.failed(stanza(AGAIN), new Error(message)), 'known')
    const party = { id: PEER.chat as never, name: '', contactName: '' }
    const around = { id: AGAIN.id as MessageId, direction: 'in', chat: party, author: party, at: 1 } as const
    await rig.host.commit({
      events: [{ kind: 'message', message: { ...around, content: { kind: 'text', text: 'x' } } }],
    })
    assert.equal(await undecrypted.failed(stanza(AGAIN), BROKEN), 'known')
    assert.deepEqual(pendingIn(rig.host.kept), [])
  })

  test('two failures in one stanza are one, and talk between devices is none', async () => {
    const { rig, undecrypted } = await open()
    const one = stanza(AGAIN)
    for (let part = 0; part < 6; part += 1) await undecrypted.failed(one, BROKEN)
    assert.deepEqual(rig.host.messages(), [])
    await undecrypted.failed(stanza({ category: 'peer' }), BROKEN)
    assert.equal(pendingIn(rig.host.kept).length, 1)
  })

  test('what could not be noted rejects, so that nothing is acknowledged', async () => {
    const { rig, undecrypted, markers } = await open()
    for (let failure = 1; failure < 5; failure += 1) await undecrypted.failed(stanza(AGAIN), BROKEN)
    rig.host.rejectNext(1)
    await assert.rejects(undecrypted.failed(stanza(AGAIN), BROKEN))
    await undecrypted.failed(stanza(AGAIN), BROKEN)
    assert.deepEqual(markers(), [['3EB0BROKEN', 'unreadable']])
  })

  test('one that was read before this life looked for what is pending is not told', async () => {
    const first = await open()
    await first.undecrypted.failed(stanza(AGAIN), BROKEN)
    first.undecrypted.stop()
    const party = { id: PEER.chat as never, name: '', contactName: '' }
    const around = { id: AGAIN.id as MessageId, direction: 'in', chat: party, author: party, at: 1 } as const
    const second = await open(first.rig.host.kept)
    await second.rig.host.commit({
      events: [{ kind: 'message', message: { ...around, content: { kind: 'text', text: 'x' } } }],
    })
    second.rig.clock.skip(QUARTER_HOUR_MS)
    await until(() => pendingIn(second.rig.host.kept).length === 0, 'the note to go')
    assert.deepEqual(second.markers(), [['3EB0BROKEN', 'text']])
  })
})
