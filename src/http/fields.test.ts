// Truth: messaging §1.4 (texts of faults), §1.1 (empty values), DECISIONS E (unknown keys, UTF-16 code units).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { bool, fieldsReader, group, integer, list, number, oneOf, oneOfOrAbsent, optional, text } from './fields.ts'

const read = fieldsReader(
  {
    chatId: text({ empty: 'error', max: 5 }),
    url: optional(text({ empty: 'value' })),
    quotedMessageId: optional(
      text({ empty: 'absent', label: 'message id', min: 3, tooShort: 'must be at least 3 symbols' }),
    ),
    typingTime: optional(integer({ empty: 'absent', digits: true, minimum: 1000, maximum: 20_000 })),
    latitude: optional(number({ empty: 'error', minimum: -90, maximum: 90 })),
    linkPreview: optional(bool({ empty: 'absent' })),
    size: optional(oneOf(['large', 'small'], { empty: 'absent' })),
    kind: optional(oneOfOrAbsent(['a', 'b'])),
    participants: optional(list(text({ empty: 'error' }), { empty: 'absent', max: 2 })),
    preview: optional(group({ title: text({ empty: 'error', max: 3 }) }, { empty: 'absent' })),
    buttons: optional(list(group({ id: text({ empty: 'error' }) }, { empty: 'error' }), { empty: 'error', min: 1 })),
  },
  1,
)

/** What a request of a good chat and these fields is taken as, or its faults. */
function taken(fields: object): unknown {
  const outcome = read({ chatId: 'c', ...fields })
  if ('faults' in outcome) return outcome.faults
  const { chatId, ...rest } = outcome.value
  assert.equal(chatId, 'c')
  return rest
}

describe('what is wrong is said in the words that clients know', () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ chatId: undefined, url: 'x' }, "'chatId' is required"],
    [{ chatId: '' }, "'chatId' is not allowed to be empty"],
    [{ chatId: 7 }, "'chatId' must be a string"],
    [{ chatId: null }, "'chatId' must be a string"],
    [{ chatId: '123456' }, "'chatId' length must be less than or equal to 5 characters long"],
    [{ chatId: 'a\0b' }, "'chatId' must not contain the NUL character"],
    [{ quotedMessageId: 'ab' }, "'message id' must be at least 3 symbols"],
    [{ typingTime: 999 }, "'typingTime' must be greater than or equal to 1000"],
    [{ typingTime: 20_001 }, "'typingTime' must be less than or equal to 20000"],
    [{ typingTime: 1000.5 }, "'typingTime' must be an integer"],
    [{ typingTime: '1s' }, "'typingTime' must be a number"],
    [{ latitude: 91 }, "'latitude' must be less than or equal to 90"],
    [{ linkPreview: 'yes' }, "'linkPreview' must be a boolean"],
    [{ size: 'huge' }, "'size' must be one of [large, small]"],
    [{ participants: 'x' }, "'participants' must be an array"],
    [{ participants: ['a', 'b', 'c'] }, "'participants' must contain less than or equal to 2 items"],
    [{ participants: [7] }, "'participants[]' must be a string"],
    [{ preview: 'x' }, "'preview' must be of type object"],
    [{ preview: {} }, "'preview.title' is required"],
    [{ preview: { title: 'long' } }, "'preview.title' length must be less than or equal to 3 characters long"],
    [{ buttons: [] }, "'buttons' must contain at least 1 items"],
    [{ buttons: [{}] }, "'buttons[].id' is required"],
  ]
  for (const [fields, said] of cases) {
    test(said, () => {
      const outcome = read({ chatId: 'c', ...fields })
      assert.deepEqual('faults' in outcome && outcome.faults, [said])
    })
  }

  test('several faults are all told; a body that is no object, and one without a known key', () => {
    assert.deepEqual(read({ chatId: 7, linkPreview: 1 }), {
      faults: ["'chatId' must be a string", "'linkPreview' must be a boolean"],
    })
    assert.deepEqual(read([]), { faults: ["'value' must be of type object"] })
    assert.deepEqual(read({ other: 1 }), { faults: ["'value' must have at least 1 key"] })
    assert.deepEqual(read(undefined), { faults: ["'value' must have at least 1 key"] })
  })
})

describe('what is taken', () => {
  test('unknown keys are dropped, known ones stay', () => {
    assert.deepEqual(taken({ url: 'x', other: 1, ['__proto__']: { a: 1 }, constructor: 2 }), { url: 'x' })
    assert.deepEqual(taken({ preview: { title: 'a', more: 1 } }), { preview: { title: 'a' } })
  })

  test('empty values are absent, or values, as each field says', () => {
    const empty = { quotedMessageId: '', typingTime: 0, linkPreview: null, size: '', participants: [], preview: null }
    assert.deepEqual(taken(empty), {})
    assert.deepEqual(taken({ url: '' }), { url: '' })
    assert.deepEqual(taken({ url: null }), {})
  })

  test('digits are a number where a field says so; a value of no known kind is as if it was not sent', () => {
    assert.deepEqual(taken({ typingTime: '1500' }), { typingTime: 1500 })
    assert.deepEqual(taken({ kind: 'c' }), {})
    assert.deepEqual(taken({ kind: 7 }), {})
    assert.deepEqual(taken({ kind: 'b' }), { kind: 'b' })
  })

  test('lengths are counted in UTF-16 code units', () => {
    assert.ok('value' in read({ chatId: '😀😀x' }))
    assert.ok('faults' in read({ chatId: '😀😀😀' }))
  })

  test('whatever comes is taken or told, never thrown, and what is taken is taken again as it is', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, Number.NaN, 1e308, '\ud800'))
    const keys = ['chatId', 'url', 'typingTime', 'participants', 'preview', 'buttons', 'kind', 'x', '__proto__']
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (given) => {
        const outcome = read(given)
        if ('faults' in outcome) assert.ok(outcome.faults.length > 0)
        else assert.deepEqual(read(outcome.value), outcome)
      }),
    )
  })
})
