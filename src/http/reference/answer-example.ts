import Type, { type TSchema, type TUnion } from 'typebox'
import { example } from './examples.ts'

/** What a method may answer, with all keys. Of several shapes the one that says most: `null` and refusals stand beside it. */
export function answerExample(schema: TSchema): unknown {
  return shapeOf(schema, '')
}

function richestOf(schema: TUnion, name: string): unknown {
  const [richest] = [...schema.anyOf].sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)
  return richest === undefined ? null : shapeOf(richest, name)
}

/** All keys of an answer, those that may stay away too. */
function shapeOf(schema: TSchema, name: string): unknown {
  if (Type.IsObject(schema)) {
    return Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, shapeOf(value, key)]))
  }
  if (Type.IsArray(schema)) return [shapeOf(schema.items, name)]
  if (Type.IsUnion(schema)) return richestOf(schema, name)
  if (Type.IsRecord(schema)) return {}
  if (Type.IsNull(schema)) return null
  if (Type.IsLiteral(schema)) return schema.const
  if (Type.IsString(schema)) return ANSWER_TEXTS[name] ?? 'text'
  return example(name, schema)
}

const DAY = '2026-11-20'
const TIME = '2026-11-20T21:00:00.000Z'

const ANSWER_TEXTS: Readonly<Record<string, string>> = {
  idMessage: '3EB0C767D097B7C7C030',
  chatId: '79001234567@c.us',
  stateInstance: 'authorized',
  typeInstance: 'whatsapp',
  typeMessage: 'textMessage',
  wid: '79001234567@c.us',
  webhookUrl: '',
  webhookUrlToken: '',
  countryInstance: '',
  typeAccount: '',
  proxyInstance: 'system proxy',
  avatar: 'https://example.com/avatar.jpg',
  urlAvatar: 'https://example.com/avatar.jpg',
  urlFile: 'https://example.com/picture.jpg',
  downloadUrl: 'https://example.com/picture.jpg',
  groupInviteLink: 'https://chat.whatsapp.com/Fn3IJZ9vB8kJ0QpX4uYw2T',
  phone: '79001234567',
  apiTokenInstance: '{apiTokenInstance}',
  reason: '',
  // Of our own APIs.
  accountId: '0123456789abcdef01234567',
  actor: 'operator',
  allowFrom: '203.0.113.0/24',
  author: 'system',
  chargedUpTo: DAY,
  closedUpTo: '2026-10',
  createdAt: TIME,
  currency: 'USD',
  day: DAY,
  deletedAt: TIME,
  expiresAt: TIME,
  from: '2026-11-01',
  lastUsedAt: TIME,
  month: '2026-11',
  next: '{cursor}',
  partnerSince: TIME,
  revokedAt: TIME,
  secret: 'whsec_{secret}',
  suspendedAt: TIME,
  tariff: 'PARTNER',
  time: TIME,
  today: DAY,
  token: '{token}',
  url: 'https://example.com/hook',
  warnedAt: TIME,
}
