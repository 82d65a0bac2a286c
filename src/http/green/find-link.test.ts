// Truth: what a person would call the link in a sentence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findLink } from './find-link.ts'

const ROWS: readonly (readonly [message: string, link: string | undefined])[] = [
  ['nothing here', undefined],
  ['see https://a.example/menu today', 'https://a.example/menu'],
  ['see https://a.example/menu.', 'https://a.example/menu'],
  ['(see https://a.example/menu)', 'https://a.example/menu'],
  ['(see https://a.example/menu).', 'https://a.example/menu'],
  ['is it https://a.example/?q=1?!', 'https://a.example/?q=1'],
  ['https://a.example/wiki/A_(b)', 'https://a.example/wiki/A_(b)'],
  ['(https://a.example/wiki/A_(b)), and more', 'https://a.example/wiki/A_(b)'],
  ['https://a.example/a_(b', 'https://a.example/a_(b'],
  ['look at www.a.example, please', 'www.a.example'],
  ['HTTP://A.EXAMPLE first, https://b.example then', 'HTTP://A.EXAMPLE'],
]

for (const [message, link] of ROWS) test(message, () => assert.equal(findLink(message), link))

test('a long row of brackets takes no time', () => {
  const began = performance.now()
  assert.equal(findLink(`https://a.example/${')'.repeat(60_000)}`), 'https://a.example/')
  assert.ok(performance.now() - began < 500)
})
