import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { useParams } from 'react-router'
import { useInstanceEvents } from '../../api/instance-events.ts'
import { instancesQuery, type Instance, type InstancePage } from '../../api/instances.ts'
import { DataTable, Pager } from '../../parts/data-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { DeleteDialog } from '../../parts/instances/delete-dialog.tsx'
import { RenameDialog } from '../../parts/instances/rename-dialog.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty, LoadingLines } from '../../parts/states.tsx'
import { useRole } from '../../shell/account.ts'
import { useWords } from '../../words/words.ts'
import { useColumns, type RowAction } from './columns.tsx'
import { CreateDialog } from './create-dialog.tsx'
import { Filters } from './filters.tsx'
import { isNarrowed, PAGE_SIZE, queryOf, useSearch, type SearchState } from './search.ts'

/** The account's instances: found, sorted, and up to date while one looks. */
export default function InstancesPage(): ReactNode {
  const words = useWords('instances')
  const { account = '' } = useParams()
  const state = useSearch()
  const role = useRole()
  const mayChange = role === 'owner' || role === 'developer'
  const query = useQuery(instancesQuery(account, queryOf(state.search)))
  const [isCreating, setCreating] = useState(false)
  const [acting, setActing] = useState<Acting | null>(null)
  const live = useInstanceEvents(account)
  useLastPage(query.data, state)
  const create = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {words.create}
    </Button>
  )
  return (
    <>
      <PageHead
        title={words.title}
        description={live === 'waiting' ? words.notLive : words.description}
        actions={mayChange ? create : undefined}
      />
      <Filters state={state} found={query.data} />
      <QueryView query={query} loading={<LoadingLines lines={8} />}>
        {(found) =>
          found.total === 0 ? (
            <Nothing state={state} action={mayChange ? create : undefined} />
          ) : (
            <Found
              account={account}
              found={found}
              state={state}
              isStale={query.isPlaceholderData}
              onAct={mayChange ? (action, instance) => setActing({ action, instance }) : null}
            />
          )
        }
      </QueryView>
      {isCreating && <CreateDialog account={account} onClose={() => setCreating(false)} />}
      <ActionDialog account={account} acting={acting} onClose={() => setActing(null)} />
    </>
  )
}

interface Acting {
  readonly action: RowAction
  readonly instance: Instance
}

interface ActionDialogProps {
  readonly account: string
  readonly acting: Acting | null
  readonly onClose: () => void
}

function ActionDialog({ account, acting, onClose }: ActionDialogProps): ReactNode {
  if (acting === null) return null
  const { action, instance } = acting
  const Dialog = action === 'rename' ? RenameDialog : DeleteDialog
  return <Dialog account={account} instance={instance} onClose={onClose} />
}

/** What was deleted meanwhile may have taken the page along. */
function useLastPage(found: InstancePage | undefined, { search, change }: SearchState): void {
  const last = found === undefined ? null : Math.max(0, Math.ceil(found.total / PAGE_SIZE) - 1)
  const isBeyond = last !== null && found?.page === search.page + 1 && search.page > last
  useEffect(() => {
    if (isBeyond) change({ page: last })
  })
}

interface FoundProps {
  readonly account: string
  readonly found: InstancePage
  readonly state: SearchState
  readonly isStale: boolean
  /** Null: whoever looks may change nothing. */
  readonly onAct: ((action: RowAction, instance: Instance) => void) | null
}

function Found({ account, found, state, isStale, onAct }: FoundProps): ReactNode {
  const words = useWords('instances')
  const columns = useColumns({ account, state, onAct })
  return (
    <>
      <DataTable
        caption={words.title}
        columns={columns}
        rows={found.items}
        rowKey={({ idInstance }) => String(idInstance)}
        isStale={isStale}
      />
      <Text size="sm" c="dimmed" mt="md" role="status">
        {words.total(found.total)}
      </Text>
      <Pager
        page={state.search.page}
        pageSize={PAGE_SIZE}
        total={found.total}
        onPage={(page) => state.change({ page })}
      />
    </>
  )
}

function Nothing({ state, action }: { readonly state: SearchState; readonly action: ReactNode }): ReactNode {
  const words = useWords('instances')
  if (!isNarrowed(state.search)) {
    return (
      <Empty title={words.none} action={action}>
        {words.noneText}
      </Empty>
    )
  }
  const clear = (
    <Button variant="default" onClick={state.clear}>
      {words.clear}
    </Button>
  )
  return (
    <Empty title={words.noneFound} action={clear}>
      {words.noneFoundText}
    </Empty>
  )
}
