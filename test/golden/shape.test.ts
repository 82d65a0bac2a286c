// Truth: what shape.ts says its words and marks mean: golden files prove nothing where these let too much pass.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertShape } from './shape.ts'

const onWhatsApp = { messenger: 'whatsapp' }
const passes = (value: unknown, golden: unknown, words = onWhatsApp): void => assertShape(value, golden, words)
const fails = (value: unknown, golden: unknown, words = onWhatsApp): void => {
  assert.throws(() => assertShape(value, golden, words), assert.AssertionError, JSON.stringify([value, golden]))
}

test('values are the same, of the same type', () => {
  passes({ a: 1, b: [true, null] }, { a: 1, b: [true, null] })
  fails({ a: '1' }, { a: 1 })
  fails({ a: null }, { a: 0 })
})

test('objects have the same keys in the same order', () => {
  fails({ b: 1, a: 1 }, { a: 1, b: 1 })
  fails({ a: 1, b: 1 }, { a: 1 })
  fails({ a: 1 }, { a: 1, b: 1 })
  fails([], {})
})

test('lists have the same items, or some', () => {
  fails([1], [])
  fails([1, 2], [1])
  passes([1, { a: 2 }], { $some: { a: '<integer>' } })
  fails([1, 2], { $some: 3 })
  fails([], { $some: '<any>' })
})

test('an object begins with keys, or has them', () => {
  passes({ a: 1, b: 2, c: 3 }, { $begins: { a: 1, b: 2 } })
  fails({ b: 2, a: 1 }, { $begins: { a: 1, b: 2 } })
  passes({ c: 3, a: 1 }, { $has: { a: 1 } })
  fails({ c: 3 }, { $has: { a: 1 } })
})

test('words stand for values of a kind', () => {
  passes('3EB0C767D097B7C7C030', '<message id>')
  fails('117650568376778752', '<message id>')
  passes('117650568376778752', '<message id>', { messenger: 'v3' })
  passes(Math.floor(Date.now() / 1000), '<seconds>')
  fails(Date.now(), '<seconds>')
  fails('', '<filled>')
  fails(1, '<text>')
  fails('http://a/b?token=c', '<url>')
})
