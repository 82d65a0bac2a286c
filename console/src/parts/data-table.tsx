import { Button, Group, Text, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import classes from './data-table.module.css'
import { Icon } from './icon.tsx'

export interface Column<T> {
  readonly key: string
  readonly head: string
  readonly cell: (row: T) => ReactNode
  readonly align?: 'end'
  /** The first look of a row on a phone; the others stand below it with their names. */
  readonly isMain?: boolean
  /** Not read out and not shown as a name (a column of buttons). */
  readonly isHeadHidden?: boolean
  readonly sort?: Sort
}

export interface Sort {
  readonly direction: 'ascending' | 'descending' | null
  readonly onSort: () => void
}

interface DataTableProps<T> {
  /** What the table lists, for a screen reader. */
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  /** Older rows stay, paler, while newer ones are on their way. */
  readonly isStale?: boolean
}

/** Rows with columns; on a phone each row is a card of names and values. A word is never cut in two where it fits on a line. */
export function DataTable<T>({ caption, columns, rows, rowKey, isStale = false }: DataTableProps<T>): ReactNode {
  return (
    <div className={classes['frame']} data-stale={isStale}>
      {/* The roles are said because display: block, which the cards on a phone need, takes them away. */}
      <table className={classes['table']} role="table">
        <caption>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Head key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr role="row" key={rowKey(row)}>
              {columns.map((column) => (
                <td
                  role="cell"
                  key={column.key}
                  data-align={column.align}
                  data-main={column.isMain}
                  data-name={column.isHeadHidden === true ? undefined : column.head}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Head<T>({ column }: { readonly column: Column<T> }): ReactNode {
  const { sort } = column
  if (column.isHeadHidden === true) {
    return (
      <th role="columnheader" scope="col">
        <VisuallyHidden>{column.head}</VisuallyHidden>
      </th>
    )
  }
  return (
    <th role="columnheader" scope="col" data-align={column.align} aria-sort={sort?.direction ?? undefined}>
      {sort === undefined ? (
        column.head
      ) : (
        <button type="button" className={classes['sort']} onClick={sort.onSort} data-direction={sort.direction}>
          {column.head}
          <Icon name="chevronDown" size={14} />
        </button>
      )}
    </th>
  )
}

interface PagerProps {
  /** 0 for the first. */
  readonly page: number
  readonly pageSize: number
  /** Null where nobody counts: then `hasMore` says whether there is a next page. */
  readonly total: number | null
  readonly hasMore?: boolean
  readonly onPage: (page: number) => void
}

export function Pager({ page, pageSize, total, hasMore = false, onPage }: PagerProps): ReactNode {
  const words = useWords('common')
  const isLast = total === null ? !hasMore : (page + 1) * pageSize >= total
  if (page === 0 && isLast) return null
  const from = page * pageSize + 1
  const to = total === null ? from + pageSize - 1 : Math.min(total, from + pageSize - 1)
  return (
    <Group component="nav" aria-label={words.pages} justify="space-between" mt="md">
      <Text size="sm" c="dimmed" aria-live="polite">
        {total === null ? words.pageNumber(page + 1) : words.range(from, to, total)}
      </Text>
      <Group gap="xs">
        <Button variant="default" size="sm" disabled={page === 0} onClick={() => onPage(page - 1)}>
          {words.previous}
        </Button>
        <Button variant="default" size="sm" disabled={isLast} onClick={() => onPage(page + 1)}>
          {words.next}
        </Button>
      </Group>
    </Group>
  )
}
