// Truth: the contract's polls, votes, reactions, edits, deletions and forwards, in both directions, from the API to a phone and back.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sayContent } from '../support/files.ts'
import { at, eventually, messagesOn, say } from '../support/road.ts'
import { room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  here = await room(server)
})
after(() => server.close())

const isType = (typeMessage: string) => (body: object) => at(body, 'messageData.typeMessage') === typeMessage
const journalOf = async (id: string) => here.post('getMessage', { chatId: here.chatId, idMessage: id })

describe('polls', () => {
  const options = [{ optionName: 'Monday' }, { optionName: 'Friday' }]

  test('one that is sent is voted on, and each vote tells the whole count', async () => {
    const { chatId, other, phone } = here
    const poll = await here.send('sendPoll', { chatId, message: 'When?', options, multipleAnswers: true })
    await here.seen(poll)
    await here.notified(isType('pollMessage'))
    await sayContent(server, other, phone, { kind: 'vote', poll, choices: ['Friday'] })
    const vote = await here.notified(isType('pollUpdateMessage'))
    const data = at(vote, 'messageData.pollMessageData')
    assert.equal(vote['typeWebhook'], 'incomingMessageReceived')
    assert.deepEqual([at(data, 'stanzaId'), at(data, 'name'), at(data, 'multipleAnswers')], [poll, 'When?', true])
    assert.deepEqual(at(data, 'votes'), [
      { optionName: 'Monday', optionVoters: [] },
      { optionName: 'Friday', optionVoters: [chatId] },
    ])
    const row = await journalOf(String(vote['idMessage']))
    assert.equal(row['typeMessage'], 'pollUpdateMessage')
    await sayContent(server, other, phone, { kind: 'vote', poll, choices: [] })
    const withdrawn = await here.notified(isType('pollUpdateMessage'))
    assert.deepEqual(at(withdrawn, 'messageData.pollMessageData.votes')?.constructor, Array)
    assert.ok(!JSON.stringify(at(withdrawn, 'messageData')).includes(chatId))
  })

  test('one that comes in is told with its options; what is no poll is refused', async () => {
    const { chatId, other, phone } = here
    await sayContent(server, other, phone, { kind: 'poll', question: 'Tea?', options: ['yes', 'no'] })
    const told = await here.notified(isType('pollMessage'))
    assert.deepEqual(at(told, 'messageData.pollMessageData'), {
      name: 'Tea?',
      options: [{ optionName: 'yes' }, { optionName: 'no' }],
      multipleAnswers: false,
    })
    const one = options.slice(0, 1)
    for (const bad of [one, [...options, ...one], Array.from({ length: 13 }, (_, i) => ({ optionName: String(i) }))]) {
      assert.equal((await here.try('sendPoll', { chatId, message: 'x', options: bad })).status, 400)
    }
  })
})

test('a reaction comes in and is withdrawn; it names what it is about', async () => {
  const { chatId, other, phone } = here
  const target = await here.send('sendMessage', { chatId, message: 'look' })
  await here.seen(target)
  for (const emoji of ['👍', '']) {
    const id = await sayContent(server, other, phone, { kind: 'reaction', target, emoji })
    const told = await here.notified(isType('reactionMessage'))
    assert.deepEqual(
      [at(told, 'messageData.extendedTextMessageData.text'), at(told, 'messageData.quotedMessage.stanzaId')],
      [emoji, target],
    )
    assert.deepEqual((await journalOf(id))['extendedTextMessageData'], { text: emoji })
  }
})

describe('edits', () => {
  test('by the API: the phone shows it, the id stays, the journal has both, and it is told', async () => {
    const { chatId } = here
    const id = await here.send('sendMessage', { chatId, message: 'frist' })
    await here.seen(id)
    assert.deepEqual(await here.post('editMessage', { chatId, idMessage: id, message: 'first' }), { idMessage: id })
    assert.equal((await here.seen(id, ({ isEdited }) => isEdited === true))['text'], 'first')
    const told = await here.notified(isType('editedMessage'))
    assert.equal(told['typeWebhook'], 'outgoingAPIMessageReceived')
    assert.deepEqual(at(told, 'messageData.editedMessageData'), { textMessage: 'first', stanzaId: id })
    assert.equal((await journalOf(id))['isEdited'], true)
    const entry = await journalOf(String(told['idMessage']))
    assert.deepEqual([entry['typeMessage'], entry['editedMessageId']], ['editedMessage', id])
  })

  test('by the other side', async () => {
    const { other, phone } = here
    const target = await say(server, other, phone, 'wrogn')
    await sayContent(server, other, phone, { kind: 'edit', target, text: 'wrong' })
    const told = await here.notified(isType('editedMessage'))
    assert.equal(told['typeWebhook'], 'incomingMessageReceived')
    assert.deepEqual(at(told, 'messageData.editedMessageData'), { textMessage: 'wrong', stanzaId: target })
    assert.equal((await journalOf(target))['isEdited'], true)
  })

  test('what is not there or another’s is refused', async () => {
    const { chatId, other, phone } = here
    const theirs = await say(server, other, phone, 'mine')
    await here.notified(({ idMessage }) => idMessage === theirs)
    for (const idMessage of [theirs, '3EB0000000000000000000']) {
      assert.equal((await here.try('editMessage', { chatId, idMessage, message: 'x' })).status, 400)
    }
  })
})

describe('deletions', () => {
  test('for everyone: gone from the phone, marked in the journal, told', async () => {
    const { chatId } = here
    const id = await here.send('sendMessage', { chatId, message: 'oops' })
    await here.seen(id)
    assert.equal((await here.try('deleteMessage', { chatId, idMessage: id })).text, '')
    await here.seen(id, ({ isDeleted }) => isDeleted === true)
    const told = await here.notified(isType('deletedMessage'))
    assert.deepEqual(at(told, 'messageData.deletedMessageData'), { stanzaId: id })
    assert.equal((await journalOf(id))['isDeleted'], true)
  })

  test('from the own devices alone: the other still reads it', async () => {
    const { chatId, phone } = here
    const id = await here.send('sendMessage', { chatId, message: 'stays there' })
    await here.seen(id)
    await here.try('deleteMessage', { chatId, idMessage: id, onlySenderDelete: true })
    await eventually(async () => (await journalOf(id))['isDeleted'] === true, 'marked')
    assert.equal((await here.seen(id))['text'], 'stays there')
    assert.ok((await messagesOn(server, phone)).every((message) => message['id'] !== id))
    await here.notified(isType('deletedMessage'))
  })

  test('by the other side', async () => {
    const { other, phone } = here
    const target = await say(server, other, phone, 'never mind')
    await sayContent(server, other, phone, { kind: 'deletion', target })
    const told = await here.notified(isType('deletedMessage'))
    assert.equal(at(told, 'messageData.deletedMessageData.stanzaId'), target)
    const row = await journalOf(target)
    assert.deepEqual([row['isDeleted'], row['textMessage']], [true, 'never mind'])
  })
})

describe('forwards', () => {
  test('each message goes with a new id, in order, one step further from its source', async () => {
    const { chatId } = here
    const one = await here.send('sendMessage', { chatId, message: 'one' })
    const two = await here.send('sendLocation', { chatId, latitude: 1, longitude: 2, nameLocation: 'Here' })
    await here.seen(two)
    const body = { chatId, chatIdFrom: chatId, messages: [one, two] }
    const ids = (await here.post('forwardMessages', body))['messages'] as readonly string[]
    assert.equal(new Set([one, two, ...ids]).size, 4)
    const seen = await Promise.all(ids.map((id) => here.seen(id)))
    assert.deepEqual(
      seen.map(({ kind, forwardingScore }) => [kind, forwardingScore]),
      [
        ['text', 1],
        ['location', 1],
      ],
    )
    const row = await journalOf(ids[0] ?? '')
    assert.deepEqual([row['typeMessage'], at(row, 'extendedTextMessage.isForwarded')], ['extendedTextMessage', true])
  })

  test('an id that nobody knows has an id all the same, and fails', async () => {
    const { chatId } = here
    const body = { chatId, chatIdFrom: chatId, messages: ['3EB0000000000000000000'] }
    const [id = ''] = (await here.post('forwardMessages', body))['messages'] as readonly string[]
    assert.equal((await journalOf(id))['statusMessage'], 'failed')
  })
})

test('buttons and lists arrive, and what is tapped comes back', async () => {
  const { chatId, other, phone } = here
  const sends: readonly (readonly [string, object, string, string])[] = [
    [
      'sendInteractiveButtonsReply',
      { body: 'b', buttons: [{ buttonId: '7', buttonText: 'Yes' }] },
      '7',
      'templateButtonsReplyMessage',
    ],
    ['sendButtons', { message: 'm', buttons: [{ buttonId: '8', buttonText: 'Yes' }] }, '8', 'buttonsResponseMessage'],
    [
      'sendTemplateButtons',
      { message: 'm', templateButtons: [{ index: 1, quickReplyButton: { displayText: 'Y', id: '9' } }] },
      '9',
      'templateButtonsReplyMessage',
    ],
    [
      'sendListMessage',
      { message: 'm', sections: [{ title: 's', rows: [{ title: 'r', rowId: '10' }] }] },
      '10',
      'listResponseMessage',
    ],
  ]
  for (const [method, body, id, type] of sends) {
    const target = await here.send(method, { chatId, ...body })
    await here.seen(target)
    await sayContent(server, other, phone, { kind: 'choice', target, id })
    const told = await here.notified(isType(type))
    assert.match(JSON.stringify(told['messageData']), new RegExp(`"${id}"`), method)
  }
})
