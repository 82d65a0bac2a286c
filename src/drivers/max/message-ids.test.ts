// Truth: the seam of `life.ts`: a message of ours is known to the network by another id, and by its `cid` before that is told.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MessageId } from '../../model/ids.ts'
import { DIALOG, GROUP, madeLife, PEER, type MadeLife } from '../../../test/max/support/made-life.ts'
import { newDraft, type Draft } from './life.ts'

const ID = '115000000000000001' as MessageId
const NETWORK = '116000000000000002'
const sent = { message: NETWORK, at: 1_770_000_000_000 }
const sending = { id: ID, chat: DIALOG, cid: 1_770_000_000_000 }

async function drafted(life: MadeLife, work: (draft: Draft) => unknown): Promise<Draft> {
  const draft = newDraft()
  await work(draft)
  await life.commit(draft)
  return draft
}

describe('the ids of messages on MAX', () => {
  test('lead both ways once a message of ours was taken, in the next life too', async () => {
    const life = madeLife()
    assert.equal(await life.messageIds.idOf(NETWORK), NETWORK)
    await life.messageIds.willSend(sending)
    assert.equal(await life.messageIds.networkIdOf(ID), null)
    assert.deepEqual(await life.messageIds.sendingOf(ID), { ...sending, sent: null })
    await drafted(life, (draft) => life.messageIds.didSend(ID, sent, draft))
    for (const { messageIds } of [life, madeLife(life.host.kept)]) {
      assert.equal(await messageIds.networkIdOf(ID), NETWORK)
      assert.equal(await messageIds.idOf(NETWORK), ID)
      assert.deepEqual(await messageIds.sendingOf(ID), { ...sending, sent })
    }
  })

  test('are as they are for what others wrote, and none for what is no id', async () => {
    const { messageIds } = madeLife()
    assert.equal(await messageIds.networkIdOf(NETWORK as MessageId), NETWORK)
    assert.equal(await messageIds.idOf(NETWORK), NETWORK)
    assert.equal(await messageIds.networkIdOf('3EB0C0' as MessageId), null)
    assert.equal(await messageIds.sendingOf(NETWORK as MessageId), null)
  })

  test('a message whose verdict was lost is recognised by its cid, in its chat and until it is known', async () => {
    const before = madeLife()
    await before.messageIds.willSend(sending)
    const life = madeLife(before.host.kept)
    const recognise = (cid: string | undefined, chat: string) => life.messageIds.recognise(cid, chat, sent, draft)
    const draft = newDraft()
    assert.equal(await recognise(undefined, DIALOG), null)
    assert.equal(await recognise('1', DIALOG), null)
    assert.equal(await recognise(String(sending.cid), GROUP), null)
    assert.equal(await recognise(String(sending.cid), DIALOG), ID)
    assert.equal(await recognise(String(sending.cid), DIALOG), null)
    await life.commit(draft)
    const next = madeLife(life.host.kept)
    assert.equal(await next.messageIds.networkIdOf(ID), NETWORK)
    assert.equal(await next.messageIds.recognise(String(sending.cid), DIALOG, sent, newDraft()), null)
  })

  test('an attempt that did not arrive leaves nothing', async () => {
    const life = madeLife()
    await life.messageIds.willSend(sending)
    await drafted(life, (draft) => life.messageIds.didNotSend(ID, draft))
    assert.equal(await life.messageIds.sendingOf(ID), null)
    assert.equal(life.host.kept.size, 0)
  })

  test('whoever reads up to a time has read what we sent until then, once', async () => {
    const life = madeLife()
    await life.messageIds.willSend(sending)
    await drafted(life, (draft) => life.messageIds.didSend(ID, sent, draft))
    const phone = { message: '116000000000000003', at: sent.at + 1 }
    await drafted(life, (draft) => life.messageIds.sentElsewhere(DIALOG, phone, draft))
    const read = (upTo: number, where = DIALOG) =>
      drafted(life, (draft) => life.messageIds.wasRead(where, upTo, draft)).then(({ events }) =>
        events.map((event) => event.kind === 'status' && [event.id, event.chat, event.status]),
      )
    assert.deepEqual(await read(sent.at, GROUP), [])
    assert.deepEqual(await read(sent.at - 1), [])
    assert.deepEqual(await read(sent.at), [[ID, PEER, 'read']])
    assert.deepEqual(await read(sent.at + 5), [[phone.message, PEER, 'read']])
    assert.deepEqual(await read(sent.at + 5), [])
  })

  test('a mark that came before the verdict is not lost', async () => {
    const life = madeLife()
    await life.messageIds.willSend(sending)
    await drafted(life, (draft) => life.messageIds.wasRead(DIALOG, sent.at, draft))
    const { events } = await drafted(life, (draft) => life.messageIds.didSend(ID, sent, draft))
    assert.deepEqual(
      events.map((event) => event.kind === 'status' && [event.id, event.status]),
      [[ID, 'read']],
    )
  })
})
