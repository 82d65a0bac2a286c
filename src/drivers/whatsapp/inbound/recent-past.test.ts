// Truth: which of the phone's past comes by itself too, and is news when it does; across lives of the session.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import { NO_ENGINE } from '../../../../test/whatsapp/support/no-engine.ts'
import { openRig } from '../../../../test/whatsapp/support/inbound-rig.ts'
import { newDraft } from '../life.ts'
import { linkedAtNote, RecentPast } from './recent-past.ts'

const CHAT = '79001000002@c.us' as ChatId
const [ONE, OTHER] = ['A1', 'B2'] as [MessageId, MessageId]

describe('the recent past', () => {
  test('what the phone told first is news once it comes, once, in a later life too', async () => {
    const rig = await openRig({ engine: NO_ENGINE })
    const draft = newDraft()
    assert.equal(
      await new RecentPast(rig.store, rig.clock).told(CHAT, ONE, rig.clock.now() - 1_000, draft, rig.clock.now()),
      'past',
    )
    await rig.store.commit(draft)
    const later = new RecentPast(rig.store, rig.clock)
    const coming = newDraft()
    assert.equal(await later.heard(CHAT, OTHER, coming), false)
    assert.equal(await later.heard(CHAT, ONE, coming), true)
    await rig.store.commit(coming)
    assert.equal(await later.heard(CHAT, ONE, newDraft()), false)
    assert.equal(await new RecentPast(rig.store, rig.clock).heard(CHAT, ONE, newDraft()), false)
  })

  test('what came first is none of the past, and what is old stays past', async () => {
    const rig = await openRig({ engine: NO_ENGINE })
    const past = new RecentPast(rig.store, rig.clock)
    const draft = newDraft()
    assert.equal(await past.heard(CHAT, ONE, draft), false)
    assert.equal(await past.told(CHAT, ONE, rig.clock.now(), draft, rig.clock.now()), 'known')
    assert.equal(await past.told(CHAT, OTHER, rig.clock.now() - 86_400_000, draft, rig.clock.now()), 'past')
    assert.deepEqual([...draft.notes.keys()], [])
    assert.equal(await past.heard(CHAT, OTHER, draft), false)
  })

  test('what was said since the linking is news, although nothing but the past brings it', async () => {
    const rig = await openRig({ engine: NO_ENGINE })
    const linkedAt = rig.clock.now() - 5_000
    await rig.store.commit({ notes: new Map([linkedAtNote(linkedAt)]) })
    const past = new RecentPast(rig.store, rig.clock)
    const draft = newDraft()
    assert.equal(await past.told(CHAT, ONE, linkedAt + 1_000, draft, rig.clock.now()), 'news')
    assert.equal(await past.told(CHAT, OTHER, linkedAt - 2_000, draft, rig.clock.now()), 'past')
    assert.equal(draft.notes.size, 1)
  })
  test('what was told in time is no less news when it could be read only hours later', async () => {
    const rig = await openRig({ engine: NO_ENGINE })
    const linkedAt = rig.clock.now()
    await rig.store.commit({ notes: new Map([linkedAtNote(linkedAt)]) })
    rig.clock.skip(3 * 86_400_000)
    const past = new RecentPast(rig.store, rig.clock)
    assert.equal(await past.told(CHAT, ONE, linkedAt + 1_000, newDraft(), linkedAt + 5_000), 'news')
    assert.equal(await past.told(CHAT, OTHER, linkedAt - 7_200_000, newDraft(), linkedAt + 5_000), 'past')
  })
})
