// Truth: RFC 4180 read back by a parser of its own; a cursor leads where it was written for; a page says what its lines say, in words that can't become markup.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_SETTINGS } from '../../model/settings.ts'
import type { Instance } from '../../instances/instance.ts'
import { isFault } from '../../model/fault.ts'
import type { AccountId, InstanceId } from '../../model/ids.ts'
import type { LedgerLine } from '../../model/account.ts'
import { TARIFFS } from '../../billing/tariffs.ts'
import type { Statement } from '../../partners/statements.ts'
import { csvRow } from './csv.ts'
import { instancePage } from './instance-list.ts'
import { readCursor, writeCursor } from './paging.ts'
import { statementCsv } from './statement-csv.ts'
import { statementPage } from './statement-page.ts'
import { languageOf } from './statement-words.ts'
import { strictFields } from './strict-fields.ts'
import { optional, text } from '../fields.ts'

/** By the letter of RFC 4180. */
function parseCsv(source: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let cells: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  while (cell.lastIndex < source.length) {
    const at = cell.lastIndex
    const [, quoted, bare, end] = cell.exec(source) ?? assert.fail(`not CSV from ${String(at)}: ${source.slice(at)}`)
    cells.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'))
    if (end === '\r\n') {
      rows.push(cells)
      cells = []
    }
  }
  assert.deepEqual(cells, [])
  return rows
}

describe('CSV', () => {
  test('whatever stands in a cell is read back, and is no formula', () => {
    const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('=1+1', '@x', '-2', '+3', '\tq', '"', ',', '\r\n')), {
      minLength: 1,
    })
    fc.assert(
      fc.property(texts, (cells) => {
        const [row] = parseCsv(csvRow(cells))
        for (const [at, given] of cells.entries()) {
          const read = row?.[at] ?? ''
          assert.ok(!/^[=+\-@\t\r]/.test(read), read)
          assert.equal(/^[=+\-@\t\r]/.test(given) ? `'${given}` : given, read)
        }
      }),
    )
    assert.equal(csvRow([-5, null, { number: '-0.05' }]), '-5,,-0.05\r\n')
  })

  test('a line of a statement has its amount in minor and in major units', async () => {
    const chunks: string[] = []
    for await (const chunk of statementCsv('KWD', portions())) chunks.push(chunk)
    const [header, ...rows] = parseCsv(chunks.join(''))
    const amounts = rows.map((row) => [row[header?.indexOf('amountMinor') ?? 0], row[header?.indexOf('amount') ?? 0]])
    assert.deepEqual(amounts, [
      ['-1', '-0.001'],
      ['123456', '123.456'],
    ])
  })
})

function line(seq: number, amount: number, reason: string): LedgerLine {
  const instance = amount < 0 ? (1_101_000_000 as InstanceId) : null
  const kind = amount < 0 ? 'charge' : 'topUp'
  const place = { day: 20_777, month: 24_322 }
  return { seq, account: 'a' as AccountId, at: 0, kind, amount, instance, ...place, reason, author: 'system' }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a source of lines is asynchronous
async function* portions(): AsyncGenerator<readonly LedgerLine[]> {
  yield [line(1, -1, 'PARTNER')]
  yield [line(2, 123_456, '<script>alert("&")</script>')]
}

describe('the page', () => {
  test('shows every line, and no text becomes markup', async () => {
    const statement: Statement = {
      account: 'a' as AccountId,
      month: 24_322,
      currency: 'JPY',
      plan: 'postpaid',
      opening: 0,
      charged: -1,
      paid: 123_456,
      closing: 123_455,
      lines: 2,
      createdAt: 0,
      isFinal: true,
    }
    const account = { id: 'a' as AccountId, name: `Мир & "<b>'` }
    for (const language of ['en', 'ru'] as const) {
      const chunks: string[] = []
      for await (const chunk of statementPage({ statement, account, language, lines: portions() })) chunks.push(chunk)
      const html = chunks.join('')
      assert.match(html, new RegExp(`<html lang="${language}">`))
      assert.ok(html.includes('&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;'))
      assert.ok(html.includes('Мир &amp; &quot;&lt;b&gt;&#39; · a'))
      assert.ok(html.includes(language === 'en' ? '123,455 JPY' : '123\u00a0455 JPY'))
      assert.match(html, language === 'en' ? /<dd class="total">123,455 JPY</ : /<dd class="total">123\u00a0455 JPY</)
      assert.ok(html.includes('1970-01-01 00:00:00 UTC'))
      assert.doesNotMatch(html, /<script|<b>|class="draft"/)
    }
  })

  test('is in the language that its reader likes best', () => {
    const cases = {
      '': 'en',
      'ru-ru,ru;q=0.9': 'ru',
      'en-us,en;q=0.5,ru;q=0.3': 'en',
      'en;q=0.2, ru;q=0.7': 'ru',
      'de,*': 'en',
    }
    for (const [accepted, language] of Object.entries(cases)) assert.equal(languageOf(accepted), language, accepted)
    assert.equal(languageOf('ru;q=nonsense, en;q=0.1'), 'en')
  })
})

describe('cursors', () => {
  test('are read as they were written, for their list alone; anything else is refused', () => {
    const number = fc.maxSafeInteger()
    fc.assert(
      fc.property(number, number, fc.string(), (first, second, junk) => {
        const cursor = writeCursor('lines', [first, second])
        assert.match(cursor, /^[\w-]+$/)
        assert.deepEqual(readCursor('lines', cursor, 2), [first + 0, second + 0])
        assert.ok(isFault(readCursor('ledger', cursor, 2)))
        assert.ok(isFault(readCursor('lines', cursor, 1)))
        assert.ok(isFault(readCursor('lines', junk, 2)))
        assert.ok(isFault(readCursor('lines', `${cursor}=`, 2)))
      }),
    )
    assert.equal(readCursor('lines', undefined, 2), undefined)
  })

  test('a list goes on behind its place, though the instance there is erased meanwhile', () => {
    const instances = Array.from({ length: 10 }, (_, at) => instance(1_101_000_000 + at, at < 5 ? 7 : 9))
    const options = { now: 10, withSecrets: false }
    interface Page {
      readonly items: readonly { readonly idInstance: number }[]
      readonly next: string | null
    }
    const first = instancePage(instances, { limit: 3 }, options) as Page
    const erased = instances.filter(({ id }) => id !== first.items.at(-1)?.idInstance)
    const second = instancePage(erased, { limit: 100, cursor: first.next ?? '' }, options) as Page
    assert.deepEqual(
      [...first.items, ...second.items].map(({ idInstance }) => idInstance),
      instances.map(({ id }) => id),
    )
    assert.equal(second.next, null)
  })
})

/** What a list asks of an instance. */
function instance(id: number, createdAt: number): Instance {
  const known: Partial<Record<keyof Instance, unknown>> = {
    id,
    createdAt,
    deletedAt: null,
    name: '',
    messenger: 'whatsapp',
    state: 'notAuthorized',
    linked: null,
    tariff: TARIFFS.PARTNER,
    paidUntil: null,
    held: undefined,
    settings: DEFAULT_SETTINGS,
  }
  return known as unknown as Instance
}

describe('fields of the contract in our own APIs', () => {
  test('unknown keys are refused, the rest is read as the contract does', () => {
    const read = strictFields({ name: optional(text({ empty: 'value', max: 3 })) })
    assert.deepEqual(read({ name: 'abc' }), { value: { name: 'abc' } })
    assert.deepEqual(read({ name: null }), { value: {} })
    assert.deepEqual(read(undefined), { value: {} })
    assert.deepEqual(read({ name: 'abc', more: 1 }), { faults: ["'more' is not known"] })
    assert.deepEqual(read(JSON.parse('{"__proto__":1}')), { faults: ["'__proto__' is not known"] })
    for (const odd of [null, 7, [], 'x']) assert.ok('faults' in read(odd), String(odd))
    assert.ok('faults' in read({ name: 'abcd' }))
  })
})
