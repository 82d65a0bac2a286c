import { callMethod, instanceKey } from '../../../api/instances.ts'
import { Button, Code, Group, Text, Title } from '@mantine/core'
import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { dictionary, anything, list, object, optional, or, text, type Read } from '../../../api/read.ts'
import { DataTable, Pager, type Column } from '../../../parts/data-table.tsx'
import { Icon } from '../../../parts/icon.tsx'
import { QueryView } from '../../../parts/query-view.tsx'
import { Empty } from '../../../parts/states.tsx'
import { useWords } from '../../../words/words.ts'
import { useHere, type Here } from '../here.ts'
import { retryPatiently, retryWaitMs } from '../patience.ts'

const PAGE_SIZE = 25
const SHOWN_LENGTH = 160

const readQueue = list(
  object({
    messageID: optional(text),
    messagesIDs: or(list(text), []),
    type: or(text, ''),
    body: or(dictionary(anything), {}),
  }),
)
type Waiting = Read<typeof readQueue>[number]

export function outboxKey({ account, id }: Here): QueryKey {
  return [...instanceKey(account, id), 'outbox']
}

/** The messages that wait, as the contract's showMessagesQueue lists them. */
export function Outbox({ queued }: { readonly queued: number | null }): ReactNode {
  const words = useWords('queues')
  const here = useHere()
  const [page, setPage] = useState(0)
  const queue = useQuery({
    queryKey: outboxKey(here),
    queryFn: ({ signal }) => callMethod({ ...here, name: 'showMessagesQueue', read: readQueue, signal }),
    placeholderData: keepPreviousData,
    retry: retryPatiently,
    retryDelay: retryWaitMs,
  })
  useFreshAsNumber(queued, queue.refetch)
  const refresh = (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name="refresh" size={14} />}
      loading={queue.isFetching}
      onClick={() => void queue.refetch()}
    >
      {words.refresh}
    </Button>
  )
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {words.waiting}
        </Title>
        {refresh}
      </Group>
      <QueryView query={queue}>
        {(items) => {
          if (items.length === 0) return <Empty title={words.nothing}>{words.nothingText}</Empty>
          const shown = Math.min(page, Math.ceil(items.length / PAGE_SIZE) - 1)
          return (
            <>
              <WaitingTable rows={items.slice(shown * PAGE_SIZE, (shown + 1) * PAGE_SIZE)} />
              <Pager page={shown} pageSize={PAGE_SIZE} total={items.length} onPage={setPage} />
            </>
          )
        }}
      </QueryView>
    </section>
  )
}

/** The list is read again when the number of what waits has changed. */
function useFreshAsNumber(queued: number | null, refetch: () => unknown): void {
  const before = useRef(queued)
  useEffect(() => {
    if (before.current === queued) return
    before.current = queued
    void refetch()
  }, [queued, refetch])
}

function WaitingTable({ rows }: { readonly rows: readonly Waiting[] }): ReactNode {
  const words = useWords('queues')
  const columns: readonly Column<Waiting>[] = [
    { key: 'type', head: words.type, isMain: true, cell: ({ type }) => <Code>{type}</Code> },
    { key: 'chat', head: words.chat, cell: ({ body }) => <bdi>{textOf(body['chatId'])}</bdi> },
    { key: 'content', head: words.content, cell: (row) => <Content row={row} /> },
    { key: 'id', head: words.id, cell: (row) => <Code>{idOf(row)}</Code> },
  ]
  return <DataTable caption={words.waiting} columns={columns} rows={rows} rowKey={idOf} />
}

function Content({ row: { body } }: { readonly row: Waiting }): ReactNode {
  const said = [body['message'], body['caption'], body['fileName'], body['nameLocation']].map(textOf).find(Boolean)
  return (
    <Text size="sm" dir="auto" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
      {(said ?? JSON.stringify(body)).slice(0, SHOWN_LENGTH)}
    </Text>
  )
}

function idOf({ messageID, messagesIDs }: Waiting): string {
  return messageID ?? messagesIDs.join(', ')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
