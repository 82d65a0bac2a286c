// Truth: how PostgreSQL sends an array in binary (its source, array_send): head, then each element behind its length.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Param } from '../statement.ts'
import { ArrayRoom, arraysOf, PgArray } from './pg-arrays.ts'

const room = new ArrayRoom()

void test('texts, numbers and nulls are read as they were, several in one room', () => {
  const unit = fc.constantFrom<'grapheme' | 'binary'>('grapheme', 'binary')
  const text = unit.chain((of) => fc.string({ unit: of, maxLength: 80 }))
  const columns = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('text'), values: fc.array(fc.option(text)) }),
      fc.record({ type: fc.constant('bigint'), values: fc.array(fc.option(fc.maxSafeInteger())) }),
      fc.record({ type: fc.constant('integer'), values: fc.array(fc.option(fc.integer())) }),
    ),
  )
  fc.assert(
    fc.property(columns, (all) => {
      const written = all.map(({ type, values }) => room.write(new PgArray(type, values)))
      for (const [at, { type, values }] of all.entries()) assert.deepEqual(read(written[at], type), values)
      room.clear()
    }),
  )
})

void test('much more than there is room for', () => {
  const values = Array.from({ length: 3000 }, (_, n) => `${n}`.repeat(200))
  const before = room.write(new PgArray('text', ['before']))
  assert.deepEqual(read(room.write(new PgArray('text', values)), 'text'), values)
  assert.deepEqual(read(before, 'text'), ['before'])
  room.clear()
})

void test('what is not of its type goes as text, for the server to judge', () => {
  const ill: readonly [string | undefined, Param][] = [
    ['bigint', 1.5],
    ['bigint', 'one'],
    ['integer', 2 ** 31],
    ['double', 1],
    [undefined, 1],
  ]
  for (const [type, value] of ill) assert.equal(typeof room.write(new PgArray(type, [value])), 'string', type)
})

void test('the statement says the types, in whatever order', () => {
  const arrays = arraysOf('select unnest($2::text[], $1::bigint[]), $3', [[1], ['a'], [3]])
  assert.deepEqual(
    arrays.map(({ type }) => type),
    ['bigint', 'text', undefined],
  )
})

function read(bytes: string | Buffer | undefined, type: string): Param[] {
  assert.ok(Buffer.isBuffer(bytes))
  assert.equal(bytes.readInt32BE(0), 1)
  const count = bytes.readInt32BE(12)
  const values: Param[] = []
  let at = 20
  for (let element = 0; element < count; element++) {
    const size = bytes.readInt32BE(at)
    at += 4
    if (size === -1) values.push(null)
    else if (type === 'text') values.push(bytes.toString('utf8', at, at + size))
    else values.push(type === 'bigint' ? Number(bytes.readBigInt64BE(at)) : bytes.readInt32BE(at))
    at += Math.max(size, 0)
  }
  assert.equal(at, bytes.length)
  assert.equal(bytes.readInt32BE(4), values.includes(null) ? 1 : 0)
  return values
}
