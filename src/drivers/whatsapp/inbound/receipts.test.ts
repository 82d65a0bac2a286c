// Truth: the driver contract's events, and how the messenger shows the progress of a message.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BinaryNode } from '../engine/engine.ts'
import { newDraft } from '../life.ts'
import type { MessageId } from '../../../model/ids.ts'
import { followReceipts } from './receipts.ts'
import {
  GROUP,
  GROUP_DATA,
  openRig,
  OTHER,
  OWN,
  PEER,
  type Rig,
} from '../../../../test/whatsapp/support/inbound-rig.ts'
import { NO_ENGINE } from '../../../../test/whatsapp/support/no-engine.ts'

const AT = 1_760_000_000_000

function receipt(attrs: Record<string, string>, ...more: string[]): BinaryNode {
  const items = more.map((id) => ({ tag: 'item', attrs: { id } }))
  const all = { t: '1760000000', ...attrs }
  if (more.length === 0) return { tag: 'receipt', attrs: all }
  return { tag: 'receipt', attrs: all, content: [{ tag: 'list', attrs: {}, content: items }] }
}

const open = (options: Parameters<typeof openRig>[0] = {}) => openRig({ engine: NO_ENGINE, ...options })

async function known(rig: Rig): Promise<Rig> {
  const draft = newDraft()
  for (const { lid, pn } of [PEER, OTHER]) await rig.people.learn(lid, pn, draft)
  await rig.host.commit(draft)
  rig.host.begun = 0
  return rig
}

describe('receipts', () => {
  test('with one person each is a status of the message, by whichever name the receipt comes', async () => {
    const rig = await known(await open())
    const take = followReceipts(rig)
    await take(receipt({ id: 'A', from: PEER.lid }))
    await take(receipt({ id: 'A', from: PEER.pn.replace('@', ':4@'), type: 'read' }, 'B', 'C', 'B'))
    const status = (id: string, word: string) => ({ kind: 'status', id, chat: PEER.chat, status: word, at: AT })
    assert.deepEqual(rig.host.events, [
      ...[status('A', 'delivered'), status('A', 'read'), status('B', 'read'), status('C', 'read')],
    ])
  })

  test('those of one tick are one commit, and each waits for it', async () => {
    const rig = await known(await open())
    const take = followReceipts(rig)
    let isKept = false
    rig.host.afterKeeping = () => Promise.resolve().then(() => void (isKept = true))
    const all = Array.from({ length: 50 }, (_none, index) => take(receipt({ id: `A${index}`, from: PEER.pn })))
    await all[49]
    assert.deepEqual([isKept, rig.host.begun, rig.host.events.length], [true, 1, 50])
  })

  test('a commit that fails is told to each that was in it; retries and the like pass', async () => {
    const rig = await known(await open())
    const take = followReceipts(rig)
    rig.host.rejectNext(1)
    const [one, two] = await Promise.allSettled([
      take(receipt({ id: 'A', from: PEER.pn })),
      take(receipt({ id: 'B', from: PEER.pn })),
    ])
    assert.deepEqual([one.status, two.status], ['rejected', 'rejected'])
    for (const type of ['retry', 'server-error', 'sender', 'peer_msg', 'hist_sync'])
      await take(receipt({ id: 'A', from: PEER.pn, type }))
    await take(receipt({ id: 'A', from: OWN.lid }))
    assert.deepEqual([rig.host.begun, rig.host.events], [1, []])
  })

  test('in a group it is what everybody has: the last member counts', async () => {
    const rig = await known(await open())
    const take = followReceipts(rig)
    const by = (participant: string, type?: string) =>
      take(receipt({ id: 'A', from: GROUP, participant, ...(type !== undefined && { type }) }))
    await by(OWN.lid)
    await by(PEER.lid)
    await by(PEER.pn, 'read')
    assert.deepEqual(rig.host.events, [])
    await by(OTHER.pn)
    assert.deepEqual(rig.host.statuses('A'), ['delivered'])
    await by(OTHER.lid, 'read')
    await by(OTHER.lid, 'played')
    assert.deepEqual(rig.host.statuses('A'), ['delivered', 'read'])
    assert.deepEqual(rig.asked, [GROUP])
  })

  test('a group whose count another life began goes on; of one that nobody knows the first receipt tells', async () => {
    const first = await known(await open())
    await followReceipts(first)(receipt({ id: 'A', from: GROUP, participant: PEER.lid }))
    const second = await open({ kept: first.host.kept })
    await followReceipts(second)(receipt({ id: 'A', from: GROUP, participant: OTHER.lid }))
    assert.deepEqual(second.host.statuses('A'), ['delivered'])
    const unknown = await known(await open({ groups: [] }))
    await followReceipts(unknown)(receipt({ id: 'A', from: GROUP, participant: PEER.lid }))
    assert.deepEqual(unknown.host.statuses('A'), ['delivered'])
    assert.equal(GROUP_DATA.participants.length, 3)
  })

  test('the same id in two groups is two messages', async () => {
    const other = '120363043968066562@g.us'
    const rig = await known(await open({ groups: [GROUP_DATA, { ...GROUP_DATA, id: other }] }))
    const take = followReceipts(rig)
    await take(receipt({ id: 'A', from: GROUP, participant: PEER.lid }))
    await take(receipt({ id: 'A', from: other, participant: OTHER.lid }))
    assert.deepEqual(rig.host.events, [])
    await take(receipt({ id: 'A', from: GROUP, participant: OTHER.lid }))
    assert.deepEqual(rig.host.events, [{ kind: 'status', id: 'A', chat: GROUP, status: 'delivered', at: AT }])
  })

  test('of a status each viewer is told', async () => {
    const rig = await known(await open())
    const take = followReceipts(rig)
    await take(receipt({ id: 'A', from: 'status@broadcast', participant: PEER.lid, type: 'read' }))
    await take(receipt({ id: 'A', from: 'status@broadcast', participant: OWN.lid, type: 'read' }))
    assert.deepEqual(rig.host.events, [{ kind: 'receipt', id: 'A', participant: PEER.chat, status: 'read', at: AT }])
  })

  test('what was read on the phone is unread no more; what came later stays', async () => {
    const rig = await known(await open())
    const draft = newDraft()
    for (const id of ['A', 'B', 'C'] as MessageId[])
      await rig.directory.noteMessage(PEER.pn, { id, fromMe: false, at: AT }, draft)
    await rig.host.commit(draft)
    const take = followReceipts(rig)
    await take(receipt({ id: 'A', from: OWN.pn, recipient: PEER.lid, type: 'read-self' }, 'B'))
    assert.deepEqual((await rig.directory.chat(PEER.lid))?.unread, [{ id: 'C' }])
    await take(receipt({ id: 'C', from: OWN.pn, recipient: PEER.lid, type: 'read-self' }))
    assert.equal((await rig.directory.chat(PEER.pn))?.unreadCount, 0)
    assert.deepEqual(rig.host.events, [])
  })
})
