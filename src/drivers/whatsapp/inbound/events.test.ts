// Truth: what the engine tells of the past, of chats, contacts and groups, in the shapes that it tells it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../lib/until.ts'
import type { MessageId } from '../../../model/ids.ts'
import type { EngineEvents, WaHistory, WaMessageInfo } from '../engine/engine.ts'
import { followEvents, followNotifications } from './events.ts'
import { historyDrafts } from './history.ts'
import { newDraft } from '../life.ts'
import { NO_ENGINE } from '../../../../test/whatsapp/support/no-engine.ts'
import {
  GROUP,
  GROUP_DATA,
  openRig,
  OTHER,
  OWN,
  PEER,
  type Rig,
} from '../../../../test/whatsapp/support/inbound-rig.ts'

const open = () => openRig({ engine: NO_ENGINE })

/** Tells it, and waits until it is kept: by a name that is told after it. */
async function told(rig: Rig, ...all: readonly EngineEvents[]): Promise<void> {
  const follow = followEvents(rig)
  for (const events of all) follow(events)
  const marker = `marker ${Math.random()}`
  follow({ 'contacts.update': [{ id: '70000000000@s.whatsapp.net', notify: marker }] })
  await until(async () => (await rig.directory.contact('70000000000@s.whatsapp.net'))?.name === marker, 'the events')
  await until(() => rig.host.begun === rig.host.ended, 'the commits')
}

/** Keeps a piece of the past as it is told now. */
async function brought(rig: Rig, history: WaHistory): Promise<void> {
  for await (const draft of historyDrafts(rig, history, rig.clock.now())) await rig.store.commit(draft)
}

function past(id: string, at: number, key: object = {}): WaMessageInfo {
  const long = { toNumber: () => at }
  return {
    key: { remoteJid: PEER.lid, id, fromMe: false, ...key },
    message: { conversation: id },
    messageTimestamp: long,
  }
}

describe('what the engine tells', () => {
  test('the past is kept in order, in bounded commits, and nothing of it is news', async () => {
    const rig = await open()
    const messages = Array.from({ length: 450 }, (_none, index) =>
      past(`A${index}`, 1_700_000_450 - Math.floor(index / 3)),
    )
    let largest = 0
    const commit = rig.host.commit.bind(rig.host)
    rig.host.commit = (change) => {
      largest = Math.max(largest, change.events?.length ?? 0)
      return commit(change)
    }
    const chats = [
      { id: PEER.lid, unreadCount: 2, archived: true, ephemeralExpiration: 86_400, conversationTimestamp: 1 },
    ]
    const contacts = [
      { id: PEER.lid, name: 'Pete', phoneNumber: PEER.pn },
      { id: OTHER.lid, notify: 'Olga' },
    ]
    const lidPnMappings = [{ lid: OTHER.lid, pn: OTHER.pn }]
    await brought(rig, { chats, contacts, messages, lidPnMappings })
    assert.equal(rig.host.messages().length, 450)
    assert.ok(largest <= 200)
    assert.ok(rig.host.events.every((event) => event.kind === 'message' && event.isPast === true))
    const [oldest] = rig.host.messages()
    assert.deepEqual([oldest?.id, oldest?.chat.id, oldest?.chat.contactName], ['A449', PEER.chat, 'Pete'])
    const chat = await rig.directory.chat(PEER.pn)
    assert.deepEqual([chat?.unread, chat?.unreadCount], [[{ id: 'A1' }, { id: 'A0' }], 2])
    assert.deepEqual([chat?.isArchived, chat?.ephemeralS, chat?.last?.id], [true, 86_400, 'A0'])
    assert.equal((await rig.directory.contact(OTHER.pn))?.name, 'Olga')
    assert.equal(await rig.people.chatOf(OTHER.lid), OTHER.chat)
  })

  test('contacts of the past and what is unread in its chats come in bounded commits too', async () => {
    const rig = await open()
    let largest = 0
    const commit = rig.host.commit.bind(rig.host)
    rig.host.commit = (change) => {
      largest = Math.max(largest, change.secrets?.size ?? 0)
      return commit(change)
    }
    const numbers = Array.from({ length: 1_000 }, (_none, index) => `7900200${String(1_000 + index)}@s.whatsapp.net`)
    const contacts = numbers.map((id) => ({ id, name: 'Somebody' }))
    const chats = numbers.map((id) => ({ id, unreadCount: 1 }))
    const lidPnMappings = numbers.map((pn, index) => ({ lid: `${200_000_000 + index}@lid`, pn }))
    await brought(rig, { chats, contacts, messages: [], lidPnMappings })
    assert.ok(largest > 0 && largest <= 210, `${largest} at once`)
    assert.equal((await rig.directory.chat(numbers[999] ?? ''))?.unreadCount, 1)
    assert.equal((await rig.directory.contact(numbers[999] ?? ''))?.contactName, 'Somebody')
  })

  test('the past that comes again, or late, replaces nothing that is known better', async () => {
    const rig = await open()
    const old = past('OLD', 1_700_000_000)
    const history: WaHistory = {
      chats: [{ id: PEER.lid, unreadCount: 1, archived: true, muteEndTime: -1 }],
      contacts: [{ id: PEER.lid, name: 'Pete', notify: 'peter' }],
      messages: [old],
    }
    await brought(rig, history)
    await told(rig, {
      'contacts.upsert': [{ id: PEER.lid, name: 'Peter' }],
      'chats.update': [{ id: PEER.lid, archived: false, muteEndTime: null, unreadCount: 0 }],
    })
    const draft = newDraft()
    await rig.directory.noteMessage(PEER.lid, { id: 'NEW' as MessageId, fromMe: false, at: rig.clock.now() }, draft)
    await rig.store.commit(draft)
    const known = [await rig.directory.chat(PEER.lid), await rig.directory.contact(PEER.lid)]
    await brought(rig, history)
    assert.deepEqual([await rig.directory.chat(PEER.lid), await rig.directory.contact(PEER.lid)], known)
    assert.deepEqual([known[0]?.name, known[1]?.name], [undefined, 'peter'])
  })

  test('own messages of the past are outgoing; what is no message is left out', async () => {
    const rig = await open()
    const none: WaMessageInfo[] = [
      { key: {}, message: { conversation: 'x' }, messageTimestamp: 1 },
      { key: { remoteJid: PEER.pn, id: 'S' }, messageTimestamp: 1 },
      past('T', Number.NaN),
    ]
    const own = past('O', 1_700_000_000, { fromMe: true })
    const inGroup = past('G', 1_700_000_001, { remoteJid: GROUP, participant: PEER.lid })
    await brought(rig, { chats: [], contacts: [], messages: [...none, own, inGroup] })
    assert.deepEqual(
      rig.host.messages().map(({ id, direction, chat, author }) => [id, direction, chat.id, author.id]),
      [
        ['O', 'out', PEER.lid, '79001000001@c.us'],
        ['G', 'in', GROUP, PEER.lid],
      ],
    )
  })

  test('a commit that fails is tried again', async () => {
    const rig = await open()
    const commit = rig.host.commit.bind(rig.host)
    let rejections = 2
    rig.host.commit = (change) => (rejections-- > 0 ? Promise.reject(new Error('the disk is full')) : commit(change))
    followEvents(rig)({ 'contacts.upsert': [{ id: PEER.pn, name: 'Pete' }] })
    await until(() => {
      rig.clock.skip(1_000)
      return rig.host.kept.has(`contact|${PEER.pn}`)
    }, 'the contact')
  })

  test('the address book, profiles, archive, mute and reading', async () => {
    const rig = await open()
    const read = { id: PEER.pn, unreadCount: 0 }
    await told(
      rig,
      { 'contacts.upsert': [{ id: PEER.pn, name: 'Pete', lid: PEER.lid }] },
      { 'contacts.update': [{ id: PEER.lid, notify: 'Peter' }, { id: OWN.pn, notify: 'me' }, { id: GROUP }] },
    )
    await brought(rig, { chats: [{ id: PEER.pn, unreadCount: 3 }], contacts: [], messages: [] })
    await told(rig, {
      'chats.update': [
        { id: PEER.lid, archived: true, muteEndTime: -1 },
        { id: PEER.pn, unreadCount: 5 },
      ],
    })
    assert.deepEqual(await rig.directory.contact(PEER.pn), { name: 'Peter', contactName: 'Pete' })
    const chat = await rig.directory.chat(PEER.lid)
    assert.deepEqual([chat?.isArchived, chat?.unreadCount], [true, 3])
    assert.ok((chat?.mutedUntil ?? 0) > rig.clock.now())
    await told(rig, { 'chats.update': [read, { id: PEER.pn, muteEndTime: null }] })
    const after = await rig.directory.chat(PEER.pn)
    assert.deepEqual([after?.unreadCount, after?.mutedUntil], [0, 0])
  })

  test('a group follows its members and its name, and is forgotten when the account comes or goes', async () => {
    const rig = await open()
    const members = (action: string, ...participants: string[]) => ({
      'group-participants.update': { id: GROUP, participants, action },
    })
    await told(rig, { 'groups.upsert': [GROUP_DATA] })
    await told(rig, members('remove', PEER.pn), members('promote', OTHER.pn), {
      'groups.update': [{ id: GROUP, subject: 'Two' }],
    })
    const group = await rig.directory.group(GROUP)
    assert.deepEqual(
      [group?.subject, group?.participants.map(({ id, admin }) => [id, admin ?? null])],
      [
        'Two',
        [
          [OWN.lid, 'superadmin'],
          [OTHER.lid, 'admin'],
        ],
      ],
    )
    await told(rig, {
      'group-participants.update': { id: GROUP, action: 'add', participants: [{ id: PEER.lid, phoneNumber: PEER.pn }] },
    })
    assert.equal((await rig.directory.group(GROUP))?.participants.length, 3)
    assert.equal(await rig.people.chatOf(PEER.lid), PEER.chat)
    assert.deepEqual(rig.asked, [])
    await told(rig, members('remove', OWN.lid))
    await rig.directory.group(GROUP)
    assert.deepEqual(rig.asked, [GROUP])
  })

  test('of a group of which a change is announced nothing is kept until the change came', async () => {
    const rig = await open()
    await told(rig, { 'groups.upsert': [GROUP_DATA] })
    const announced = followNotifications(rig)
    await announced({ tag: 'notification', attrs: { type: 'picture', from: GROUP } })
    assert.ok(rig.host.kept.has(`group|${GROUP}`))
    await announced({ tag: 'notification', attrs: { type: 'w:gp2', from: GROUP } })
    assert.ok(!rig.host.kept.has(`group|${GROUP}`))
    await told(rig, { 'groups.update': [{ id: GROUP, announce: true }] })
    assert.ok(rig.host.kept.has(`group|${GROUP}`))
  })
})
