// Truth: how PostgreSQL reads the text of an array (its documentation, "Array Input and Output Syntax").
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { arrayText } from './pg-values.ts'

void test('every text, number and null is read as it was', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.json(), fc.constant('NULL'))
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.maxSafeInteger(), fc.constant(null))), (values) => {
      const read = readArray(arrayText(values))
      assert.deepEqual(
        read,
        values.map((value) => (value === null ? null : String(value))),
      )
    }),
  )
})

/** Elements are in quotes, where a backslash takes the next character as it is, or stand without. */
function readArray(text: string): (string | null)[] {
  assert.match(text, /^\{.*\}$/s)
  const elements = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^",]+)/gs)
  return [...elements].map(([, quoted, plain = '']) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, '$1')
    return plain === 'NULL' ? null : plain
  })
}
