import { Button, Group } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, withQuery } from '../../api/client.ts'
import { instanceKey, instancePath, STATES } from '../../api/instances.ts'
import { list, object, oneOf, text, type Read } from '../../api/read.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { StateMark } from '../../parts/instances/state-mark.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty } from '../../parts/states.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { useHere, useInstance } from './here.ts'

const readStates = object({ items: list(object({ time: text, state: oneOf(...STATES), wid: text })) })
type Change = Read<typeof readStates>['items'][number]

const FIRST = 50
/** As many as the server gives at once. */
const MOST = 1000

/** What states the instance was in, newest first. */
export default function HistoryPage(): ReactNode {
  const words = useWords('instance')
  const here = useHere()
  const { state } = useInstance()
  const [limit, setLimit] = useState(FIRST)
  const query = useQuery({
    // A change of the state is one more line here.
    queryKey: [...instanceKey(here.account, here.id), 'states', limit, state],
    queryFn: ({ signal }) =>
      ask({ path: withQuery(`${instancePath(here.account, here.id)}/states`, { limit }), signal, read: readStates }),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <PageHead title={words.tabs.history} description={words.historyText} />
      <QueryView query={query}>
        {({ items }) => (
          <>
            <States items={items} />
            {items.length >= limit && limit < MOST && (
              <Group justify="center" mt="md">
                <Button variant="default" loading={query.isFetching} onClick={() => setLimit(MOST)}>
                  {words.earlier}
                </Button>
              </Group>
            )}
          </>
        )}
      </QueryView>
    </>
  )
}

function States({ items }: { readonly items: readonly Change[] }): ReactNode {
  const words = useWords('instance')
  const texts = useWords('instances')
  const format = useFormat()
  const columns: readonly Column<Change>[] = [
    { key: 'time', head: words.time, cell: ({ time }) => <time dateTime={time}>{format.time(time)}</time> },
    {
      key: 'state',
      head: texts.state,
      isMain: true,
      cell: ({ state }) => <StateMark instance={{ state, held: null, isOnline: true, timeDeleted: null }} />,
    },
    { key: 'wid', head: words.linkedAs, cell: ({ wid }) => (wid === '' ? '—' : wid) },
  ]
  if (items.length === 0) return <Empty title={words.noHistory} />
  return (
    <DataTable
      caption={words.tabs.history}
      columns={columns}
      rows={items}
      rowKey={({ time, state, wid }) => `${time} ${state} ${wid}`}
    />
  )
}
