/** A column of a table for people. */
export interface Column<Row> {
  readonly head: string
  /** To the right, as amounts and counts are read. */
  readonly isNumber?: boolean
  text(row: Row): string
}

const GAP = '  '

/** The lines of a table, its head first; `nothing` alone where there is no row. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], nothing: string): readonly string[] {
  if (rows.length === 0) return [nothing]
  const cells = [columns.map((column) => column.head), ...rows.map((row) => columns.map((column) => column.text(row)))]
  const widths = columns.map((_, index) => cells.reduce((most, line) => Math.max(most, line[index]?.length ?? 0), 0))
  return cells.map((line) =>
    line
      .map((cell, index) =>
        columns[index]?.isNumber === true ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join(GAP)
      .trimEnd(),
  )
}

/** One thing, a line for each of what is said of it. What has no text is left out. */
export function facts(rows: readonly (readonly [label: string, text: string | undefined])[]): readonly string[] {
  const told = rows.flatMap(([label, text]) => (text === undefined || text === '' ? [] : [[label, text] as const]))
  const width = Math.max(0, ...told.map(([label]) => label.length))
  return told.map(([label, text]) => `${label.padEnd(width)}${GAP}${text}`)
}
