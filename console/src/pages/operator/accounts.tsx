import { Anchor, Badge, Button, Group, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { ask, withQuery } from '../../api/client.ts'
import { accountsKey, readAccounts, type Account } from '../../api/operator.ts'
import { useCursors } from '../../parts/cursors.ts'
import { DataTable, Pager, type Column } from '../../parts/data-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty } from '../../parts/states.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { CreateAccount } from './create-account.tsx'

const PAGE_SIZE = 50
const PAUSE_MS = 250

/** All accounts of the server. */
export default function AccountsPage(): ReactNode {
  const words = useWords('operator')
  const [isCreating, setCreating] = useState(false)
  return (
    <>
      <PageHead
        title={words.accounts}
        description={words.accountsText}
        actions={
          <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
            {words.createAccount}
          </Button>
        }
      />
      <AccountList />
      {isCreating && <CreateAccount onClose={() => setCreating(false)} />}
    </>
  )
}

interface Filters {
  readonly search: string
  readonly kind: string
  readonly which: string
}
const NO_FILTERS: Filters = { search: '', kind: '', which: '' }

function AccountList(): ReactNode {
  const words = useWords('operator')
  const [filters, setFilters] = useState(NO_FILTERS)
  const [search] = useDebouncedValue(filters.search.trim(), PAUSE_MS)
  const asked = { search, kind: filters.kind, deleted: filters.which === 'deleted' ? true : null }
  const { cursor, page, go } = useCursors(JSON.stringify(asked))
  const query = useQuery({
    queryKey: [...accountsKey, 'list', asked, cursor],
    queryFn: ({ signal }) =>
      ask({
        path: withQuery('/operator/accounts', { ...asked, cursor, limit: PAGE_SIZE }),
        signal,
        read: readAccounts,
      }),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <FilterFields filters={filters} onChange={setFilters} />
      <QueryView query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty title={words.none}>{words.noneText}</Empty>
          ) : (
            <>
              <AccountTable accounts={items} isStale={query.isPlaceholderData} />
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

interface FilterFieldsProps {
  readonly filters: Filters
  readonly onChange: (filters: Filters) => void
}

function FilterFields({ filters, onChange }: FilterFieldsProps): ReactNode {
  const words = useWords('operator')
  return (
    <Group align="flex-end" mb="md" role="search">
      <TextInput
        type="search"
        label={words.search}
        placeholder={words.searchHint}
        value={filters.search}
        onChange={(event) => onChange({ ...filters, search: event.currentTarget.value })}
      />
      <NativeSelect
        label={words.kind}
        value={filters.kind}
        onChange={(event) => onChange({ ...filters, kind: event.currentTarget.value })}
        data={[
          { value: '', label: words.allKinds },
          { value: 'personal', label: words.kinds.personal },
          { value: 'partner', label: words.kinds.partner },
        ]}
      />
      <NativeSelect
        label={words.which}
        value={filters.which}
        onChange={(event) => onChange({ ...filters, which: event.currentTarget.value })}
        data={[
          { value: '', label: words.existing },
          { value: 'deleted', label: words.deletedOnes },
        ]}
      />
    </Group>
  )
}

interface AccountTableProps {
  readonly accounts: readonly Account[]
  readonly isStale: boolean
}

function AccountTable({ accounts, isStale }: AccountTableProps): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const columns: readonly Column<Account>[] = [
    {
      key: 'name',
      head: words.name,
      isMain: true,
      cell: ({ id, name }) => (
        <Anchor component={Link} to={`/operator/accounts/${encodeURIComponent(id)}`} fw={600} size="sm">
          {name}
        </Anchor>
      ),
    },
    { key: 'kind', head: words.kind, cell: ({ kind }) => words.kinds[kind] },
    { key: 'state', head: words.state, cell: (account) => <AccountState account={account} /> },
    { key: 'instances', head: words.instances, align: 'end', cell: ({ instances }) => format.number(instances) },
    { key: 'created', head: words.created, cell: ({ createdAt }) => format.date(createdAt) },
    { key: 'id', head: words.id, cell: ({ id }) => <span style={{ overflowWrap: 'anywhere' }}>{id}</span> },
  ]
  return (
    <DataTable caption={words.accounts} columns={columns} rows={accounts} rowKey={({ id }) => id} isStale={isStale} />
  )
}

/** Whether it works, and whether its money runs out. */
export function AccountState({ account }: { readonly account: Account }): ReactNode {
  const words = useWords('operator')
  if (account.deletedAt !== null) return <Badge color="gray.7">{words.deleted}</Badge>
  return (
    <Group gap={4} display="inline-flex">
      {account.suspendedAt === null ? (
        <Badge variant="light">{words.active}</Badge>
      ) : (
        <Badge color="orange.9">{words.suspended}</Badge>
      )}
      {account.warnedAt !== null && <Badge color="red.9">{words.lowBalance}</Badge>}
    </Group>
  )
}
