// Truth: what members and admins of a group may do by a linked device and by the phone, and what everybody else is refused.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Messenger } from '../../src/model/messenger.ts'
import type { AnswerOf, AskName } from '../../src/simulator/asks.ts'
import { answerTo, faultOf } from '../support/link-questions.ts'
import { ask, call, NetworkBench, type RawProcess } from '../support/simulated-network.ts'

const OWNER = '79005554001'
const MEMBER = '79005554002'
const THIRD = '79005554003'
const NOBODY = '79005550000'

let bench: NetworkBench
let server: RawProcess
/** The device of the owner, of a member, and of one who is not in the group. */
let owner: number
let member: number
let third: number
let messenger: Messenger
let group: string
let inviteLink: string

async function setUp(which: Messenger): Promise<void> {
  messenger = which
  bench = new NetworkBench()
  await bench.setUp()
  server = await bench.connect()
  owner = (await server.link(bench.url, OWNER, which)).channel
  member = (await server.link(bench.url, MEMBER, which)).channel
  third = (await server.link(bench.url, THIRD, which)).channel
  const wish = { name: 'Us', members: [`+${MEMBER}`], isSupergroup: true, autoDeleteDays: 2 }
  const made = await answer(owner, 'groups.create', wish)
  group = made.address
  inviteLink = made.inviteLink
}

function answer<Name extends AskName>(channel: number, name: Name, value: object): Promise<AnswerOf<Name>> {
  return answerTo(server, channel, name, value)
}

function fault(channel: number, name: AskName, value: object): Promise<string> {
  return faultOf(server, channel, name, value)
}

const data = (channel: number) => answer(channel, 'groups.data', { group })
const members = async () => (await data(owner)).members.map((one) => [one.phone, one.isAdmin, one.isOwner])

describe('a new group', () => {
  afterEach(() => bench.tearDown())
  const forms: [Messenger, RegExp, string, number][] = [
    ['whatsapp', /^120363\d{12}@g\.us$/, 'group', 0],
    ['v3', /^-7\d{13}$/, 'group', 0],
    ['telegram', /^-100\d{10}$/, 'supergroup', 172_800],
  ]
  for (const [which, form, type, ephemeralS] of forms)
    test(`${which}: its id, its owner, its members, and the link that only admins see`, async () => {
      await setUp(which)
      assert.match(group, form)
      assert.ok(group.length <= 24)
      const seen = await data(owner)
      assert.deepEqual(
        [seen.subject, seen.type, seen.ephemeralS, seen.inviteLink],
        ['Us', type, ephemeralS, inviteLink],
      )
      assert.equal(seen.owner, seen.subjectOwner)
      assert.deepEqual(await members(), [
        [OWNER, true, true],
        [MEMBER, false, false],
      ])
      assert.equal((await data(member)).inviteLink, '')
      assert.equal(await fault(third, 'groups.data', { group }), 'notFound')
      assert.equal(await fault(owner, 'groups.data', { group: `${group}1` }), 'notFound')
    })

  test('it is made of persons who have accounts, and on WhatsApp of somebody at all', async () => {
    await setUp('whatsapp')
    const wish = { name: 'Them', members: [NOBODY], isSupergroup: false, autoDeleteDays: 0 }
    assert.equal(await fault(owner, 'groups.create', wish), 'noAccount')
    assert.equal(await fault(owner, 'groups.create', { ...wish, members: [OWNER] }), 'refused')
    assert.equal(await fault(owner, 'groups.create', { ...wish, members: [group] }), 'invalid')
  })

  test('it outlives a restart of the network', async () => {
    await setUp('whatsapp')
    const before = await data(owner)
    const { keys } = await server.link(bench.url, OWNER)
    bench.keepAddress()
    await bench.stop()
    await bench.start()
    server = await bench.connect()
    owner = await server.open(keys)
    assert.deepEqual(await data(owner), before)
  })
})

describe('in a group', () => {
  beforeEach(() => setUp('whatsapp'))
  afterEach(() => bench.tearDown())

  test('an admin adds and removes; nobody twice, and nobody who has no account', async () => {
    const add = (whom: string) => ({ group, member: whom })
    assert.equal(await answer(owner, 'groups.add', add(THIRD)), null)
    assert.equal(await fault(owner, 'groups.add', add(THIRD)), 'refused')
    assert.equal(await fault(owner, 'groups.add', add(NOBODY)), 'noAccount')
    assert.equal((await members()).length, 3)
    assert.equal((await data(third)).subject, 'Us')
    assert.equal(await fault(member, 'groups.remove', add(THIRD)), 'refused')
    assert.equal(await answer(owner, 'groups.remove', add(THIRD)), null)
    assert.equal(await fault(owner, 'groups.remove', add(THIRD)), 'refused')
    assert.equal(await fault(owner, 'groups.remove', add(OWNER)), 'refused')
    assert.equal(await fault(third, 'groups.data', { group }), 'notFound')
  })

  test('a member may add and edit as long as the rights say so, and an admin changes these', async () => {
    assert.equal(await answer(member, 'groups.rename', { group, name: 'Ours' }), null)
    const { subject, subjectOwner } = await data(owner)
    assert.deepEqual([subject, subjectOwner], ['Ours', MEMBER])
    const rights = { allowParticipantsEditGroupSettings: false, allowParticipantsAddMembers: false }
    assert.equal(await fault(member, 'groups.rights', { group, rights }), 'refused')
    assert.equal(await answer(owner, 'groups.rights', { group, rights: { ...rights, allowAnything: true } }), null)
    const expected = { ...rights, allowParticipantsSendMessages: true, allowParticipantsPinMessages: true }
    assert.deepEqual((await data(member)).rights, expected)
    assert.equal(await fault(member, 'groups.rename', { group, name: 'Mine' }), 'refused')
    assert.equal(await fault(member, 'groups.add', { group, member: THIRD }), 'refused')
    assert.equal(await fault(member, 'chats.ephemeral', { chat: group, seconds: 86_400 }), 'refused')
    assert.equal(await answer(owner, 'chats.ephemeral', { chat: group, seconds: 86_400 }), null)
    assert.equal((await data(member)).ephemeralS, 86_400)
  })

  test('admins are made and unmade by admins, the owner by nobody', async () => {
    const admin = (whom: string, isAdmin: boolean) => ({ group, member: whom, isAdmin })
    assert.equal(await fault(member, 'groups.admin', admin(MEMBER, true)), 'refused')
    assert.equal(await fault(owner, 'groups.admin', admin(THIRD, true)), 'refused')
    assert.equal(await answer(owner, 'groups.admin', admin(MEMBER, true)), null)
    assert.equal((await data(member)).inviteLink, inviteLink)
    assert.equal(await fault(member, 'groups.admin', admin(OWNER, false)), 'refused')
    assert.equal(await answer(member, 'groups.admin', admin(MEMBER, false)), null)
    assert.deepEqual((await members())[1], [MEMBER, false, false])
  })

  test('its picture is one that was uploaded', async () => {
    const missing = { sha256: 'b'.repeat(64), size: 1 }
    assert.equal(await fault(owner, 'groups.picture', { group, file: missing }), 'notFound')
    const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(9)]).toString('base64')
    const file = (await ask(bench.url, 'POST', 'pictures', { phoneNumber: OWNER, picture })).body['picture']
    assert.equal(await answer(member, 'groups.picture', { group, file }), null)
    assert.deepEqual(await answer(owner, 'contacts.picture', { chat: group }), { kind: 'shown', file })
    assert.equal(await fault(third, 'groups.picture', { group, file }), 'notFound')
  })

  test('whoever leaves is out; the last admin leaves it to the one who is in it longest', async () => {
    assert.equal(await answer(owner, 'groups.leave', { group }), null)
    assert.equal(await fault(owner, 'groups.leave', { group }), 'notFound')
    const left = await data(member)
    assert.equal(left.owner, OWNER)
    assert.deepEqual(
      left.members.map((one) => [one.phone, one.isAdmin, one.isOwner]),
      [[MEMBER, true, false]],
    )
  })
})

describe('what a phone does in a group', () => {
  beforeEach(() => setUp('whatsapp'))
  afterEach(() => bench.tearDown())

  const move = (by: string, action: string, more = {}) => ({ by, group, action, ...more })
  const post = (path: string, body: object) => ask(bench.url, 'POST', path, body)
  const refused = async (path: string, body: object) => (await call(bench.url, 'POST', path, body)).status

  test('it adds, promotes, removes, leaves, and comes back by the invite link', async () => {
    await post('groups/members', move(OWNER, 'add', { phoneNumber: THIRD }))
    await post('groups/members', move(OWNER, 'promote', { phoneNumber: THIRD }))
    assert.deepEqual((await members())[2], [THIRD, true, false])
    await post('groups/members', move(OWNER, 'demote', { phoneNumber: THIRD }))
    assert.equal(await refused('groups/members', move(THIRD, 'remove', { phoneNumber: MEMBER })), 400)
    await post('groups/members', move(OWNER, 'remove', { phoneNumber: MEMBER }))
    await post('groups/members', move(THIRD, 'leave'))
    assert.equal((await members()).length, 1)
    const { body } = await post('groups/members', { by: THIRD, action: 'join', inviteLink })
    assert.equal(body['group'], group)
    assert.equal((await members()).length, 2)
    await post('groups/settings', { by: OWNER, group, renewInvite: true })
    assert.equal(await refused('groups/members', { by: MEMBER, action: 'join', inviteLink }), 400)
  })

  test('it sets the name, the description and the rights, under the same rules', async () => {
    const rights = { allowParticipantsEditGroupSettings: false }
    await post('groups/settings', { by: OWNER, group, name: 'New', description: 'What for', rights })
    const seen = await data(member)
    assert.deepEqual([seen.subject, seen.description], ['New', 'What for'])
    assert.equal(seen.rights.allowParticipantsEditGroupSettings, false)
    assert.equal(await refused('groups/settings', { by: MEMBER, group, name: 'No' }), 400)
    assert.equal(await refused('groups/settings', { by: THIRD, group, name: 'No' }), 400)
    assert.equal((await data(member)).subject, 'New')
  })

  test('a phone’s groups are listed with their members, on every messenger', async () => {
    const there = await post('groups', { by: OWNER, name: 'There', members: [], messenger: 'telegram' })
    const { list } = await ask(bench.url, 'GET', `groups?phone=${OWNER}`)
    assert.deepEqual(
      list.map((one) => [one['group'], one['messenger'], one['subject']]),
      [
        [group, messenger, 'Us'],
        [there.body['group'], 'telegram', 'There'],
      ],
    )
    assert.equal((list[0]?.['members'] as unknown[]).length, 2)
    assert.equal(await refused('groups', { by: NOBODY, name: 'No', members: [OWNER], messenger: 'whatsapp' }), 400)
    assert.equal(await refused('groups/members', move(OWNER, 'add')), 400)
    assert.equal(await refused('groups/members', { by: OWNER, action: 'leave' }), 400)
  })
})
