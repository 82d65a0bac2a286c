import Type, { type TSchema } from 'typebox'
import { example } from './examples.ts'

/** What a method may answer, with all keys. Of several shapes the one that says most: `null` and refusals stand beside it. */
export function answerExample(schema: TSchema): unknown {
  if (!Type.IsUnion(schema)) return shapeOf(schema, '')
  const [richest] = [...schema.anyOf].sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)
  return richest === undefined ? null : shapeOf(richest, '')
}

/** All keys of an answer, those that may stay away too. */
function shapeOf(schema: TSchema, name: string): unknown {
  if (Type.IsObject(schema)) {
    return Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, shapeOf(value, key)]))
  }
  if (Type.IsArray(schema)) return [shapeOf(schema.items, name)]
  if (Type.IsUnion(schema)) return answerExample(schema)
  if (Type.IsNull(schema)) return null
  if (Type.IsLiteral(schema)) return schema.const
  if (Type.IsString(schema)) return ANSWER_TEXTS[name] ?? 'text'
  return example(name, schema)
}

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
}
