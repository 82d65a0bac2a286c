// Truth: what is read back is of its schema, or it is nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from './checked-json.ts'

test('what is of the schema comes back, anything else is null', () => {
  const schema = Compile(Type.Object({ id: Type.String() }))
  assert.deepEqual(checkedJson(schema, Buffer.from('{"id":"a"}')), { id: 'a' })
  assert.deepEqual(checkedJson(schema, '{"id":"a"}'), { id: 'a' })
  for (const kept of [null, Buffer.from('{"id":7}'), Buffer.from('{'), Buffer.alloc(0), '{', '']) {
    assert.equal(checkedJson(schema, kept), null)
  }
})
