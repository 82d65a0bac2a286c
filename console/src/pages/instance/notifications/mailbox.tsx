import { ActionIcon, Button, Center, Code } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, withQuery } from '../../../api/client.ts'
import { DataTable, type Column } from '../../../parts/data-table.tsx'
import { Icon } from '../../../parts/icon.tsx'
import { Empty, Failure, LoadingLines } from '../../../parts/states.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import { belowInstance, useHere } from '../here.ts'
import { TypeBadge } from './badges.tsx'
import { noticesKey, readMailbox, type WaitingNotice } from './notice.ts'
import { NoticeDialog } from './notice-dialog.tsx'

const PAGE_SIZE = 50
const LOOK_MS = 5_000

/** The notifications that wait, oldest first. */
export function Mailbox(): ReactNode {
  const words = useWords('notifications')
  const here = useHere()
  const [open, setOpen] = useState<WaitingNotice | null>(null)
  const mailbox = useInfiniteQuery({
    queryKey: [...noticesKey(here), 'mailbox'],
    queryFn: ({ pageParam, signal }) =>
      ask({
        path: withQuery(belowInstance(here, '/mailbox'), { limit: PAGE_SIZE, cursor: pageParam }),
        read: readMailbox,
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    // Many pages are not read again and again.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : LOOK_MS),
  })
  if (mailbox.data === undefined) {
    return mailbox.isError ? <Failure error={mailbox.error} onRetry={() => void mailbox.refetch()} /> : <LoadingLines />
  }
  const rows = mailbox.data.pages.flatMap(({ items }) => items)
  if (rows.length === 0) return <Empty title={words.mailboxEmpty}>{words.mailboxEmptyText}</Empty>
  return (
    <>
      <WaitingTable rows={rows} onOpen={setOpen} />
      {mailbox.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={mailbox.isFetchingNextPage} onClick={() => void mailbox.fetchNextPage()}>
            {words.more}
          </Button>
        </Center>
      )}
      <NoticeDialog notice={open} onClose={() => setOpen(null)} />
    </>
  )
}

interface WaitingTableProps {
  readonly rows: readonly WaitingNotice[]
  readonly onOpen: (row: WaitingNotice) => void
}

function WaitingTable({ rows, onOpen }: WaitingTableProps): ReactNode {
  const words = useWords('notifications')
  const format = useFormat()
  const columns: readonly Column<WaitingNotice>[] = [
    { key: 'type', head: words.type, isMain: true, cell: ({ type }) => <TypeBadge type={type} /> },
    { key: 'time', head: words.time, cell: ({ time }) => format.time(time) },
    { key: 'receipt', head: words.receipt, cell: ({ receiptId }) => <Code>{receiptId}</Code> },
    {
      key: 'open',
      head: words.open,
      isHeadHidden: true,
      align: 'end',
      cell: (row) => (
        <ActionIcon variant="subtle" color="gray" aria-label={words.openOne(row.receiptId)} onClick={() => onOpen(row)}>
          <Icon name="chevronRight" />
        </ActionIcon>
      ),
    },
  ]
  return (
    <DataTable
      caption={words.tabs.mailbox}
      columns={columns}
      rows={rows}
      rowKey={({ receiptId }) => String(receiptId)}
    />
  )
}
