// Truth: what a person at a terminal reads: columns that stand below each other, numbers to the right, no blanks at the end of a line.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facts, table } from './table.ts'

const COLUMNS = [
  { head: 'NAME', text: (row: { name: string; count: number }) => row.name },
  { head: 'N', isNumber: true, text: (row: { name: string; count: number }) => String(row.count) },
  { head: 'LAST', text: () => '' },
]

test('columns are as wide as their widest cell, the head included', () => {
  const rows = [
    { name: 'a longer name', count: 5 },
    { name: 'b', count: 1000 },
  ]
  assert.deepEqual(table(rows, COLUMNS, 'nothing'), [
    'NAME              N  LAST',
    'a longer name     5',
    'b              1000',
  ])
})

test('without rows there is one line that says so', () => {
  assert.deepEqual(table([], COLUMNS, 'No name.'), ['No name.'])
})

test('facts stand below each other; what has no text is left out', () => {
  assert.deepEqual(
    facts([
      ['id', '7'],
      ['deleted', ''],
      ['made at', 'noon'],
      ['none', undefined],
    ]),
    ['id       7', 'made at  noon'],
  )
})
