import assert from 'node:assert/strict'
import type { Messenger } from '../../src/model/messenger.ts'
import { objectIn, type Json } from '../support/road.ts'
import type { TestServer } from '../support/server.ts'

/** A schema as the document has it; what the tests look at. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly required?: readonly string[]
}

/** An operation of the served document, which is made from the method tables. */
export interface Operation {
  readonly name: string
  readonly verb: 'GET' | 'POST' | 'DELETE'
  readonly api: 'instance' | 'partner'
  /** What stands behind the token; empty mostly. */
  readonly behind: string
  readonly messengers: readonly Messenger[]
  readonly input: 'none' | 'json' | 'form' | 'bytes'
  /** Fields of the body or of the query. */
  readonly fields: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
  /** A good request's fields; empty where it needs none. */
  readonly example: Json
  /** May wait for something to happen. */
  readonly waits: boolean
  readonly tellsToken: boolean
}

interface Parameter {
  readonly name?: string
  readonly in?: string
  readonly required?: boolean
  readonly schema?: Schema
}

interface Described {
  readonly parameters: readonly Parameter[]
  readonly 'x-messengers': readonly Messenger[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: Schema; readonly example?: Json }>>
  }
  readonly responses: Json
}

/** All operations of the contract's two APIs; those of our own have suites of their own. */
export async function operationsOf(server: TestServer): Promise<readonly Operation[]> {
  const document = objectIn(await server.call('GET', '/openapi.json'))
  const paths = Object.entries(document['paths'] as Readonly<Record<string, Readonly<Record<string, Described>>>>)
  const ofContract = paths.filter(([path]) => !path.startsWith('/api/'))
  const found = ofContract.flatMap(([path, item]) =>
    Object.entries(item).map(([verb, described]) => operationOf(path, verb.toUpperCase(), described)),
  )
  assert.ok(found.length > 80)
  return found
}

function operationOf(path: string, verb: string, described: Described): Operation {
  assert.ok(verb === 'GET' || verb === 'POST' || verb === 'DELETE')
  const { fields, required, example, input } = bodyOf(described)
  const queries = described.parameters.filter((parameter) => parameter.in === 'query')
  const inQuery = Object.fromEntries(queries.map(({ name = '', schema = {} }) => [name, schema]))
  const mustAsk = queries.filter((query) => query.required === true).map(({ name = '' }) => name)
  return {
    name: path.split('/')[2] ?? '',
    verb,
    api: path.startsWith('/partner/') ? 'partner' : 'instance',
    behind: path.split('/').length > 4 ? '/1' : '',
    messengers: described['x-messengers'],
    input,
    fields: { ...inQuery, ...fields },
    required: [...mustAsk, ...required],
    example: withoutWeb(example),
    waits: inQuery['receiveTimeout'] !== undefined,
    tellsToken: JSON.stringify(described.responses['200']).includes('apiTokenInstance'),
  }
}

function bodyOf({ requestBody }: Described): Pick<Operation, 'fields' | 'required' | 'example' | 'input'> {
  const content = requestBody?.content ?? {}
  const input = inputOf(content)
  const { schema = {}, example = {} } = content[input === 'json' ? 'application/json' : 'multipart/form-data'] ?? {}
  return { fields: schema.properties ?? {}, required: schema.required ?? [], example, input }
}

function inputOf(content: Readonly<Record<string, unknown>>): Operation['input'] {
  if (content['*/*'] !== undefined) return 'bytes'
  if (content['multipart/form-data'] !== undefined) return 'form'
  return content['application/json'] === undefined ? 'none' : 'json'
}

/** Whatever is sent here is fetched: from nowhere. */
function withoutWeb(example: Json): Json {
  return { ...example, ...(example['urlFile'] !== undefined && { urlFile: 'http://127.0.0.1:9/a.jpg' }) }
}

/** Values that no field of this schema takes. */
export function wrongValues(schema: Schema): readonly unknown[] {
  const types = [schema.type ?? []].flat()
  if (types.length === 0) return []
  if (schema.enum !== undefined) return ['no such value', {}, [1], 7]
  if (types.includes('integer')) return ['x', {}, [[]], true, 1.5, 1e308, -1e15, '1e5']
  if (types.includes('number')) return ['x', {}, [[]], true, 1e308]
  if (types.includes('boolean')) return ['yes', 7, {}, [true]]
  if (types.includes('array')) return ['x', {}, 7, [[[]]], [null]]
  if (types.includes('object')) return ['x', 7, true, [1]]
  return [7, true, {}, ['x'], 'x'.repeat(200_000)]
}
