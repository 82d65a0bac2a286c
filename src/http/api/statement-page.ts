import { createHash } from 'node:crypto'
import { dayText } from '../../billing/day.ts'
import { firstDay } from '../../billing/month.ts'
import { decimalsOf, majorUnits } from '../../lib/money.ts'
import type { AccountRow, LedgerLine } from '../../model/account.ts'
import type { Statement } from '../../partners/statements.ts'
import { html, raw, type Html } from '../html.ts'
import { isoTime } from './iso-time.ts'
import { WORDS, type Language } from './statement-words.ts'

export const PAGE_TYPE = 'text/html; charset=utf-8'

const STYLE = `
:root { color-scheme: light; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #111; background: #fff; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
.draft { border: 1px solid #b45309; padding: .5rem .75rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.5rem; margin: 1rem 0; }
dt { color: #555; }
dd { margin: 0; overflow-wrap: anywhere; }
.sums { grid-template-columns: auto max-content; justify-content: start; }
.sums dd { text-align: end; white-space: nowrap; }
.sums .total { color: #111; font-weight: 600; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; color: #555; padding-bottom: .5rem; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #ddd; padding: .25rem .5rem; text-align: start; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child { padding-inline-start: 0; }
th:last-child, td:last-child { padding-inline-end: 0; }
.reason { overflow-wrap: anywhere; white-space: normal; width: 50%; }
.sum { text-align: end; }
@media screen and (max-width: 40rem) {
  body { margin: 1rem auto; }
  dl { column-gap: .75rem; }
  table, tbody { display: block; }
  caption { display: block; }
  thead { position: absolute; clip-path: inset(50%); }
  tr { border-bottom: 1px solid #ddd; display: grid; gap: 0 .75rem; grid-template-columns: minmax(5.75rem, max-content) 1fr max-content; padding: .375rem 0; }
  td { border: 0; padding: 0; }
  .instance { grid-area: 2 / 1; }
  .reason { color: #555; grid-area: 2 / 2 / auto / span 2; width: auto; }
  .sum { grid-area: 1 / 3; }
}
@page { margin: 15mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10px; } }
`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** The page loads nothing and runs nothing. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox`,
  'X-Robots-Tag': 'noindex',
} as const

export interface PrintedStatement {
  readonly statement: Statement
  readonly account: Pick<AccountRow, 'id' | 'name'>
  readonly language: Language
  readonly lines: AsyncIterable<readonly LedgerLine[]>
}

type Money = (amount: number) => string
type Words = (typeof WORDS)[Language]

/** A statement as an HTML page to print, a portion of lines at a time. */
export async function* statementPage({
  statement,
  account,
  language,
  lines,
}: PrintedStatement): AsyncGenerator<string> {
  const words = WORDS[language]
  const money = moneyFormat(language, statement.currency)
  const [before, after] = page(statement, account, language, money).text.split(LINES)
  yield before ?? ''
  for await (const portion of lines) {
    yield portion.map((line) => row(line, words.kinds[line.kind], money)).join('')
  }
  yield `${(after ?? '').trimEnd()}\n`
}

/** Stands where the lines go. No text of an account can hold it: those are escaped. */
const LINES = '<!-- lines -->'

function page(statement: Statement, account: Pick<AccountRow, 'id' | 'name'>, language: Language, money: Money): Html {
  const words = WORDS[language]
  const title = `${words.statement}: ${monthName(statement.month, language)}`
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <h1>${title}</h1>
        ${statement.isFinal ? '' : html`<p class="draft">${words.draft}</p>`} ${facts(statement, account, words)}
        ${sums(statement, words, money)}
        <table>
          <caption>
            ${words.zone}
          </caption>
          <thead>
            <tr>
              ${words.columns.map(heading)}
            </tr>
          </thead>
          <tbody>
            ${raw(LINES)}
          </tbody>
        </table>
      </body>
    </html> `
}

function facts(statement: Statement, account: Pick<AccountRow, 'id' | 'name'>, words: Words): Html {
  return html`<dl>
    ${listed([
      [words.account, `${account.name === '' ? '' : `${account.name} · `}${account.id}`],
      [words.plan, words.plans[statement.plan]],
      [words.made, `${isoTime(statement.createdAt).slice(0, 19).replace('T', ' ')} UTC`],
      [words.lines, String(statement.lines)],
    ])}
  </dl>`
}

function sums(statement: Statement, words: Words, money: Money): Html {
  return html`<dl class="sums">
    ${listed([
      [words.opening, money(statement.opening)],
      [words.charged, money(statement.charged)],
      [words.paid, money(statement.paid)],
    ])}
    <dt class="total">${words.closing}</dt>
    <dd class="total">${money(statement.closing)}</dd>
  </dl>`
}

function row({ day, instance, reason, amount }: LedgerLine, kind: string, money: Money): string {
  const texts = [dayText(day), kind, instance === null ? '' : String(instance), reason, money(amount)]
  const cells = html`<tr>
    ${texts.map((text, at) => cell(at, text))}
  </tr>`
  return `${cells.text}\n`
}

function listed(facts: readonly (readonly [name: string, value: string])[]): readonly Html[] {
  return facts.map(
    ([name, value]) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  )
}

const CLASSES = ['day', 'kind', 'instance', 'reason', 'sum'] as const

/** A cell of the column at a place. */
function cell(at: number, text: string): Html {
  return html`<td class="${CLASSES[at] ?? ''}">${text}</td>`
}

function heading(text: string, at: number): Html {
  return html`<th scope="col" class="${CLASSES[at] ?? ''}">${text}</th>`
}

function monthName(month: number, language: Language): string {
  const format = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  return format.format(firstDay(month) * 86_400_000)
}

/** An amount as people of a language write it, exact to the last digit. */
function moneyFormat(language: Language, currency: string): Money {
  const digits = decimalsOf(currency)
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  // A decimal text is exact where a floating number would not be.
  return (amount) => `${format.format(majorUnits(amount, currency) as `${number}`)} ${currency}`
}
