// Truth: persons have one number and one id that hides it; neither is ever made from the other.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ChatId } from '../../model/ids.ts'
import { plainJid } from './jids.ts'
import { NO_ENGINE } from '../../../test/whatsapp/support/no-engine.ts'
import { commit, openRig, OTHER, OWN, PEER } from '../../../test/whatsapp/support/inbound-rig.ts'
import { newDraft } from './life.ts'

const open = (options: Parameters<typeof openRig>[0] = {}) => openRig({ engine: NO_ENGINE, ...options })

describe('people', () => {
  test('who is known by both names is told by the number, or by the id that hides it where that is wished', async () => {
    for (const hidesNumbers of [false, true]) {
      const rig = await open({ hidesNumbers })
      const draft = newDraft()
      await rig.people.learn(PEER.lid.replace('@', ':7@'), PEER.pn.replace('@', ':0@'), draft)
      await commit(rig, draft)
      const chat = hidesNumbers ? PEER.lid : PEER.chat
      for (const jid of [PEER.pn, PEER.lid, PEER.pn.replace('@', ':12@')])
        assert.equal(await rig.people.chatOf(jid), chat)
      assert.equal(await rig.people.phoneOf(PEER.lid), '79001000002')
      assert.deepEqual(await rig.people.namesOf(PEER.lid), [PEER.lid, PEER.pn])
      assert.deepEqual(await rig.people.namesOf(PEER.pn), [PEER.pn, PEER.lid])
    }
  })

  test('the next life knows it, as does the engine, which keeps the same pairs', async () => {
    const first = await open()
    const draft = newDraft()
    await first.people.learn(PEER.lid, PEER.pn, draft)
    await commit(first, draft)
    assert.equal(Buffer.from(first.host.kept.get('lid-mapping|79001000002') ?? []).toString(), '"100200300400002"')
    const second = await open({ kept: first.host.kept })
    assert.equal(await second.people.chatOf(PEER.lid), PEER.chat)
    const again = newDraft()
    await second.people.learn(PEER.lid, PEER.pn, again)
    assert.equal(again.secrets.size, 0)
  })

  test('the name that comes along is believed without having been learned', async () => {
    const shown = await open()
    assert.equal(await shown.people.chatOf(OTHER.lid, OTHER.pn), OTHER.chat)
    const hidden = await open({ hidesNumbers: true })
    assert.equal(await hidden.people.chatOf(OTHER.pn, OTHER.lid), OTHER.lid)
  })

  test('who is not known keeps the name he came by; the own account is known', async () => {
    const rig = await open()
    assert.equal(await rig.people.chatOf(OTHER.lid), OTHER.lid)
    assert.equal(await rig.people.phoneOf(OTHER.lid), '')
    assert.equal(await rig.people.chatOf(OWN.lid), '79001000001@c.us')
    assert.ok(rig.people.isOwn(OWN.lid.replace('@', ':5@')))
    assert.ok(!rig.people.isOwn(''))
    assert.ok(!rig.people.isOwn(PEER.pn))
  })

  test('a number that got another owner is told by the newer pair', async () => {
    const rig = await open({ hidesNumbers: true })
    for (const { lid } of [PEER, OTHER]) {
      const draft = newDraft()
      await rig.people.learn(lid, PEER.pn, draft)
      await commit(rig, draft)
    }
    assert.equal(await rig.people.chatOf(PEER.pn), OTHER.lid)
  })

  test('chat ids of ours become the names of the network', async () => {
    const { people } = await open()
    const pairs = [
      [PEER.chat, PEER.pn],
      [PEER.lid, PEER.lid],
      ['120363043968066561@g.us', '120363043968066561@g.us'],
      ['79001000001-1500000000@g.us', '79001000001-1500000000@g.us'],
      ['status@broadcast', 'status@broadcast'],
    ] as const
    for (const [chat, jid] of pairs) assert.equal(await people.jidOf(chat as ChatId), jid)
  })

  test('a name has one plain form, and no text makes reading it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(PEER.pn, '7:1@lid', '7_1:2@s.whatsapp.net', '7@hosted', '7@c.us')),
        (jid) => {
          const plain = plainJid(jid)
          assert.equal(plainJid(plain), plain)
          assert.ok(!plain.includes(':'))
        },
      ),
    )
  })
})
