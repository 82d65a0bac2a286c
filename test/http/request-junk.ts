import fc from 'fast-check'
import { wrongValues, type Operation } from './operations.ts'

type Bytes = Uint8Array<ArrayBuffer>

const bytesOf = (text: string, encoding: BufferEncoding): Bytes => new Uint8Array(Buffer.from(text, encoding))
const JSON_HEADERS = { 'Content-Type': 'application/json' }
const FORM_HEADERS = { 'Content-Type': 'multipart/form-data; boundary=JUNK' }

type Malformed = readonly [about: string, body: string | Bytes, headers: Record<string, string>]

/** Bodies that no row takes, for the kind of body that this one wants. */
export function malformed(operation: Operation): readonly Malformed[] {
  const { input, required } = operation
  if (input === 'form' || input === 'bytes') return MALFORMED_FORMS
  if (input !== 'json') return []
  const missing = required.length === 0 ? [] : ([['an empty object', '{}', JSON_HEADERS]] as const)
  return [...MALFORMED_JSON, ...missing]
}

const MALFORMED_JSON: readonly Malformed[] = [
  ['half an object', '{"chatId":', JSON_HEADERS],
  ['a text', '"text"', JSON_HEADERS],
  ['a list', '[{"chatId":"79001234567@c.us"}]', JSON_HEADERS],
  ['deep nesting', '['.repeat(60_000), JSON_HEADERS],
  ['UTF-16', bytesOf('{"chatId":"79001234567@c.us"}', 'utf16le'), JSON_HEADERS],
  ['broken UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), JSON_HEADERS],
  ['a packed body', '{}', { ...JSON_HEADERS, 'Content-Encoding': 'gzip' }],
  ['a body that is too large', `{"chatId":"${'x'.repeat(300_000)}"}`, JSON_HEADERS],
]

const part = (head: string, body: string): string =>
  `--JUNK\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`

const MALFORMED_FORMS: readonly Malformed[] = [
  ['a form without an end', part('name="file"; filename="a.jpg"', 'a'), FORM_HEADERS],
  ['a form without parts', '--JUNK--\r\n', FORM_HEADERS],
  ['a form without a boundary', 'x', { 'Content-Type': 'multipart/form-data' }],
  [
    'another boundary',
    part('name="file"; filename="a.jpg"', 'a'),
    { 'Content-Type': 'multipart/form-data; boundary=OTHER' },
  ],
  ['a form without a file', `${part('name="chatId"', '79001234567@c.us')}--JUNK--\r\n`, FORM_HEADERS],
  ['an empty file', `${part('name="file"; filename="a.jpg"', '')}--JUNK--\r\n`, FORM_HEADERS],
  ['no bytes', '', FORM_HEADERS],
]

/** Values of every kind. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    null,
    0,
    -1,
    1e308,
    1.5,
    [],
    {},
    [[]],
    '\0',
    '\ud800',
    'yes ',
    '79001234567',
    '@c.us',
    true,
  ),
  fc.constantFrom<unknown>(
    '-100@g.us',
    'status@broadcast',
    '0@lid',
    '3EB0C767D097B7C7C030',
    '9'.repeat(40),
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 }),
)

export interface Junk {
  readonly values: readonly unknown[]
  readonly keys: Readonly<Record<string, unknown>>
  readonly way: 'json' | 'comments' | 'cut' | 'mark' | 'twice' | 'numbers' | 'deep' | 'bytes' | 'form'
  readonly bytes: Bytes
}

export const junk: fc.Arbitrary<Junk> = fc.record({
  values: fc.array(anything, { minLength: 4, maxLength: 4 }),
  keys: fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'toString', 'buttons', 'x', ''), anything, {
    maxKeys: 2,
  }),
  way: fc.constantFrom('json', 'json', 'json', 'comments', 'cut', 'mark', 'twice', 'numbers', 'deep', 'bytes', 'form'),
  bytes: fc.uint8Array({ maxLength: 80 }).map((bytes) => new Uint8Array(bytes)),
})

export const contentTypes: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'content-encoding',
    'idempotency-key',
    'x-forwarded-for',
    'accept',
    'origin',
    'range',
    'ga-filename',
  ),
  fc.oneof(
    fc.constantFrom(
      'identity',
      'gzip',
      'application/json',
      'multipart/form-data; boundary=JUNK',
      '*/*',
      'x',
      '../../a.jpg',
    ),
    fc.stringMatching(/^[\x21-\x7e]{0,30}$/),
  ),
  { maxKeys: 3 },
)

/** A request near to a good one: some of the operation's fields are junk, wrong or missing, and its text may be odd in itself. */
export function odd(operation: Operation, given: Junk, next: () => number): { body: string | Bytes; query: string } {
  const fields: Record<string, unknown> = { ...operation.example, ...given.keys }
  const names = Object.keys(operation.fields)
  for (const value of given.values) {
    const name = names[next() % Math.max(names.length, 1)]
    if (name === undefined) continue
    const wrong = wrongValues(operation.fields[name] ?? {})
    const kind = next() % 3
    if (kind === 0) Reflect.deleteProperty(fields, name)
    else fields[name] = kind === 1 ? value : wrong[next() % Math.max(wrong.length, 1)]
  }
  const query = new URLSearchParams(
    Object.entries(fields).map(([key, value]) => [key, shortJson(value)] as [string, string]),
  )
  return { body: written(fields, given), query: operation.verb === 'GET' ? `?${query.toString()}` : '' }
}

function written(fields: Readonly<Record<string, unknown>>, { way, bytes }: Junk): string | Bytes {
  const text = JSON.stringify(fields)
  switch (way) {
    case 'json':
      return text
    case 'comments':
      return `// c\n${text.slice(0, -1)},}`
    case 'cut':
      return text.slice(0, Math.ceil(text.length / 2))
    case 'mark':
      return `\ufeff${text}`
    case 'twice':
      return `${text.slice(0, -1)}${text.length > 2 ? ',' : ''}"chatId":1,"chatId":"79001234567@c.us"}`
    case 'numbers':
      return text.replaceAll(/\d+/g, '1e999')
    case 'deep':
      return text.slice(0, -1) + `${text.length > 2 ? ',' : ''}"x":${'['.repeat(5000)}${']'.repeat(5000)}}`
    case 'bytes':
      return bytes
    case 'form':
      return Object.entries(fields)
        .map(([name, value]) => part(`name="${name}"`, shortJson(value)))
        .join('')
    default:
      return way satisfies never
  }
}

function shortJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value).slice(0, 1000)
}
