// Truth: what the page of the reference promises of a field: each type that is taken, and the fields of objects behind their parent's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { fieldsWithin } from '../api/strict-fields.ts'
import { linesOf } from './docs-fields.ts'

test('alternatives are all told, and fields that a handler reads itself are listed', () => {
  const item = fieldsWithin({ name: Type.Optional(Type.String()) })
  const schema = Type.Object({
    ids: Type.Union([Type.Literal('all'), Type.Array(Type.Integer())]),
    limit: Type.Union([Type.Integer(), Type.Null()]),
    items: Type.Optional(Type.Array(item)),
    settings: Type.Optional(fieldsWithin({ delay: Type.Integer() })),
  })
  assert.deepEqual(
    linesOf(schema, '').map(({ name, type, required }) => [name, type, required]),
    [
      ['ids', '"all" or array', true],
      ['limit', 'integer or null', true],
      ['items', 'array', false],
      ['items[].name', 'string', false],
      ['settings', 'object', false],
      ['settings.delay', 'integer', true],
    ],
  )
})
