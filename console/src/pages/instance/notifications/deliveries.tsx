import { ActionIcon, Button, Center, Group, NativeSelect, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, withQuery } from '../../../api/client.ts'
import { DataTable, type Column } from '../../../parts/data-table.tsx'
import { Icon } from '../../../parts/icon.tsx'
import { Empty, Failure, LoadingLines } from '../../../parts/states.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import { belowInstance, useHere } from '../here.ts'
import { AttemptText } from './attempt.tsx'
import { OutcomeBadge, TypeBadge } from './badges.tsx'
import { DeliveryDialog } from './delivery-dialog.tsx'

import { NOTICE_TYPES, noticesKey, OUTCOMES, readDeliveries, type DeliveryLine } from './notice.ts'

const PAGE_SIZE = 50
const LOOK_MS = 5_000

interface Filter {
  readonly outcome: string
  readonly type: string
}

/** The ledger of what was tried by webhook, newest first. */
export function Deliveries(): ReactNode {
  const words = useWords('notifications')
  const here = useHere()
  const [filter, setFilter] = useState<Filter>({ outcome: '', type: '' })
  const [open, setOpen] = useState<number | null>(null)
  const found = useInfiniteQuery({
    queryKey: [...noticesKey(here), 'deliveries', filter],
    queryFn: ({ pageParam, signal }) =>
      ask({
        path: withQuery(belowInstance(here, '/deliveries'), { ...filter, limit: PAGE_SIZE, cursor: pageParam }),
        read: readDeliveries,
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : LOOK_MS),
  })
  const rows = found.data?.pages.flatMap(({ items }) => items)
  const isFiltered = filter.outcome !== '' || filter.type !== ''
  return (
    <>
      <Filters filter={filter} onFilter={setFilter} />
      {rows === undefined ? (
        <NothingYet error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Lines rows={rows} isFiltered={isFiltered} isStale={found.isPlaceholderData} onOpen={setOpen} />
      )}
      {found.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {words.more}
          </Button>
        </Center>
      )}
      <DeliveryDialog receipt={open} onClose={() => setOpen(null)} />
    </>
  )
}

function NothingYet({ error, onRetry }: { readonly error: Error | null; readonly onRetry: () => void }): ReactNode {
  return error === null ? <LoadingLines /> : <Failure error={error} onRetry={onRetry} />
}

function Lines({ isFiltered, ...table }: LinesTableProps & { readonly isFiltered: boolean }): ReactNode {
  return table.rows.length === 0 ? <NoDeliveries isFiltered={isFiltered} /> : <LinesTable {...table} />
}

function NoDeliveries({ isFiltered }: { readonly isFiltered: boolean }): ReactNode {
  const words = useWords('notifications')
  if (isFiltered) return <Empty title={words.deliveriesNone}>{words.deliveriesNoneText}</Empty>
  return <Empty title={words.deliveriesEmpty}>{words.deliveriesEmptyText}</Empty>
}

interface FiltersProps {
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
}

function Filters({ filter, onFilter }: FiltersProps): ReactNode {
  const words = useWords('notifications')
  return (
    <Group mb="md">
      <NativeSelect
        aria-label={words.outcome}
        value={filter.outcome}
        onChange={(event) => onFilter({ ...filter, outcome: event.currentTarget.value })}
        data={[
          { value: '', label: words.allOutcomes },
          ...OUTCOMES.map((value) => ({ value, label: words.outcomes[value] })),
        ]}
      />
      <NativeSelect
        aria-label={words.type}
        value={filter.type}
        onChange={(event) => onFilter({ ...filter, type: event.currentTarget.value })}
        data={[{ value: '', label: words.allTypes }, ...NOTICE_TYPES]}
      />
    </Group>
  )
}

interface LinesTableProps {
  readonly rows: readonly DeliveryLine[]
  readonly isStale: boolean
  readonly onOpen: (receipt: number) => void
}

function LinesTable({ rows, isStale, onOpen }: LinesTableProps): ReactNode {
  const words = useWords('notifications')
  const format = useFormat()
  const columns: readonly Column<DeliveryLine>[] = [
    { key: 'type', head: words.type, isMain: true, cell: ({ type }) => <TypeBadge type={type} /> },
    { key: 'time', head: words.time, cell: ({ time }) => format.time(time) },
    {
      key: 'outcome',
      head: words.outcome,
      cell: ({ outcome }) => <OutcomeBadge outcome={outcome} />,
    },
    { key: 'tries', head: words.tries, align: 'end', cell: ({ tries }) => format.number(tries) },
    {
      key: 'last',
      head: words.lastAttempt,
      cell: ({ lastAttempt }) =>
        lastAttempt === null ? null : (
          <Text size="sm" component="span">
            <AttemptText attempt={lastAttempt} />
          </Text>
        ),
    },
    {
      key: 'open',
      head: words.open,
      isHeadHidden: true,
      align: 'end',
      cell: ({ receiptId }) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={words.openOne(receiptId)}
          onClick={() => onOpen(receiptId)}
        >
          <Icon name="chevronRight" />
        </ActionIcon>
      ),
    },
  ]
  return (
    <DataTable
      caption={`${words.tabs.deliveries}. ${words.newest}`}
      columns={columns}
      rows={rows}
      rowKey={({ receiptId }) => String(receiptId)}
      isStale={isStale}
    />
  )
}
