// Truth: what the network told of chats, contacts and groups is there in the next life, under either name of a person.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { MessageId } from '../../model/ids.ts'
import { openDirectory } from './directory.ts'
import { NO_ENGINE } from '../../../test/whatsapp/support/no-engine.ts'
import { commit, GROUP, GROUP_DATA, openRig, PEER, type Rig } from '../../../test/whatsapp/support/inbound-rig.ts'
import { newDraft } from './life.ts'

const open = (options: Parameters<typeof openRig>[0] = {}) => openRig({ engine: NO_ENGINE, ...options })
const said = (id: string, at: number, fromMe = false) => ({ id: id as MessageId, at, fromMe })

async function note(rig: Rig, work: (draft: ReturnType<typeof newDraft>) => Promise<void>): Promise<number> {
  const draft = newDraft()
  await work(draft)
  await commit(rig, draft)
  return draft.secrets.size
}

describe('the directory', () => {
  test('a chat keeps what is unread and its last message, for the next life too', async () => {
    const rig = await open()
    await note(rig, (draft) => rig.directory.noteMessage(GROUP, { ...said('A', 2_000), participant: PEER.lid }, draft))
    await note(rig, (draft) => rig.directory.noteMessage(GROUP, said('B', 3_000, true), draft))
    await note(rig, (draft) => rig.directory.noteMessage(GROUP, said('C', 1_000), draft))
    const expected = {
      ...{ at: 3_000, unread: [{ id: 'A', participant: PEER.lid }, { id: 'C' }], unreadCount: 2 },
      last: { id: 'B', fromMe: true, at: 3_000 },
    }
    assert.deepEqual(await rig.directory.chat(GROUP), expected)
    const next = await open({ kept: rig.host.kept })
    assert.deepEqual([...(await next.directory.chats())], [[GROUP, expected]])
    await note(next, (draft) => next.directory.noteRead(GROUP, draft))
    assert.deepEqual((await next.directory.chat(GROUP))?.unread, [])
    assert.equal(await note(next, (draft) => next.directory.noteRead(GROUP, draft)), 0)
  })

  test('of what is unread only the last hundred are kept, and all are counted', async () => {
    const rig = await open()
    for (let index = 0; index < 150; index += 1)
      await note(rig, (draft) => rig.directory.noteMessage(PEER.pn, said(`A${index}`, index), draft))
    const chat = await rig.directory.chat(PEER.pn)
    assert.deepEqual([chat?.unread.length, chat?.unread[0]?.id, chat?.unreadCount], [100, 'A50', 150])
  })

  test('a record that was begun under the hiding id goes on under the number once that is known', async () => {
    const rig = await open()
    await note(rig, (draft) => rig.directory.noteContact(PEER.lid, { name: 'Peter' }, draft))
    await note(rig, (draft) => rig.people.learn(PEER.lid, PEER.pn, draft))
    assert.deepEqual(await rig.directory.contact(PEER.pn), { name: 'Peter' })
    await note(rig, (draft) => rig.directory.noteContact(PEER.pn, { contactName: 'Pete' }, draft))
    assert.deepEqual([...(await rig.directory.contacts())], [[PEER.pn, { name: 'Peter', contactName: 'Pete' }]])
    assert.deepEqual(await rig.directory.contact(PEER.lid), { name: 'Peter', contactName: 'Pete' })
  })

  test('what changes nothing is not written, and an empty name is no name', async () => {
    const rig = await open()
    await note(rig, (draft) => rig.directory.noteName(PEER.pn, 'Peter', draft))
    assert.equal(await note(rig, (draft) => rig.directory.noteName(PEER.pn, 'Peter', draft)), 0)
    assert.equal(await note(rig, (draft) => rig.directory.noteName(PEER.pn, ' ', draft)), 0)
    await note(rig, (draft) => rig.directory.noteChat(GROUP, { isArchived: true }, draft))
    assert.equal(await note(rig, (draft) => rig.directory.noteChat(GROUP, { isArchived: true }, draft)), 0)
    await note(rig, (draft) => rig.directory.noteName(PEER.pn, 'x'.repeat(9_999), draft))
    assert.equal((await rig.directory.contact(PEER.pn))?.name?.length, 256)
  })

  test('a group is asked for once, by however many at once, and kept', async () => {
    const rig = await open()
    const both = await Promise.all([rig.directory.group(GROUP), rig.directory.group(GROUP)])
    assert.deepEqual(both, [GROUP_DATA, GROUP_DATA])
    await turn()
    const next = await open({ kept: rig.host.kept })
    assert.deepEqual([await next.directory.group(GROUP), rig.asked, next.asked], [GROUP_DATA, [GROUP], []])
  })

  test('one of which the network tells nothing is asked for again only later; nobody waits long for it', async () => {
    const rig = await open({ groups: [] })
    assert.equal(await rig.directory.group(GROUP), null)
    assert.equal(await rig.directory.group(GROUP), null)
    assert.equal(rig.asked.length, 1)
    rig.clock.skip(300_000)
    await rig.directory.group(GROUP)
    assert.equal(rig.asked.length, 2)
    const askGroup = () => new Promise<never>(() => undefined)
    const silent = openDirectory({ store: rig.store, people: rig.people, clock: rig.clock, askGroup })
    const asked = silent.group(GROUP)
    await turn()
    rig.clock.skip(3_000)
    assert.equal(await asked, null)
  })

  test('a change that was announced is not believed by the next life, unless it came', async () => {
    const rig = await open()
    await rig.directory.group(GROUP)
    await turn()
    await note(rig, (draft) => rig.directory.doubtGroup(GROUP, draft))
    assert.equal((await rig.directory.group(GROUP))?.subject, 'Friends')
    const next = await open({ kept: new Map(rig.host.kept) })
    await next.directory.group(GROUP)
    assert.deepEqual(next.asked, [GROUP])
    const renamed = { ...GROUP_DATA, subject: 'Enemies' }
    await note(rig, (draft) => rig.directory.noteGroup(GROUP, () => renamed, draft))
    const last = await open({ kept: rig.host.kept })
    assert.deepEqual([(await last.directory.group(GROUP))?.subject, last.asked], ['Enemies', []])
    await note(last, (draft) => last.directory.noteGroup(GROUP, () => null, draft))
    await last.directory.group(GROUP)
    assert.deepEqual(last.asked, [GROUP])
  })

  test('what is kept and makes no sense is as if it were not there', async () => {
    const kept = new Map(
      [`chat|${PEER.pn}`, `contact|${PEER.pn}`, `group|${GROUP}`].map((name) => [name, Buffer.from('{"u":7}')]),
    )
    const rig = await open({ kept, groups: [] })
    assert.deepEqual([await rig.directory.chat(PEER.pn), await rig.directory.group(GROUP)], [null, null])
    assert.equal((await rig.directory.chats()).size, 0)
  })
})
