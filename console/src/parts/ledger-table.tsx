import { NativeSelect, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, withQuery } from '../api/client.ts'
import { moneyKey, readLedger, type Line } from '../api/money.ts'
import { lastMonths, useDays } from '../words/days.ts'
import { useFormat } from '../words/format.ts'
import { useMoney } from '../words/money.ts'
import { useWords } from '../words/words.ts'
import { useCursors } from './cursors.ts'
import { DataTable, Pager, type Column } from './data-table.tsx'
import { QueryView } from './query-view.tsx'
import { Empty } from './states.tsx'

const PAGE_SIZE = 25
const MONTHS = 24

interface LedgerTableProps {
  readonly account: string
  /** The account's rows as the one who looks reaches them. */
  readonly at: string
}

/** The lines of an account's ledger, newest first, by month where one is chosen. */
export function LedgerTable({ account, at }: LedgerTableProps): ReactNode {
  const words = useWords('billing')
  const days = useDays()
  const [month, setMonth] = useState('')
  const { cursor, page, go } = useCursors(month)
  const query = useQuery({
    queryKey: moneyKey(account, 'ledger', at, month, cursor),
    queryFn: ({ signal }) =>
      ask({ path: withQuery(`${at}/ledger`, { month, cursor, limit: PAGE_SIZE }), signal, read: readLedger }),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <NativeSelect
        label={words.month}
        value={month}
        onChange={(event) => setMonth(event.currentTarget.value)}
        data={[
          { value: '', label: words.allMonths },
          ...lastMonths(MONTHS).map((value) => ({ value, label: days.month(value) })),
        ]}
        maw={240}
      />
      <QueryView query={query}>
        {({ currency, items, next }) =>
          items.length === 0 ? (
            <Empty title={words.emptyLedger}>{words.emptyLedgerText}</Empty>
          ) : (
            <>
              <Lines currency={currency} lines={items} isStale={query.isPlaceholderData} />
              <Pager
                page={page}
                pageSize={PAGE_SIZE}
                total={null}
                hasMore={next !== null}
                onPage={(wanted) => go(wanted, next)}
              />
            </>
          )
        }
      </QueryView>
    </>
  )
}

interface LinesProps {
  readonly currency: string
  readonly lines: readonly Line[]
  readonly isStale: boolean
}

function Lines({ currency, lines, isStale }: LinesProps): ReactNode {
  const words = useWords('billing')
  const format = useFormat()
  const days = useDays()
  const money = useMoney()
  const columns: readonly Column<Line>[] = [
    {
      key: 'kind',
      head: words.kind,
      isMain: true,
      cell: ({ kind, day }) => (
        <div>
          {words.kinds[kind] ?? kind}
          {(kind === 'charge' || kind === 'renewal') && (
            <Text size="xs" c="dimmed" fw={400}>
              {words.forDay(days.day(day))}
            </Text>
          )}
        </div>
      ),
    },
    { key: 'instance', head: words.instance, cell: ({ idInstance }) => idInstance ?? '' },
    { key: 'reason', head: words.reason, cell: ({ reason }) => reason },
    { key: 'when', head: words.when, cell: ({ time }) => format.time(time) },
    {
      key: 'amount',
      head: words.amount,
      align: 'end',
      cell: ({ amount }) => (
        <span style={{ whiteSpace: 'nowrap' }}>{`${amount > 0 ? '+' : ''}${money.text(amount, currency)}`}</span>
      ),
    },
  ]
  return (
    <DataTable
      caption={words.ledger}
      columns={columns}
      rows={lines}
      rowKey={({ seq }) => String(seq)}
      isStale={isStale}
    />
  )
}
