/** A cell that a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",\r\n]/

/** `number`: a decimal number, as it is to stand there. */
export type CsvCell = string | number | { readonly number: string } | null

/** A row of CSV by RFC 4180. Texts can't become formulas in a spreadsheet; numbers stay as they are; null is an empty cell. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join()}\r\n`
}

function cellText(cell: CsvCell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  if (typeof cell === 'object') return cell.number
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
