// Truth: marks of the API's formatting (our notes of the protocol, A3) and the network's stretches (B2.4): what is sent with marks reads back with them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { elementsOf } from '../../wire/contents.ts'
import { formatted } from '../../outbound/formatting.ts'
import { markedText } from './marked-text.ts'

describe('the marks of a text of MAX', () => {
  for (const source of [
    'plain text, 5 * 3 = 15',
    '*bold* and _italic_, ~struck~ and `fixed`',
    '*bold and _italic_ in it*',
    'see [our shop](https://shop.example/a?b=1) 😀 *now 😀*',
    'https://shop.example/_a_',
  ])
    test(`are those it was sent with: ${source}`, () => {
      const { text, formats } = formatted(source)
      assert.equal(markedText(text, elementsOf(formats) as never), source)
    })

  for (const [name, text, elements, shown] of [
    ['stand close to the words', 'a bold b', [{ type: 'STRONG', from: 1, length: 6 }], 'a *bold* b'],
    ['begin at the start where it is not told', 'bold b', [{ type: 'STRONG', length: 4 }], '*bold* b'],
    ['are none for what has no mark', 'under', [{ type: 'UNDERLINE', from: 0, length: 5 }], 'under'],
    [
      'are put into each other where stretches cross',
      'abcdef',
      [
        { type: 'STRONG', from: 0, length: 4 },
        { type: 'EMPHASIZED', from: 2, length: 4 },
      ],
      '*ab_cd_*ef',
    ],
    ['never cut a character', '😀', [{ type: 'STRONG', from: 0, length: 1 }], '😀'],
    [
      'lead nowhere but to pages',
      'click',
      [{ type: 'LINK', from: 0, length: 5, attributes: { url: 'javascript:alert(1)' } }],
      'click',
    ],
    ['are none where they lie', 'short', [{ type: 'STRONG', from: 3, length: 90 }], 'short'],
  ] as const)
    test(name, () => assert.equal(markedText(text, elements as never), shown))

  test('leave every word where it was, whatever they claim', () => {
    const element = fc.record({
      type: fc.constantFrom('STRONG', 'EMPHASIZED', 'LINK', 'MONOSPACED', 'NEW'),
      from: fc.integer({ min: -3, max: 30 }),
      length: fc.integer({ min: -3, max: 30 }),
      attributes: fc.constant({ url: 'https://x.example' }),
    })
    const words = fc.stringMatching(/^[a-z 😀]{0,20}$/u)
    fc.assert(
      fc.property(words, fc.array(element, { maxLength: 20 }), (text, elements) => {
        const shown = markedText(text, elements)
        assert.equal(shown.replaceAll('](https://x.example)', '').replaceAll(/[*_`[]/g, ''), text)
        assert.ok(shown.isWellFormed())
      }),
    )
  })
})
