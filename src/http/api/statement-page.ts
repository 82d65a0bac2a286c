import { createHash } from 'node:crypto'
import { dayText } from '../../billing/day.ts'
import { firstDay } from '../../billing/month.ts'
import { decimalsOf, majorUnits } from '../../lib/money.ts'
import type { AccountRow, LedgerLine } from '../../model/account.ts'
import type { Statement } from '../../partners/statements.ts'
import { isoTime } from './ledger-views.ts'
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

/** A statement as an HTML page to print, a portion of lines at a time. */
export async function* statementPage({
  statement,
  account,
  language,
  lines,
}: PrintedStatement): AsyncGenerator<string> {
  const words = WORDS[language]
  const money = moneyFormat(language, statement.currency)
  yield head(statement, account, language, money)
  for await (const portion of lines) {
    yield portion
      .map(({ day, kind, instance, reason, amount }) => {
        const cells = [
          dayText(day),
          words.kinds[kind],
          instance === null ? '' : String(instance),
          reason,
          money(amount),
        ]
        return `<tr>${cells.map((text, at) => cell('td', at, text)).join('')}</tr>\n`
      })
      .join('')
  }
  yield '</tbody>\n</table>\n</body>\n</html>\n'
}

function head(
  statement: Statement,
  account: Pick<AccountRow, 'id' | 'name'>,
  language: Language,
  money: (amount: number) => string,
): string {
  const words = WORDS[language]
  const month = monthName(statement.month, language)
  const title = `${words.statement}: ${month}`
  const facts: readonly (readonly [string, string])[] = [
    [words.account, `${account.name === '' ? '' : `${account.name} · `}${account.id}`],
    [words.plan, words.plans[statement.plan]],
    [words.made, `${isoTime(statement.createdAt).slice(0, 19).replace('T', ' ')} UTC`],
    [words.lines, String(statement.lines)],
  ]
  const sums: readonly (readonly [string, string])[] = [
    [words.opening, money(statement.opening)],
    [words.charged, money(statement.charged)],
    [words.paid, money(statement.paid)],
  ]
  const headings = words.columns.map((text, at) => cell('th', at, text))
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${statement.isFinal ? '' : `<p class="draft">${escaped(words.draft)}</p>\n`}<dl>
${listed(facts)}
</dl>
<dl class="sums">
${listed(sums)}
<dt class="total">${escaped(words.closing)}</dt><dd class="total">${escaped(money(statement.closing))}</dd>
</dl>
<table>
<caption>${escaped(words.zone)}</caption>
<thead><tr>${headings.join('')}</tr></thead>
<tbody>
`
}

function listed(facts: readonly (readonly [name: string, value: string])[]): string {
  return facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('\n')
}

const CLASSES = [undefined, undefined, 'instance', 'reason', 'sum'] as const

/** A cell of the column at a place. */
function cell(tag: 'td' | 'th', at: number, text: string): string {
  const name = CLASSES[at]
  const attributes = `${tag === 'th' ? ' scope="col"' : ''}${name === undefined ? '' : ` class="${name}"`}`
  return `<${tag}${attributes}>${escaped(text)}</${tag}>`
}

function monthName(month: number, language: Language): string {
  const format = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  return format.format(firstDay(month) * 86_400_000)
}

/** An amount as people of a language write it, exact to the last digit. */
function moneyFormat(language: Language, currency: string): (amount: number) => string {
  const digits = decimalsOf(currency)
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  // A decimal text is exact where a floating number would not be.
  return (amount) => `${format.format(majorUnits(amount, currency) as `${number}`)} ${currency}`
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign)
}
