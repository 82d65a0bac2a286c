// Truth: the contract's groups: their eleven methods, their refusals, and who may do what, seen from the phones in them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { formOf, JPEG } from '../support/files.ts'
import { at, eventually, listIn, newPhone, objectIn, say } from '../support/road.ts'
import { room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  here = await room(server)
})
after(() => server.close())

const chatOf = (phone: string) => `${phone}@c.us`

async function groupsOf(phone: string) {
  return listIn(await server.call('GET', `/simulator/groups?phone=${phone}`))
}

test('a life: made, joined, talked in, renamed, pictured, administered, left', async () => {
  const { other, phone } = here
  const made = await here.post('createGroup', { groupName: 'Night shift', chatIds: [chatOf(other)] })
  const groupId = String(made['chatId'])
  assert.match(groupId, /@g\.us$/)
  assert.equal(made['created'], true)

  const third = newPhone()
  const link = String(made['groupInviteLink'])
  const joined = await server.simulator('groups/members', { by: third, action: 'join', inviteLink: link })
  assert.equal(joined.status, 200, joined.text)
  const said = await say(server, third, groupId, 'hello all')
  const told = await here.notified(({ idMessage }) => idMessage === said)
  assert.deepEqual([at(told, 'senderData.chatId'), at(told, 'senderData.sender')], [groupId, chatOf(third)])
  assert.equal(at(told, 'senderData.chatName'), 'Night shift')
  await here.seen(await here.send('sendMessage', { chatId: groupId, message: 'to all' }))

  assert.deepEqual(await here.post('updateGroupName', { groupId, groupName: 'Day shift' }), { updateGroupName: true })
  const { body, type } = formOf([
    { name: 'groupId', value: groupId },
    { name: 'file', value: JPEG, fileName: 'a.jpg', type: 'image/jpeg' },
  ])
  const pictured = objectIn(await server.on(here.made, 'POST', 'setGroupPicture', body, { 'content-type': type }))
  assert.deepEqual([pictured['setGroupPicture'], pictured['reason']], [true, ''])
  assert.match(String((await here.post('getAvatar', { chatId: groupId }))['urlAvatar']), /^http/)

  const member = { groupId, participantChatId: chatOf(third) }
  assert.deepEqual(await here.post('setGroupAdmin', member), { setGroupAdmin: true })
  const data = await here.post('getGroupData', { groupId })
  assert.deepEqual([data['owner'], data['subject'], data['size']], [chatOf(phone), 'Day shift', 3])
  const admins = (data['participants'] as readonly object[]).map((one) => [
    at(one, 'id'),
    at(one, 'isAdmin'),
    at(one, 'isSuperAdmin'),
  ])
  assert.deepEqual(
    new Map(admins.map(([id, ...rest]) => [id, rest])),
    new Map([
      [chatOf(phone), [true, true]],
      [chatOf(other), [false, false]],
      [chatOf(third), [true, false]],
    ]),
  )
  assert.deepEqual(await here.post('removeAdmin', member), { removeAdmin: true })
  assert.deepEqual(await here.post('removeGroupParticipant', member), { removeParticipant: true })
  assert.deepEqual(await groupsOf(third), [])
  assert.deepEqual(await here.post('leaveGroup', { groupId }), { leaveGroup: true })
  assert.deepEqual((await here.try('getGroupData', { groupId })).json, 'Error: item-not-found')
})

test('what a member may: the admins’ rights bind the others', async () => {
  const { other } = here
  const { chatId: groupId } = await here.post('createGroup', { groupName: 'News', chatIds: [chatOf(other)] })
  const rights = { allowParticipantsSendMessages: false, allowParticipantsEditGroupSettings: false }
  assert.deepEqual(await here.post('updateGroupSettings', { groupId, ...rights }), {
    updateGroupSettings: true,
    reason: '',
  })
  const said = await server.simulator('messages', { from: other, to: groupId, text: 'may I?' })
  assert.equal(said.status, 400)
  const data = await here.post('getGroupData', { groupId })
  assert.deepEqual([data['allowParticipantsSendMessages'], data['allowParticipantsEditGroupSettings']], [false, false])
})

test('refusals are 200 with false: no admin, already in, not in', async () => {
  const { other, phone } = here
  const made = await server.simulator('groups', { by: other, name: 'Theirs', members: [phone] })
  const groupId = String(objectIn(made)['group'])
  const participantChatId = chatOf(newPhone())
  for (const [method, body, answer] of [
    ['removeGroupParticipant', { groupId, participantChatId: chatOf(other) }, { removeParticipant: false }],
    ['setGroupAdmin', { groupId, participantChatId }, { setGroupAdmin: false }],
    ['removeAdmin', { groupId, participantChatId: chatOf(other) }, { removeAdmin: false }],
    ['addGroupParticipant', { groupId, participantChatId: chatOf(other) }, { addParticipant: false }],
    ['leaveGroup', { groupId: '120363000000000000@g.us' }, { leaveGroup: false }],
  ] as const) {
    assert.deepEqual(await here.post(method, body), answer, method)
  }
  // Not an admin, so it is not told the link.
  assert.equal((await here.post('getGroupData', { groupId }))['groupInviteLink'], '')
})

test('a message to a group that the account has left is notInGroup', async () => {
  const { chatId } = await here.post('createGroup', { groupName: 'Gone', chatIds: [chatOf(here.other)] })
  await here.post('leaveGroup', { groupId: chatId })
  const idMessage = await here.send('sendMessage', { chatId, message: 'anyone?' })
  await eventually(
    async () => (await here.post('getMessage', { chatId, idMessage }))['statusMessage'] === 'notInGroup',
    'the verdict',
  )
})
