// Truth: the types of the vendor's newer clients: every kind of notification that they declare comes, and comes as they declare it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Compile } from 'typebox/compile'
import { fileOn, sayContent } from '../support/files.ts'
import { at, say, takeAll, type Json } from '../support/road.ts'
import { ALL_WEBHOOKS, room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { KNOWN_KINDS, VENDOR_NOTIFICATION } from '../support/vendor-notifications.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  here = await room(server, ALL_WEBHOOKS)
})
after(() => server.close())

test('every kind that their types know is sent, incoming and outgoing, in the shape that they declare', async () => {
  const { other, phone, chatId } = here
  const file = await fileOn(server)
  const preview = { title: 't', description: 'd', link: 'example.org', jpegThumbnail: '', urlFile: '', size: 'small' }
  const poll = await here.send('sendPoll', {
    chatId,
    message: 'When?',
    options: [{ optionName: 'a' }, { optionName: 'b' }],
  })
  const replyButtons = await here.send('sendInteractiveButtonsReply', {
    chatId,
    body: 'b',
    buttons: [{ buttonId: '1', buttonText: 'x' }],
  })
  await here.seen(replyButtons)
  const button = { text: 'x' }
  const contents = (target: string): readonly object[] => [
    { kind: 'text', text: 'https://example.org', preview },
    ...['image', 'video', 'document', 'audio', 'sticker'].map((type) => ({ kind: 'file', type, file })),
    { kind: 'location', latitude: 1, longitude: 2 },
    { kind: 'contacts', contacts: [{ displayName: 'A' }] },
    { kind: 'contacts', contacts: [{ displayName: 'A' }, { displayName: 'B' }] },
    { kind: 'vote', poll, choices: ['a'] },
    { kind: 'reaction', target, emoji: '👍' },
    { kind: 'buttons', style: 'plain', body: 'b', buttons: [button] },
    { kind: 'buttons', style: 'template', body: 'b', buttons: [button] },
    { kind: 'buttons', body: 'b', buttons: [button] },
    { kind: 'list', body: 'b', sections: [{ title: 's', rows: [{ title: 'r' }] }] },
    { kind: 'groupInvite', group: '120363041234567890@g.us', code: 'c' },
    { kind: 'edit', target, text: 'better' },
    { kind: 'deletion', target },
  ]
  for (const [from, to] of [
    [other, phone],
    [phone, other],
  ] as const) {
    const target = await say(server, from, to, 'plain')
    await say(server, from, to, 'a reply', { quotedId: target })
    for (const content of contents(target)) await sayContent(server, from, to, content)
  }
  await sayContent(server, other, phone, { kind: 'choice', target: replyButtons, id: '1' })
  await server.simulator('calls', { from: other, to: phone, status: 'hungUp' })
  const last = await say(server, other, phone, 'the end')

  const bodies: Json[] = []
  await here.notified((body) => {
    bodies.push(body)
    return body['idMessage'] === last
  })
  bodies.push(...(await takeAll(server, here.made)))
  const isDeclared = Compile(VENDOR_NOTIFICATION)
  const odd = bodies.filter((body) => !isDeclared.Check(body))
  // Younger than these types.
  assert.deepEqual(
    odd.filter(({ typeWebhook }) => typeWebhook !== 'outgoingCall'),
    [],
  )
  const came = (typeWebhook: string) =>
    new Set(
      bodies.filter((body) => body['typeWebhook'] === typeWebhook).map((body) => at(body, 'messageData.typeMessage')),
    )
  const incoming = came('incomingMessageReceived')
  const either = new Set([...incoming, ...came('outgoingMessageReceived'), ...came('outgoingAPIMessageReceived')])
  assert.deepEqual(
    KNOWN_KINDS.filter((kind) => !either.has(kind)),
    [],
  )
  assert.deepEqual(
    KNOWN_KINDS.filter((kind) => kind !== 'pollMessage' && !incoming.has(kind)),
    [],
  )
})
