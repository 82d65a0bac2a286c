import assert from 'node:assert/strict'

/** What a golden file may say in the place of a value that is another each time. */
const WORDS: Readonly<Record<string, (value: unknown, words: Words) => boolean>> = {
  '<any>': () => true,
  '<text>': (value) => typeof value === 'string',
  '<filled>': (value) => typeof value === 'string' && value !== '',
  '<boolean>': (value) => typeof value === 'boolean',
  '<yes or no>': (value) => value === 'yes' || value === 'no',
  '<integer>': (value) => Number.isSafeInteger(value),
  '<integer or null>': (value) => value === null || Number.isSafeInteger(value),
  '<seconds>': (value) =>
    typeof value === 'number' && Math.abs(value - Date.now() / 1000) < 600 && Number.isInteger(value),
  '<time>': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value),
  '<url>': (value) => typeof value === 'string' && /^https?:\/\/[^?\s]+$/.test(value),
  '<token>': (value) => typeof value === 'string' && /^[0-9a-f]{50}$/.test(value),
  '<code>': (value) => typeof value === 'string' && /^[A-Z0-9]{8}$/.test(value),
  '<png>': (value) => typeof value === 'string' && /^iVBORw0KGgo[A-Za-z0-9+/=]+$/.test(value),
  '<message id>': (value, { messenger }) =>
    typeof value === 'string' && (messenger === 'whatsapp' ? /^3EB0[0-9A-F]{16}$/ : /^\d{18}$/).test(value),
  '<group id>': (value, { messenger }) =>
    typeof value === 'string' && (messenger === 'whatsapp' ? /^[0-9-]+@g\.us$/ : /^-\d+$/).test(value),
}

interface Words {
  readonly messenger: string
}

/**
 * Holds a value against what a golden file says: words stand for values of a kind, an object has the same keys in the same order, a list the same items.
 * `$some`: one item of the list is so; `$begins`: the object begins with these keys; `$has`: it has them.
 */
export function assertShape(value: unknown, golden: unknown, words: Words, at = 'answer'): void {
  if (typeof golden === 'string' && WORDS[golden] !== undefined) {
    assert.ok(WORDS[golden](value, words), `${at} is ${golden}, got ${JSON.stringify(value)}`)
  } else if (Array.isArray(golden)) {
    assert.ok(Array.isArray(value), `${at} is a list, got ${JSON.stringify(value)}`)
    assert.equal(value.length, golden.length, `items of ${at}: ${JSON.stringify(value)}`)
    for (const [index, item] of golden.entries()) assertShape(value[index], item, words, `${at}[${String(index)}]`)
  } else if (isObject(golden)) assertObject(value, golden, words, at)
  else assert.strictEqual(value, golden, at)
}

type Json = Readonly<Record<string, unknown>>

function assertObject(value: unknown, golden: Json, words: Words, at: string): void {
  if ('$some' in golden) {
    assertSome(value, golden['$some'], words, at)
    return
  }
  assert.ok(isObject(value), `${at} is an object, got ${JSON.stringify(value)}`)
  const { $begins, $has } = golden
  const part = isObject($begins) ? $begins : isObject($has) ? $has : golden
  const keys = Object.keys(part)
  const shown = Object.keys(value)
  if ($has === undefined) {
    assert.deepEqual($begins === undefined ? shown : shown.slice(0, keys.length), keys, `keys of ${at}`)
  }
  for (const key of keys) assertShape(value[key], part[key], words, `${at}.${key}`)
}

function assertSome(value: unknown, golden: unknown, words: Words, at: string): void {
  assert.ok(Array.isArray(value) && value.length > 0, `${at} is a list with items, got ${JSON.stringify(value)}`)
  const troubles: string[] = []
  for (const [index, item] of value.entries()) {
    try {
      assertShape(item, golden, words, `${at}[${String(index)}]`)
      return
    } catch (error) {
      troubles.push(error instanceof Error ? error.message : String(error))
    }
  }
  assert.fail(`no item of ${at} is as it should be:\n${troubles.join('\n')}`)
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
