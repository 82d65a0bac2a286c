import { MESSENGERS } from '../../model/messenger.ts'
import type { InstanceState } from '../../model/state.ts'
import type { JsonSchema } from './json-schema.ts'

const text: JsonSchema = { type: 'string' }
const seconds: JsonSchema = { type: 'integer', description: 'Seconds since 1970.' }
const flag: JsonSchema = { type: 'boolean' }
const STATES: Readonly<Record<InstanceState, true>> = {
  notAuthorized: true,
  authorized: true,
  blocked: true,
  suspended: true,
  starting: true,
  pendingCode: true,
  pendingPassword: true,
}

/** Every kind of message that a notification tells of. */
export const MESSAGE_TYPES = [
  'textMessage',
  'extendedTextMessage',
  'quotedMessage',
  'imageMessage',
  'videoMessage',
  'audioMessage',
  'documentMessage',
  'stickerMessage',
  'locationMessage',
  'contactMessage',
  'contactsArrayMessage',
  'pollMessage',
  'pollUpdateMessage',
  'reactionMessage',
  'editedMessage',
  'deletedMessage',
  'buttonsMessage',
  'templateMessage',
  'interactiveButtons',
  'interactiveButtonsResponse',
  'listMessage',
  'buttonsResponseMessage',
  'templateButtonsReplyMessage',
  'listResponseMessage',
  'groupInviteMessage',
  'productMessage',
  'orderMessage',
] as const

function object(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) }
}

const INSTANCE_DATA = object({
  idInstance: { type: 'integer' },
  wid: text,
  typeInstance: { type: 'string', enum: [...MESSENGERS] },
})

const SENDER_DATA = object(
  {
    chatId: text,
    sender: text,
    chatName: text,
    senderName: text,
    senderContactName: text,
    senderPhoneNumber: { type: 'integer', description: 'MAX and Telegram; 0 where it is hidden.' },
    chatType: { type: 'string', description: 'Telegram.' },
    senderType: { type: 'string', description: 'Telegram.' },
  },
  ['senderPhoneNumber', 'chatType', 'senderType'],
)

const MESSAGE_DATA: JsonSchema = {
  type: 'object',
  description: 'Beside its type: the data of that type, as textMessageData or fileMessageData.',
  properties: { typeMessage: { type: 'string', enum: MESSAGE_TYPES } },
  required: ['typeMessage'],
}

interface Notification {
  readonly about: string
  /** The setting that switches it on. */
  readonly setting: string
  readonly properties: Readonly<Record<string, JsonSchema>>
  readonly optional?: readonly string[]
}

const MESSAGE = { timestamp: seconds, idMessage: text, senderData: SENDER_DATA, messageData: MESSAGE_DATA }

const NOTIFICATIONS: Readonly<Record<string, Notification>> = {
  incomingMessageReceived: { about: 'A message came.', setting: 'incomingWebhook', properties: MESSAGE },
  outgoingMessageReceived: {
    about: 'A message was sent from another device of the account.',
    setting: 'outgoingMessageWebhook',
    properties: MESSAGE,
  },
  outgoingAPIMessageReceived: {
    about: 'A message was sent by this API.',
    setting: 'outgoingAPIMessageWebhook',
    properties: MESSAGE,
  },
  outgoingMessageStatus: {
    about: 'What became of a sent message. Failures are told whatever the setting says.',
    setting: 'outgoingWebhook',
    properties: {
      chatId: text,
      timestamp: seconds,
      idMessage: text,
      status: { type: 'string', enum: ['sent', 'delivered', 'read', 'failed', 'noAccount', 'notInGroup'] },
      description: text,
      sendByApi: flag,
    },
    optional: ['description'],
  },
  stateInstanceChanged: {
    about: 'The state of the instance changed.',
    setting: 'stateWebhook',
    properties: { timestamp: seconds, stateInstance: { type: 'string', enum: Object.keys(STATES) } },
  },
  incomingCall: {
    about: 'A call came, or came to its end.',
    setting: 'incomingCallWebhook',
    properties: { from: text, status: text, timestamp: seconds, idMessage: text, isVideo: flag },
  },
  outgoingCall: {
    about: 'A call was made from a device of the account.',
    setting: 'outgoingCallWebhook',
    properties: {
      timestamp: seconds,
      idMessage: text,
      from: text,
      isVideo: flag,
      duration: { type: 'integer' },
      status: text,
      participants: { type: 'array', items: object({ wid: text, id: text, status: text }) },
    },
  },
  quotaExceeded: {
    about: "A message was refused or withheld: the month's chats of the tariff are used up. Always told.",
    setting: '',
    properties: {
      timestamp: seconds,
      quotaData: object({
        method: text,
        used: { type: 'integer' },
        total: { type: 'integer' },
        status: text,
        description: text,
      }),
    },
  },
}

/** The name of each notification's schema, its sentence and its setting. */
export const NOTIFICATION_LIST: readonly { readonly name: string; readonly about: string; readonly setting: string }[] =
  Object.entries(NOTIFICATIONS).map(([name, { about, setting }]) => ({ name, about, setting }))

/** The bodies, for `components.schemas`; `Notification` is any of them. */
export function notificationSchemas(): Readonly<Record<string, JsonSchema>> {
  const bodies = Object.entries(NOTIFICATIONS).map(([name, { properties, optional = [] }]) => {
    const all = { typeWebhook: { type: 'string', const: name }, instanceData: INSTANCE_DATA, ...properties }
    return [schemaName(name), object(all, optional)] as const
  })
  const anyOf = bodies.map(([name]) => ({ $ref: `#/components/schemas/${name}` }))
  return { ...Object.fromEntries(bodies), Notification: { anyOf } }
}

/** What this server calls at an instance's `webhookUrl`. */
export function webhooks(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    NOTIFICATION_LIST.map(({ name, about, setting }) => {
      const schema = { $ref: `#/components/schemas/${schemaName(name)}` }
      const post = {
        operationId: `${name}Notification`,
        summary: about,
        ...(setting !== '' && { description: `Sent while the setting \`${setting}\` is \`yes\`.` }),
        parameters: [
          {
            name: 'Authorization',
            in: 'header',
            required: false,
            description: 'Made of `webhookUrlToken`.',
            schema: { type: 'string' },
          },
        ],
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: {
          '200': { description: 'Taken. Anything else is tried again every minute for 24 hours, in order.' },
        },
      }
      return [name, { post }] as const
    }),
  )
}

function schemaName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
