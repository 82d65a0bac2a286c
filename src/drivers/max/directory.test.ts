// Truth: what the network told of chats and persons is there in the next life; dialogs are the two persons' ids, one XOR the other (our notes of the protocol, B2.4).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { ChatId } from '../../model/ids.ts'
import { DIALOG, GROUP, madeLife, OTHER, PEER, SELF, type MadeLife } from '../../../test/max/support/made-life.ts'
import { newDraft, type Draft } from './life.ts'
import { CHAT_INFO, CONTACTS } from './wire/opcodes.ts'

async function note(life: MadeLife, work: (draft: Draft) => Promise<void>): Promise<number> {
  const draft = newDraft()
  await work(draft)
  await life.commit(draft)
  return draft.secrets.size
}

const names = [
  { name: 'Pete', type: 'CUSTOM' },
  { firstName: 'Peter', lastName: 'Ivanov', type: 'ONEME' },
]

describe('the directory of MAX', () => {
  test('keeps persons and chats for the next life, and writes nothing that is known', async () => {
    const life = madeLife()
    const contact = { id: PEER, names, phone: '79001000002', baseUrl: 'https://i.example/1' }
    assert.equal(await note(life, (draft) => life.directory.noteContact(contact, draft)), 1)
    assert.equal(await note(life, (draft) => life.directory.noteContact(contact, draft)), 0)
    const chat = { id: GROUP, type: 'CHAT', title: 'Friends', newMessages: 3, lastEventTime: 5_000 }
    await note(life, (draft) => life.directory.noteChat({ ...chat, participants: { [SELF]: 4_000 } }, draft))
    await note(life, (draft) => life.directory.noteChange(GROUP, { last: { message: '7', at: 4_500 } }, draft))
    const next = madeLife(life.host.kept)
    const person = {
      name: 'Peter Ivanov',
      contactName: 'Pete',
      phone: '79001000002',
      pictureUrl: 'https://i.example/1',
    }
    assert.deepEqual([...(await next.directory.persons())], [[PEER, person]])
    const kept = {
      ...{ type: 'CHAT', title: 'Friends', at: 5_000, unread: 3, readTo: 4_000 },
      last: { message: '7', at: 4_500 },
    }
    assert.deepEqual(await next.directory.chat(GROUP), kept)
    assert.equal(await note(next, (draft) => next.directory.noteChat(chat, draft)), 0)
    await note(next, (draft) => next.directory.noteChat({ id: GROUP, status: 'REMOVED' }, draft))
    assert.equal(await madeLife(life.host.kept).directory.chat(GROUP), null)
  })

  test('takes of names and numbers what can be some', async () => {
    const { directory } = madeLife()
    const hostile = { name: `\0${'x'.repeat(1_000)}`, type: 'ONEME' }
    const contact = { id: PEER, names: [hostile], phone: 'call me', baseUrl: 'javascript:alert(1)' }
    await directory.noteContact(contact, newDraft())
    const person = { name: 'x'.repeat(256), contactName: '', phone: '', pictureUrl: '' }
    assert.deepEqual(await directory.person(PEER), person)
    await directory.noteContactName(PEER, 'Pete', newDraft())
    assert.equal((await directory.person(PEER))?.contactName, 'Pete')
    await directory.noteContactName(PEER, null, newDraft())
    assert.deepEqual(await directory.person(PEER), person)
  })

  test('asks for strangers once and all together, and goes on when nobody answers', async () => {
    const life = madeLife()
    const { directory, network, clock } = life
    const asked: unknown[] = []
    network.answers(CONTACTS.opcode, ({ contactIds }) => {
      asked.push(contactIds)
      return { contacts: [{ id: Number(PEER), names }] }
    })
    await Promise.all([directory.meet([PEER, OTHER]), directory.meet([PEER, OTHER])])
    assert.deepEqual(await directory.party(PEER as ChatId), { id: PEER, name: 'Peter Ivanov', contactName: 'Pete' })
    assert.deepEqual(await directory.party(OTHER as ChatId), { id: OTHER, name: '', contactName: '' })
    assert.deepEqual(asked, [[PEER, OTHER]])
    clock.skip(300_000)
    network.isSilent = true
    const waiting = directory.party(OTHER as ChatId)
    while (network.count(CONTACTS.opcode) < 2) await turn()
    clock.skip(3_000)
    assert.equal((await waiting).name, '')
  })

  test('names a group by its title, and asks for one that it does not know', async () => {
    const { directory, network } = madeLife()
    network.answers(CHAT_INFO.opcode, () => ({ chats: [{ id: Number(GROUP), type: 'CHAT', title: 'Friends' }] }))
    const party = { id: GROUP, name: 'Friends', contactName: '' }
    assert.deepEqual(await directory.party(GROUP as ChatId), party)
    assert.deepEqual(await directory.party(GROUP as ChatId), party)
    assert.equal(network.count(CHAT_INFO.opcode), 1)
  })
})

describe('the addresses of MAX', () => {
  test('lead from a person to the dialog and back; groups are what they are, and what was saved is oneself', async () => {
    const { addresses } = madeLife()
    for (const [chat, network] of [
      [PEER, DIALOG],
      [GROUP, GROUP],
      [SELF, '0'],
    ] as const) {
      assert.equal(await addresses.networkIdOf(chat as ChatId), network)
      assert.equal(await addresses.chatIdOf(network), chat)
    }
    // Of our notes: a published triple of ids.
    assert.equal(await addresses.networkIdOf('0' as ChatId), '0')
  })

  test('follow the network where it calls a dialog otherwise, in the next life too', async () => {
    const life = madeLife()
    const odd = { id: '777', type: 'DIALOG', participants: { [SELF]: 0, [PEER]: 0 } }
    assert.equal(await life.addresses.networkIdOf(PEER as ChatId), DIALOG)
    await note(life, (draft) => life.directory.noteChat(odd, draft))
    for (const { addresses } of [life, madeLife(life.host.kept)]) {
      assert.equal(await addresses.chatIdOf('777'), PEER)
      assert.equal(await addresses.networkIdOf(PEER as ChatId), '777')
    }
  })
})
