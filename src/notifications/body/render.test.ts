// Truth: bodies written by hand from the contract's description of each notification, keys in its order.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ChatId, InstanceId, MessageId } from '../../model/ids.ts'
import type { TextContent } from '../../model/content.ts'
import type { InstanceData, MessageEvent, NotificationEvent, Rendering } from '../event.ts'
import { renderNotification } from './render.ts'

const INSTANCE: InstanceData = {
  idInstance: 1101000042 as InstanceId,
  wid: '77010000009@c.us',
  typeInstance: 'whatsapp',
}
const INSTANCE_DATA = { idInstance: 1101000042, wid: '77010000009@c.us', typeInstance: 'whatsapp' }
const AT = 1_767_225_600_999
const ID = '3EB0A1B2C3D4E5F60718' as MessageId

function rendering(instance: InstanceData): Rendering {
  return { instance, linkOf: (file, name) => `https://gate.example/${file.sha256}/${name}` }
}

/** Compared as text, so that the order of the keys counts. */
function assertBody(event: NotificationEvent, expected: object, instance = INSTANCE): void {
  assert.equal(renderNotification(rendering(instance), event), JSON.stringify(expected))
}

function received(content: Omit<TextContent, 'kind'>): MessageEvent {
  return {
    kind: 'message',
    flow: 'incoming',
    message: {
      id: ID,
      direction: 'in',
      chat: { id: '120363041234567890@g.us' as ChatId, name: 'Night shift', contactName: '' },
      author: { id: '77015550102@c.us' as ChatId, name: 'Timur', contactName: 'Timur Garage' },
      at: AT,
      content: { kind: 'text', ...content },
    },
  }
}

function expected(messageData: object, typeWebhook = 'incomingMessageReceived'): object {
  return {
    typeWebhook,
    instanceData: INSTANCE_DATA,
    timestamp: 1767225600,
    idMessage: '3EB0A1B2C3D4E5F60718',
    senderData: {
      chatId: '120363041234567890@g.us',
      sender: '77015550102@c.us',
      chatName: 'Night shift',
      senderName: 'Timur',
      senderContactName: 'Timur Garage',
    },
    messageData,
  }
}

const PREVIEW = {
  title: 'Menu',
  description: 'Lunch set',
  link: 'https://example.org/menu',
  jpegThumbnail: 'aGk=',
  urlFile: '',
  size: 'small',
} as const
const QUOTE = { id: 'BAE5C0FFEE112233' as MessageId, participant: '77010000009@c.us' as ChatId }

describe('message notifications', () => {
  const plain = { typeMessage: 'textMessage', textMessageData: { textMessage: 'Is order 118 ready?' } }

  test('a text', () => assertBody(received({ text: 'Is order 118 ready?' }), expected(plain)))

  for (const [flow, typeWebhook] of [
    ['outgoing', 'outgoingMessageReceived'],
    ['outgoingApi', 'outgoingAPIMessageReceived'],
  ] as const) {
    test(`${typeWebhook} has the same shape`, () => {
      assertBody({ ...received({ text: 'Is order 118 ready?' }), flow }, expected(plain, typeWebhook))
    })
  }

  test('a text with a preview', () => {
    assertBody(
      received({ text: 'see https://example.org/menu', preview: PREVIEW }),
      expected({
        typeMessage: 'extendedTextMessage',
        extendedTextMessageData: {
          text: 'see https://example.org/menu',
          description: 'Lunch set',
          title: 'Menu',
          previewType: 'None',
          jpegThumbnail: 'aGk=',
          forwardingScore: 0,
          isForwarded: false,
        },
      }),
    )
  })

  test('a forwarded text', () => {
    assertBody(
      received({ text: 'read this', forwardingScore: 2 }),
      expected({
        typeMessage: 'extendedTextMessage',
        extendedTextMessageData: {
          text: 'read this',
          description: '',
          title: '',
          previewType: 'None',
          jpegThumbnail: '',
          forwardingScore: 2,
          isForwarded: true,
        },
      }),
    )
  })

  test('a text that says it was never forwarded is a plain one', () => {
    assertBody(received({ text: 'Is order 118 ready?', forwardingScore: 0 }), expected(plain))
  })

  for (const [what, content, shown] of [
    ['a known text', { kind: 'text', text: 'Yours?' }, 'Yours?'],
    ['a text that was never seen', null, ''],
  ] as const) {
    test(`a reply to ${what}`, () => {
      assertBody(
        received({ text: 'Yes, come by', quote: { ...QUOTE, content } }),
        expected({
          typeMessage: 'quotedMessage',
          extendedTextMessageData: {
            text: 'Yes, come by',
            stanzaId: 'BAE5C0FFEE112233',
            participant: '77010000009@c.us',
          },
          quotedMessage: {
            stanzaId: 'BAE5C0FFEE112233',
            participant: '77010000009@c.us',
            typeMessage: 'textMessage',
            textMessage: shown,
          },
        }),
      )
    })
  }

  test('a forwarded reply says both', () => {
    assertBody(
      received({
        text: 'Yes',
        quote: { ...QUOTE, content: { kind: 'text', text: 'Yours?' } },
        forwardingScore: 1,
        preview: PREVIEW,
      }),
      expected({
        typeMessage: 'quotedMessage',
        extendedTextMessageData: {
          text: 'Yes',
          stanzaId: 'BAE5C0FFEE112233',
          participant: '77010000009@c.us',
          forwardingScore: 1,
          isForwarded: true,
        },
        quotedMessage: {
          stanzaId: 'BAE5C0FFEE112233',
          participant: '77010000009@c.us',
          typeMessage: 'textMessage',
          textMessage: 'Yours?',
        },
      }),
    )
  })

  test('any text comes through as it is', () => {
    const text = '"quotes" \\ \n\u2028 😀 \u0000'
    const body: unknown = JSON.parse(renderNotification(rendering(INSTANCE), received({ text })))
    assert.deepEqual(body, expected({ typeMessage: 'textMessage', textMessageData: { textMessage: text } }))
  })
})

describe('outgoingMessageStatus', () => {
  const chat = '77015550101@c.us' as ChatId

  for (const status of ['sent', 'delivered', 'read'] as const) {
    test(`${status}, without a description`, () => {
      assertBody(
        { kind: 'status', id: ID, chat, status, description: '', byApi: true, at: AT },
        {
          typeWebhook: 'outgoingMessageStatus',
          chatId: '77015550101@c.us',
          instanceData: INSTANCE_DATA,
          timestamp: 1767225600,
          idMessage: '3EB0A1B2C3D4E5F60718',
          status,
          sendByApi: true,
        },
      )
    })
  }

  for (const status of ['failed', 'noAccount', 'notInGroup'] as const) {
    test(`${status}, with one`, () => {
      assertBody(
        { kind: 'status', id: ID, chat, status, description: 'expired', byApi: false, at: AT },
        {
          typeWebhook: 'outgoingMessageStatus',
          chatId: '77015550101@c.us',
          instanceData: INSTANCE_DATA,
          timestamp: 1767225600,
          idMessage: '3EB0A1B2C3D4E5F60718',
          status,
          description: 'expired',
          sendByApi: false,
        },
      )
    })
  }
})

describe('stateInstanceChanged', () => {
  for (const state of ['notAuthorized', 'authorized', 'starting', 'blocked', 'suspended'] as const) {
    test(`${state}: these four keys and no other, also while nothing is linked`, () => {
      const nobody: InstanceData = { idInstance: 3100000007 as InstanceId, wid: '', typeInstance: 'v3' }
      assertBody(
        { kind: 'state', state, at: AT },
        {
          typeWebhook: 'stateInstanceChanged',
          instanceData: { idInstance: 3100000007, wid: '', typeInstance: 'v3' },
          timestamp: 1767225600,
          stateInstance: state,
        },
        nobody,
      )
    })
  }

  test('nothing more of an instance is shown than the wire names', () => {
    const more = { ...INSTANCE, token: 'secret' }
    assert.doesNotMatch(renderNotification(rendering(more), { kind: 'state', state: 'authorized', at: AT }), /secret/)
  })
})

describe('calls', () => {
  const call = {
    id: ID,
    direction: 'in',
    chat: { id: '77015550101@c.us' as ChatId, name: 'Dana', contactName: '' },
    status: 'declined',
    isVideo: true,
    isGroup: false,
    durationS: 0,
    participants: [],
    at: AT,
  } as const

  test('incomingCall: these keys and no other', () => {
    assertBody(
      { kind: 'call', call },
      {
        from: '77015550101@c.us',
        typeWebhook: 'incomingCall',
        instanceData: INSTANCE_DATA,
        status: 'declined',
        timestamp: 1767225600,
        idMessage: '3EB0A1B2C3D4E5F60718',
        isVideo: true,
      },
    )
  })

  test('outgoingCall names a participant by both keys', () => {
    const id = '77015550101@c.us' as ChatId
    const made = {
      ...call,
      direction: 'out',
      status: 'pickUp',
      durationS: 42,
      participants: [{ id, status: 'pickUp' }],
    }
    assertBody({ kind: 'call', call: made } as NotificationEvent, {
      typeWebhook: 'outgoingCall',
      instanceData: INSTANCE_DATA,
      timestamp: 1767225600,
      idMessage: '3EB0A1B2C3D4E5F60718',
      from: '77015550101@c.us',
      isVideo: true,
      duration: 42,
      status: 'pickUp',
      participants: [{ wid: '77015550101@c.us', id: '77015550101@c.us', status: 'pickUp' }],
    })
  })
})

test('quotaExceeded', () => {
  const correspondents = ['77015550101@c.us', '77015550102@c.us'] as ChatId[]
  assertBody(
    { kind: 'quota', used: 2, total: 2, correspondents, at: AT },
    {
      typeWebhook: 'quotaExceeded',
      instanceData: INSTANCE_DATA,
      timestamp: 1767225600,
      quotaData: {
        method: 'correspondents',
        used: 2,
        total: 2,
        status: 'CORRESPONDENTS_QUOTA_EXCEEDED',
        description:
          'Monthly quota has been exceeded. You can only send or receive messages from these chats: 77015550101@c.us,77015550102@c.us',
      },
    },
  )
})

test('a chat is called what the address book calls it', () => {
  const event = received({ text: 'x' })
  const person = { id: '77015550102@c.us' as ChatId, name: 'Timur', contactName: 'Timur Garage' }
  const told = { ...event, message: { ...event.message, chat: person, author: person } }
  const body = JSON.parse(renderNotification(rendering(INSTANCE), told)) as { senderData: object }
  assert.deepEqual(body.senderData, {
    chatId: '77015550102@c.us',
    sender: '77015550102@c.us',
    chatName: 'Timur Garage',
    senderName: 'Timur',
    senderContactName: 'Timur Garage',
  })
})

test('what is sent by the API is told with the own number, and with the kind of chat that its id shows', () => {
  const event = received({ text: 'x' })
  const author = { id: '10000002' as ChatId, name: 'Desk', contactName: '' }
  const kinds = [
    ['10000009', 'user'],
    ['-5098765432', 'group'],
    ['-1001927003150', 'supergroup'],
  ] as const
  for (const [id, chatType] of kinds) {
    const chat = { id: id as ChatId, name: '', contactName: '' }
    const told = {
      ...event,
      flow: 'outgoingApi',
      message: { ...event.message, direction: 'out', author, chat },
    } as const
    const instance = { ...INSTANCE, typeInstance: 'telegram' } as const
    const body = JSON.parse(renderNotification(rendering(instance), told)) as { senderData: object }
    assert.deepEqual(body.senderData, {
      chatId: id,
      sender: '10000002',
      chatName: '',
      senderName: 'Desk',
      senderContactName: '',
      senderPhoneNumber: 77010000009,
      ...{ chatType, senderType: 'user' },
    })
  }
})

test('where chat ids are no numbers, the number and on Telegram the kinds stand beside them', () => {
  const event = received({ text: 'x' })
  const author = { ...event.message.author, id: '10000002' as ChatId, phone: '77015550102', type: 'user' } as const
  const chat = { id: '-10000000000001' as ChatId, name: 'Night shift', contactName: '', type: 'supergroup' } as const
  for (const typeInstance of ['v3', 'telegram'] as const) {
    const instance = { ...INSTANCE, typeInstance }
    const told = { ...event, message: { ...event.message, author, chat } }
    const body = JSON.parse(renderNotification(rendering(instance), told)) as { senderData: object }
    assert.deepEqual(body.senderData, {
      chatId: '-10000000000001',
      sender: '10000002',
      chatName: 'Night shift',
      senderName: 'Timur',
      senderContactName: 'Timur Garage',
      senderPhoneNumber: 77015550102,
      ...(typeInstance === 'telegram' && { chatType: 'supergroup', senderType: 'user' }),
    })
  }
})
