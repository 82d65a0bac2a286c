// Truth: the marks of the API's MAX and Telegram forms: what a pair of them encloses is formatted, and everything else stays as it was written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Format } from '../wire/contents.ts'
import { markedText } from '../inbound/contents/marked-text.ts'
import { formatted } from './formatting.ts'

type Row = readonly [source: string, text: string, ...formats: readonly (readonly [Format['type'], string, string?])[]]

const ROWS: readonly Row[] = [
  ['plain', 'plain'],
  ['*bold*', 'bold', ['STRONG', 'bold']],
  ['_italic_ and ~struck~', 'italic and struck', ['EMPHASIZED', 'italic'], ['STRIKETHROUGH', 'struck']],
  ['a `fixed *word*` b', 'a fixed *word* b', ['MONOSPACED', 'fixed *word*']],
  ['*жирный* 👍 _курсив_', 'жирный 👍 курсив', ['STRONG', 'жирный'], ['EMPHASIZED', 'курсив']],
  ['*bold _both_*', 'bold both', ['STRONG', 'bold both'], ['EMPHASIZED', 'both']],
  ['*_~all~_*', 'all', ['STRONG', 'all'], ['EMPHASIZED', 'all'], ['STRIKETHROUGH', 'all']],
  ['(*in brackets*), *again*!', '(in brackets), again!', ['STRONG', 'in brackets'], ['STRONG', 'again']],
  [
    'see [the *shop*](https://shop.example/a_b)',
    'see the shop',
    ['LINK', 'the shop', 'https://shop.example/a_b'],
    ['STRONG', 'shop'],
  ],
  ['*see [it](https://shop.example)*', 'see it', ['STRONG', 'see it'], ['LINK', 'it', 'https://shop.example']],
  ['*https://shop.example*', 'https://shop.example', ['STRONG', 'https://shop.example']],
  // No pairs.
  ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
  ['* not a list *', '* not a list *'],
  ['*open', '*open'],
  ['*over\nlines*', '*over\nlines*'],
  ['** and __ and ~~ and ``', '** and __ and ~~ and ``'],
  ['```as WhatsApp```', '```as WhatsApp```'],
  ['https://shop.example/_a_?b=*c*', 'https://shop.example/_a_?b=*c*'],
  ['[words](not an address) [](https://a.example)', '[words](not an address) [](https://a.example)'],
  ['*a _b* c_', 'a _b c_', ['STRONG', 'a _b']],
  ['', ''],
]

test('pairs of marks become formats, and what is no pair stays', () => {
  for (const [source, text, ...formats] of ROWS) {
    const read = formatted(source)
    const seen = read.formats.map(({ type, from, length, url }) => [type, read.text.slice(from, from + length), url])
    assert.deepEqual([read.text, ...seen], [text, ...formats.map(([type, words, url]) => [type, words, url])], source)
  }
})

test('a text without marks is as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (source) => {
      fc.pre(!/[*_~`[]/.test(source))
      assert.deepEqual(formatted(source), { text: source, formats: [] })
    }),
  )
})

test('whatever is written: formats are within the text, outer ones first, and nothing but marks and addresses goes', () => {
  const hostile = fc.array(
    fc.constantFrom('*', '_', '~', '`', '[', ']', '(', ')', 'https://a.b', 'a', ' ', '\n', '👍', 'ж'),
  )
  fc.assert(
    fc.property(hostile, (parts) => {
      const source = parts.join('')
      const { text, formats } = formatted(source)
      for (const { from, length, type, url } of formats) {
        assert.ok(from >= 0 && length > 0 && from + length <= text.length)
        assert.equal(type === 'LINK', url !== undefined)
      }
      assert.deepEqual(
        [...formats].sort((one, other) => one.from - other.from),
        formats,
      )
      const letters = (value: string) => value.replaceAll(/https:\/\/a\.b|[*_~`[\]()]/g, '')
      assert.equal(letters(text), letters(source))
    }),
  )
})

test('words that were marked come out as they were marked', () => {
  const word = fc.stringMatching(/^[a-zа-я0-9👍]{1,8}$/u)
  const marks = [
    ['', undefined],
    ['*', 'STRONG'],
    ['_', 'EMPHASIZED'],
    ['~', 'STRIKETHROUGH'],
    ['`', 'MONOSPACED'],
  ] as const
  const said = fc.array(fc.tuple(word, fc.constantFrom(...marks)))
  fc.assert(
    fc.property(said, (words) => {
      const source = words.map(([each, [mark]]) => `${mark}${each}${mark}`).join(' ')
      const { text, formats } = formatted(source)
      // Who reads it reads the marks.
      assert.equal(markedText(text, [...formats]), source)
      assert.equal(text, words.map(([each]) => each).join(' '))
      const seen = formats.map(({ type, from, length }) => [type, text.slice(from, from + length)])
      assert.deepEqual(
        seen,
        words.flatMap(([each, [, type]]) => (type === undefined ? [] : [[type, each]])),
      )
    }),
  )
})

test('the longest text of nothing but marks is read at once', () => {
  const began = performance.now()
  for (const part of ['*a', '*_~', '[a', '`a ', '*a [b](https://c.d) ', '_a '])
    formatted(part.repeat(4_000 / part.length))
  assert.ok(performance.now() - began < 500)
})
