// Truth: what an API of our own says of a value that none of several schemas takes: what would do, each thing once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { strictReader } from './strict-reader.ts'

test('a constant is named, not its type too', () => {
  const ids = Type.Array(Type.Integer(), { minItems: 1 })
  const read = strictReader({ ids: Type.Union([Type.Literal('all'), ids]), mode: Type.Optional(Type.Literal(1)) })
  const cases: readonly (readonly [unknown, readonly string[]])[] = [
    [{ ids: [] }, [`'ids' must be "all" or must contain at least 1 items`]],
    [{ ids: 'some' }, [`'ids' must be "all" or must be an array`]],
    [{ ids: 5 }, [`'ids' must be "all" or must be an array`]],
    [{ ids: ['1'] }, [`'ids' must be "all"`, "'ids.0' must be an integer"]],
    [{ ids: [1], mode: 'x' }, ["'mode' must be 1"]],
  ]
  for (const [given, faults] of cases) assert.deepEqual(read(given), { faults }, JSON.stringify(given))
  for (const ids of ['all', [1]]) assert.deepEqual(read({ ids }), { value: { ids } })
})
