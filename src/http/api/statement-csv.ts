import { dayText } from '../../billing/day.ts'
import { majorUnits } from '../../lib/money.ts'
import type { LedgerLine } from '../../model/account.ts'
import { csvRow, type CsvCell } from './csv.ts'
import { isoTime } from './iso-time.ts'

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'

const COLUMNS = ['day', 'time', 'kind', 'idInstance', 'amountMinor', 'amount', 'currency', 'reason', 'author', 'seq']

/** The lines of a statement, one in a row: for each instance and day, and whatever else there was. `amount` is decimal, in major units. */
export async function* statementCsv(
  currency: string,
  portions: AsyncIterable<readonly LedgerLine[]>,
): AsyncGenerator<string> {
  yield csvRow(COLUMNS)
  for await (const lines of portions) yield lines.map((line) => csvRow(cellsOf(line, currency))).join('')
}

function cellsOf(line: LedgerLine, currency: string): readonly CsvCell[] {
  const { day, at, kind, instance, amount, reason, author, seq } = line
  const decimal = { number: majorUnits(amount, currency) }
  return [dayText(day), isoTime(at), kind, instance, amount, decimal, currency, reason, author, seq]
}
