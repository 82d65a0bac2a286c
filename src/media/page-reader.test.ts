// Truth: the Open Graph protocol and the HTML standard, as far as they say what a page is called and what stands for it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PageReader, type PageWords } from './page-reader.ts'

const AT = new URL('https://a.example/shop/page')
const NOTHING: PageWords = { title: '', description: '', images: [] }

function read(page: string | Buffer, charset?: string, pieceBytes = Infinity): PageWords {
  const bytes = Buffer.from(page)
  const reader = new PageReader(charset)
  for (let at = 0; at < bytes.length; at += pieceBytes)
    reader.write(bytes.subarray(at, Math.min(bytes.length, at + pieceBytes)))
  return reader.end(AT)
}

/** Windows-1251 has Russian letters in one row, two hundred and more places below Unicode's. */
function windows1251(text: string): Buffer {
  return Buffer.from(Array.from(text, (letter) => letter.charCodeAt(0)).map((code) => (code < 128 ? code : code - 848)))
}

const PAGES: Record<string, readonly [page: string, words: Partial<PageWords>]> = {
  'open graph': [
    `<html><head><meta property="og:title" content="Shop"><meta property="og:description" content="All of it">
     <meta property="og:image" content="https://img.example/a.jpg"><title>Another</title></head>`,
    { title: 'Shop', description: 'All of it', images: ['https://img.example/a.jpg'] },
  ],
  'nothing but a title': ['<title> A \n page </title>', { title: 'A page' }],
  'title and description': [
    '<title>A</title><meta name="Description" content="the words">',
    { title: 'A', description: 'the words' },
  ],
  'twitter cards': [
    `<meta name="twitter:title" content="T"><meta name="twitter:description" content="D"><meta name="twitter:image" content="/i.png">`,
    { title: 'T', description: 'D', images: ['https://a.example/i.png'] },
  ],
  'open graph under the wrong attribute': ['<meta name="og:title" content="Shop">', { title: 'Shop' }],
  'open graph before all else, wherever it stands': [
    '<title>t</title><meta name="twitter:title" content="w"><meta property="og:title" content="o">',
    { title: 'o' },
  ],
  'an empty one counts for nothing': ['<meta property="og:title" content="  "><title>t</title>', { title: 't' }],
  'the first of several': [
    '<meta property="og:title" content="1"><meta property="og:title" content="2"><title>3</title><title>4</title>',
    { title: '1' },
  ],
  'entities, in attributes and in text': [
    '<title>a</title><meta property="og:title" content="Tom &amp; Jerry&#39;s &#x1F600; &laquo;x&raquo;">',
    { title: "Tom & Jerry's 😀 «x»" },
  ],
  'entities in a title': ['<title>Q&amp;A &lt;b&gt;</title>', { title: 'Q&A <b>' }],
  'relative addresses': [
    '<title>x</title><meta property="og:image" content="../i/a.png"><link rel="image_src" href="//b.example/c.png">',
    { title: 'x', images: ['https://a.example/i/a.png', 'https://b.example/c.png'] },
  ],
  'a base': [
    '<base href="https://cdn.example/x/"><title>x</title><meta property="og:image" content="a.png">',
    { title: 'x', images: ['https://cdn.example/x/a.png'] },
  ],
  'icons last, and none that nothing can be made of': [
    `<title>x</title><link rel="shortcut icon" href="/favicon.ico"><link rel="apple-touch-icon" href="/touch.png">
     <meta property="og:image" content="/logo.svg?v=1"><meta name="twitter:image" content="/big.png">`,
    { title: 'x', images: ['https://a.example/big.png', 'https://a.example/touch.png'] },
  ],
  'addresses that are none of the web': [
    `<title>x</title><meta property="og:image" content="data:image/png;base64,AAAA">
     <meta name="twitter:image" content="file:///etc/passwd"><link rel="icon" href="javascript:alert(1)">
     <link rel="image_src" href="http://[">`,
    { title: 'x' },
  ],
  'no tags within comments, scripts and drawings': [
    `<!-- <title>no</title> --><script>"<title>no</title></head>"</script><style>a{}<title>no</title></style>
     <svg><title>no</title></svg><title>yes</title>`,
    { title: 'yes' },
  ],
  'what belongs to the head in the body, where the head told nothing': [
    '<head></head><body><meta property="og:title" content="late"></body>',
    { title: 'late' },
  ],
  'but not once it told': [
    '<head><title>early</title></head><body><meta property="og:title" content="late"></body>',
    { title: 'early' },
  ],
  'marks that turn or hide what stands beside them': [
    '<title>a\u202Eb\u2066c\u0000d\u0007e&#x202E;f</title>',
    { title: 'abc d ef' },
  ],
  'a title that is never closed': ['<title>open', { title: 'open' }],
  'an attribute that is never closed': ['<title>a</title><meta property="og:title" content="b', { title: 'a' }],
  'no html at all': ['{"title":"x"}', {}],
  nothing: ['', {}],
}

describe('what a page says of itself', () => {
  for (const [name, [page, words]] of Object.entries(PAGES))
    test(name, () => {
      assert.deepEqual(read(page), { ...NOTHING, ...words })
      assert.deepEqual(read(page, undefined, 7), { ...NOTHING, ...words }, 'in small pieces')
    })

  test('three pictures at most', () => {
    const tags = ['og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image', 'twitter:image:src']
    const page = tags.map((tag, index) => `<meta property="${tag}" content="/${String(index)}.png">`).join('')
    assert.deepEqual(
      read(page).images.map((image) => image.slice(-5)),
      ['0.png', '1.png', '2.png'].map((name) => `/${name}`).map((name) => name.slice(-5)),
    )
  })

  test('long words are cut, never within a character', () => {
    const { title, description } = read(
      `<title>${'x'.repeat(298)}😀😀</title><meta name="description" content="${'y'.repeat(9000)}">`,
    )
    assert.equal(title, `${'x'.repeat(298)}…`)
    assert.equal(description, `${'y'.repeat(299)}…`)
  })

  test('it stops where the head is over', () => {
    const reader = new PageReader(undefined)
    reader.write(Buffer.from(`<head><title>a</title>${' '.repeat(2000)}`))
    assert.equal(reader.isDone, false)
    reader.write(Buffer.from('</head>'))
    assert.equal(reader.isDone, true)
    assert.equal(reader.end(AT).title, 'a')
  })
})

describe('charsets', () => {
  const russian = '<title>Привет</title>'

  test('by the header', () => assert.equal(read(windows1251(russian), 'Windows-1251').title, 'Привет'))

  test('by the page', () => {
    for (const meta of [
      '<meta charset=windows-1251>',
      '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
    ])
      assert.equal(read(windows1251(meta + russian)).title, 'Привет')
  })

  test('by its first bytes, whatever else is said', () => {
    assert.equal(read(Buffer.from(`\ufeff${russian}`, 'utf16le'), 'windows-1251').title, 'Привет')
    assert.equal(read(Buffer.from(`\ufeff<meta charset=koi8-r>${russian}`), 'koi8-r').title, 'Привет')
  })

  test('UTF-8 where nothing is said, or nothing that there is', () => {
    for (const charset of [undefined, 'klingon', '']) assert.equal(read(russian, charset).title, 'Привет')
    assert.equal(read(`<meta charset="utf-16">${russian}`).title, 'Привет')
    assert.equal(read(`<meta charset="klingon">${russian}`, undefined, 3).title, 'Привет')
  })
})

describe('hostile pages', () => {
  const HALF = 512 * 1024

  for (const [name, page] of Object.entries({
    'tags within tags': '<a>'.repeat(HALF / 3),
    'tags within tags that others close': '<a>'.repeat(HALF / 6) + '</b>'.repeat(HALF / 8),
    'attributes without end': `<meta ${'a '.repeat(HALF / 2)}`,
    'a value without end': `<meta content="${'&amp;'.repeat(HALF / 5)}`,
    'titles without end': '<title>'.repeat(HALF / 7),
    'open brackets': '<'.repeat(HALF),
    'openings of comments': '<!--'.repeat(HALF / 4),
    ampersands: `<title>${'&'.repeat(HALF)}`,
    'meta without end': '<meta charset '.repeat(HALF / 14),
    'links of many kinds': `<link href="/a.png" rel="${'icon '.repeat(HALF / 5)}">`,
    'white space in a title': `<title>${' '.repeat(HALF)}x`,
  }))
    test(`${name} are read in no time`, () => {
      const began = performance.now()
      read(page, undefined, 16 * 1024)
      assert.ok(performance.now() - began < 1000)
    })

  test('any bytes, in any pieces, give the same words within the bounds', () => {
    const tags = [
      '<title>',
      '</title>',
      '<head>',
      '</head>',
      '<meta property="og:title" content="',
      '">',
      '<svg>',
      '</svg>',
    ]
    const piece = fc.oneof(
      fc.constantFrom(...tags),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('&amp', '&#xd800;', '\0'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (pieces, size) => {
        const page = pieces.join('')
        const words = read(page)
        assert.deepEqual(read(page, undefined, size), words)
        assert.ok(words.title.length <= 300 && words.title === words.title.trim())
        assert.doesNotMatch(words.title, /\p{Cc}|\p{Cs}/u)
      }),
      { numRuns: 300 },
    )
  })
})
