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
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #111; background: #fff; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
.draft { border: 1px solid #b45309; padding: .5rem .75rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 1rem 0; }
dt { color: #555; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: start; color: #555; padding-bottom: .5rem; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #ddd; padding: .25rem .5rem; text-align: start; vertical-align: top; }
td { overflow-wrap: anywhere; }
.sum { text-align: end; white-space: nowrap; }
.total { font-weight: 600; }
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
        const cells = [dayText(day), words.kinds[kind], instance === null ? '' : String(instance), reason]
        return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}<td class="sum">${escaped(money(amount))}</td></tr>\n`
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
    [words.month, month],
    [words.plan, words.plans[statement.plan]],
    [words.made, isoTime(statement.createdAt)],
    [words.opening, money(statement.opening)],
    [words.charged, money(statement.charged)],
    [words.paid, money(statement.paid)],
    [words.closing, money(statement.closing)],
    [words.lines, String(statement.lines)],
  ]
  const [day, kind, instance, reason, amount] = words.columns
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
${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('\n')}
</dl>
<table>
<caption>${escaped(words.zone)}</caption>
<thead><tr>${[day, kind, instance, reason].map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}<th scope="col" class="sum">${escaped(amount)}</th></tr></thead>
<tbody>
`
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
