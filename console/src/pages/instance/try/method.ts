import { queryOptions } from '@tanstack/react-query'
import { ask } from '../../../api/client.ts'
import { anything, dictionary, flag, list, number, object, oneOf, or, text, type Read } from '../../../api/read.ts'

const schema = or(dictionary(anything), {})

const readMethod = object({
  name: text,
  group: text,
  summary: or(text, ''),
  verbs: list(oneOf('GET', 'POST', 'DELETE')),
  messengers: or(list(text), []),
  input: or(oneOf('json', 'form', 'bytes'), 'json'),
  perSecond: or(number, 0),
  hasQuota: or(flag, false),
  idempotent: or(flag, false),
  fields: schema,
  parameters: or(list(object({ name: text, in: oneOf('path', 'query'), summary: or(text, ''), schema })), []),
  example: schema,
})
export type Method = Read<typeof readMethod>
export type Verb = Method['verbs'][number]

const readMethods = object({
  groups: or(list(object({ name: text, title: text })), []),
  items: list(readMethod),
})
export type Methods = Read<typeof readMethods>

/** The methods of an instance as the server checks them: the same for everybody, until it is updated. */
export const methodsQuery = queryOptions({
  queryKey: ['methods'] as const,
  queryFn: ({ signal }) => ask({ path: '/methods', read: readMethods, signal }),
  staleTime: Infinity,
})
