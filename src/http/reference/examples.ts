import Type, { type TObject, type TSchema } from 'typebox'
import type { Described } from './described.ts'
import { keywordsOf } from './json-schema.ts'

const CHAT = '79001234567@c.us'
const GROUP = '120363043968066561@g.us'
const MESSAGE = '3EB0C767D097B7C7C030'
const NUMBERED_CHAT = '10000000'

/** What stands for a field in examples, by the field's name; others are made from their schemas. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  chatId: CHAT,
  chatIdFrom: '79007654321@c.us',
  chatIds: [CHAT],
  participantChatId: CHAT,
  participants: [CHAT],
  groupId: GROUP,
  groupName: 'Friends',
  idMessage: MESSAGE,
  idInstance: 1101000001,
  phoneNumber: 79001234567,
  phoneContact: 79001234567,
  message: 'Hello!',
  messages: [MESSAGE],
  quotedMessageId: MESSAGE,
  typingTime: 1000,
  urlFile: 'https://example.com/picture.jpg',
  urlLink: 'https://example.com/',
  url: 'https://example.com/',
  fileName: 'picture.jpg',
  firstName: 'Ada',
  lastName: 'Lovelace',
  name: 'My instance',
  body: 'What shall it be?',
  buttonId: '1',
  buttonText: 'Yes',
  rowId: '1',
  title: 'Tea',
  copyCode: '3333',
  type: 'copy',
  displayText: 'Yes',
  optionName: 'Option',
  id: '1',
  latitude: 55.755_826,
  longitude: 37.617_3,
  code: '123456',
  password: 'secret',
  ephemeralExpiration: 86_400,
  allowParticipantsSendMessages: true,
  username: '@ada',
  webhookUrl: '',
  incomingWebhook: 'yes',
}

/** Where a method's name says more of a field than the field's own. */
const SAMPLES_OF: Readonly<Record<string, Fields>> = {
  sendVoiceStatus: { urlFile: 'https://example.com/greeting.mp3', fileName: 'greeting.mp3' },
  sendPoll: { message: 'When shall we meet?' },
}

/** What may stay away and yet belongs into an example: calls without it do nothing, or next to nothing. */
const SHOWN: ReadonlySet<string> = new Set([
  'phoneContact',
  'firstName',
  'type',
  'copyCode',
  'rowId',
  'quickReplyButton',
  'allowParticipantsSendMessages',
  'incomingWebhook',
])
/** Each of these names the chat; the first that a method knows is shown. */
const CHAT_KEYS = ['groupId', 'chatId'] as const

type Fields = Readonly<Record<string, unknown>>

/** A good request: the required fields, and of the others what a useful call has. */
export function exampleFields(row: Described): Fields {
  const chatKey = CHAT_KEYS.find((key) => row.fields.properties[key] !== undefined)
  const shown = new Set(SHOWN)
  if (chatKey !== undefined) shown.add(chatKey)
  // The kind of a group has a default; a button's has none.
  if (chatKey === undefined) shown.delete('type')
  const given = objectExample(row.fields, shown)
  const more = row.fieldNames.filter((name) => given[name] === undefined)
  const missing = more.slice(0, Math.max(row.atLeast - Object.keys(given).length, 0))
  return pick(
    { ...given, ...Object.fromEntries(missing.map((name) => [name, sampleOf(row, name)])), ...SAMPLES_OF[row.name] },
    row.fieldNames,
    row,
  )
}

function sampleOf(row: Described, name: string): unknown {
  const schema = row.fields.properties[name]
  return schema === undefined ? undefined : example(name, schema)
}

/** In the table's order; the newer messengers name chats by numbers. */
function pick(given: Fields, names: readonly string[], row: Described): Fields {
  const isNumbered = !row.messengers.includes('whatsapp')
  return Object.fromEntries(
    names.flatMap((name) => {
      if (given[name] === undefined) return []
      return [[name, isNumbered && name === 'chatId' ? NUMBERED_CHAT : given[name]]]
    }),
  )
}

function objectExample(schema: TObject, shown: ReadonlySet<string>): Fields {
  return Object.fromEntries(
    Object.entries(schema.properties)
      .filter(([name, property]) => !Type.IsOptional(property) || shown.has(name))
      .map(([name, property]) => [name, example(name, property)]),
  )
}

/** A value that the schema takes. */
export function example(name: string, schema: TSchema): unknown {
  if (Type.IsObject(schema)) return objectExample(schema, SHOWN)
  if (Object.hasOwn(SAMPLES, name)) return SAMPLES[name]
  if (Type.IsArray(schema)) return listExample(schema, schema.items)
  if (Type.IsEnum(schema)) return schema.enum[0]
  if (Type.IsBoolean(schema)) return true
  const { minimum, minUnits } = keywordsOf(schema)
  if (Type.IsInteger(schema) || Type.IsNumber(schema)) return typeof minimum === 'number' ? Math.max(minimum, 1) : 1
  return 'text'.padEnd(typeof minUnits === 'number' ? minUnits : 0, '.')
}

/** As many as there must be, each with another text, as options of polls must differ. */
function listExample(schema: TSchema, items: TSchema): unknown[] {
  const { minItems } = keywordsOf(schema)
  const count = typeof minItems === 'number' ? Math.max(minItems, 1) : 1
  return Array.from({ length: count }, (_, index) => {
    const item = example('', items)
    return count === 1 ? item : numbered(item, index + 1)
  })
}

function numbered(item: unknown, no: number): unknown {
  if (typeof item === 'string') return `${item} ${String(no)}`
  if (typeof item !== 'object' || item === null) return item
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, numbered(value, no)]))
}

/** A value as a query or a form holds it. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
