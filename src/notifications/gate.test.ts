// Truth: the contract's table of settings and what each of them gates; failures of API messages can't be switched off.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { STATUS_CHAT, type Content } from '../model/content.ts'
import type { ChatId, MessageId } from '../model/ids.ts'
import { MESSAGE_STATUSES } from '../model/message.ts'
import { DEFAULT_SETTINGS, FLAGS, type FlagName, type Settings } from '../model/settings.ts'
import type { MessageEvent, NotificationEvent, StatusEvent } from './event.ts'
import { isWanted } from './gate.ts'

const CHAT = '77015550101@c.us' as ChatId
const ID = '3EB0A1B2C3D4E5F60718' as MessageId

function message(
  flow: MessageEvent['flow'],
  content: Content = { kind: 'text', text: 'x' },
  chat = CHAT,
): NotificationEvent {
  const party = { id: chat, name: 'Dana', contactName: '' }
  const direction = flow === 'incoming' ? 'in' : 'out'
  return {
    kind: 'message',
    flow,
    message: { id: ID, direction, chat: party, author: party, at: 0, content },
  }
}

function status(value: StatusEvent['status'], byApi: boolean): NotificationEvent {
  return { kind: 'status', id: ID, chat: CHAT, status: value, description: '', byApi, at: 0 }
}

function call(direction: 'in' | 'out'): NotificationEvent {
  const chat = { id: CHAT, name: 'Dana', contactName: '' }
  const rest = { isVideo: false, isGroup: false, durationS: 0, participants: [], at: 0 }
  return { kind: 'call', call: { id: ID, direction, chat, status: 'pickUp', ...rest } }
}

/** Contents that have a flag of their own besides that of their direction. */
const OWN_FLAGS: readonly (readonly [Content, FlagName])[] = [
  [{ kind: 'poll', question: 'q', options: ['a', 'b'], multipleAnswers: false }, 'pollMessageWebhook'],
  [{ kind: 'vote', poll: ID, question: 'q', multipleAnswers: false, options: [] }, 'pollMessageWebhook'],
  [{ kind: 'edit', target: ID, text: 'y', isCaption: false }, 'editedMessageWebhook'],
  [{ kind: 'deletion', target: ID, forEveryone: true }, 'deletedMessageWebhook'],
  [
    {
      kind: 'order',
      orderId: '1',
      token: 't',
      title: 't',
      itemCount: 1,
      currency: 'KZT',
      total: '100',
      seller: CHAT,
    },
    'catalogWebhook',
  ],
]

const DIRECTIONS = [
  ['incoming', 'incomingWebhook'],
  ['outgoing', 'outgoingMessageWebhook'],
  ['outgoingApi', 'outgoingAPIMessageWebhook'],
] as const

/** Each event with the flags that must all be on for it; none means always. */
const TABLE: readonly (readonly [string, NotificationEvent, readonly FlagName[]])[] = [
  ['an incoming message', message('incoming'), ['incomingWebhook']],
  ['a message from the phone', message('outgoing'), ['outgoingMessageWebhook']],
  ['a message from the API', message('outgoingApi'), ['outgoingAPIMessageWebhook']],
  ['a change of state', { kind: 'state', state: 'authorized', at: 0 }, ['stateWebhook']],
  ['sent, by API', status('sent', true), ['outgoingWebhook']],
  ['delivered, by API', status('delivered', true), ['outgoingWebhook']],
  ['read, by API', status('read', true), ['outgoingWebhook']],
  ['notInGroup, by API', status('notInGroup', true), ['outgoingWebhook']],
  ['failed, by API', status('failed', true), []],
  ['noAccount, by API', status('noAccount', true), []],
  ...OWN_FLAGS.flatMap(([content, flag]) =>
    DIRECTIONS.map(([flow, of]) => [`${content.kind}, ${flow}`, message(flow, content), [of, flag]] as const),
  ),
  ['an incoming call', call('in'), ['incomingWebhook', 'incomingCallWebhook']],
  ['an outgoing call', call('out'), ['outgoingCallWebhook']],
  ['a quota that is used up', { kind: 'quota', used: 3, total: 3, correspondents: [], at: 0 }, []],
  ...MESSAGE_STATUSES.filter((each) => each !== 'pending').map(
    (each) => [`${each}, from the phone`, status(each, false), ['outgoingWebhook', 'outgoingMessageWebhook']] as const,
  ),
]

function settings(on: readonly FlagName[], others: 'yes' | 'no'): Settings {
  return FLAGS.reduce<Settings>(
    (all, flag) => ({ ...all, [flag]: on.includes(flag) === (others === 'no') ? 'yes' : 'no' }),
    DEFAULT_SETTINGS,
  )
}

describe('isWanted', () => {
  for (const [name, event, needed] of TABLE) {
    test(`${name}: with exactly ${needed.join(' and ') || 'nothing'} on`, () => {
      assert.equal(isWanted(event, settings(needed, 'no')), true)
    })
    for (const flag of needed) {
      test(`${name}: not with all but ${flag}`, () => assert.equal(isWanted(event, settings([flag], 'yes')), false))
    }
  }

  test('a new instance is told of nothing but what can not be switched off', () => {
    const told = TABLE.filter(([, event]) => isWanted(event, DEFAULT_SETTINGS)).map(([name]) => name)
    assert.deepEqual(told, ['failed, by API', 'noAccount, by API', 'a quota that is used up'])
  })

  test('statuses are never notified, nor what becomes of them', () => {
    assert.equal(isWanted(message('incoming', undefined, STATUS_CHAT), settings([], 'yes')), false)
    const failed = { ...(status('failed', true) as StatusEvent), chat: STATUS_CHAT }
    assert.equal(isWanted(failed, settings([], 'yes')), false)
  })
})
