// Truth: the definition of contrast in WCAG 2.2, with figures that others have published.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accentOn } from './accent.ts'

test('a colour that can be read stays as it is', () => {
  assert.deepEqual(accentOn('#ffffff', '#0b7a5c'), { color: '#0b7a5c', text: '#ffffff' })
  assert.deepEqual(accentOn('#000000', '#ffff00'), { color: '#ffff00', text: '#000000' })
  // 4.54 and 4.48 to 1 on white are the well-known neighbours of the limit.
  assert.equal(accentOn('#ffffff', '#767676').color, '#767676')
  assert.notEqual(accentOn('#ffffff', '#777777').color, '#777777')
})

test('one that can not be read gets darker on a light ground and lighter on a dark one', () => {
  for (const wanted of ['#ffff00', '#ffffff', '#7fdcb8', '#ff8800']) {
    const { color } = accentOn('#ffffff', wanted)
    assert.ok(Number.parseInt(color.slice(1, 3), 16) < Number.parseInt(wanted.slice(1, 3), 16), `${wanted} ${color}`)
  }
  assert.notEqual(accentOn('#15211d', '#000080').color, '#000080')
})
