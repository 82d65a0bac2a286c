import { Anchor, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { ask, withQuery } from '../../api/client.ts'
import { list, nullable, object, text } from '../../api/read.ts'
import { useCursors } from '../../parts/cursors.ts'
import { DataTable, Pager, type Column } from '../../parts/data-table.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty, LoadingLines } from '../../parts/states.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { readEntry, type Entry } from './audit-entry.ts'
import { AuditDetails } from './audit-details.tsx'
import { useNames, type Names } from './names.ts'

const PAGE_SIZE = 50

const readEntries = object({ items: list(readEntry), next: nullable(text) })

export const auditKey = ['operator', 'audit'] as const

interface AuditListProps {
  /** Null: everything that was done on the server. */
  readonly account: string | null
}

/** Entries of the audit log in words, newest first. */
export function AuditList({ account }: AuditListProps): ReactNode {
  const words = useWords('operator')
  const names = useNames()
  const { cursor, page, go } = useCursors(account ?? '')
  const query = useQuery({
    queryKey: [...auditKey, account, cursor],
    queryFn: ({ signal }) =>
      ask({
        path: withQuery('/operator/audit', { accountId: account, cursor, limit: PAGE_SIZE }),
        signal,
        read: readEntries,
      }),
    placeholderData: keepPreviousData,
  })
  if (!names.isReady) return <LoadingLines />
  return (
    <QueryView query={query}>
      {({ items, next }) =>
        items.length === 0 ? (
          <Empty title={words.noEntries} />
        ) : (
          <>
            <Entries entries={items} names={names} hasAccount={account === null} isStale={query.isPlaceholderData} />
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
  )
}

interface EntriesProps {
  readonly entries: readonly Entry[]
  readonly names: Names
  /** With the account of each. */
  readonly hasAccount: boolean
  readonly isStale: boolean
}

function Entries({ entries, names, hasAccount, isStale }: EntriesProps): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const columns: readonly Column<Entry>[] = [
    { key: 'what', head: words.what, isMain: true, cell: (entry) => <What entry={entry} names={names} /> },
    { key: 'who', head: words.who, cell: ({ actor }) => <Who actor={actor} names={names} /> },
    ...(hasAccount ? [accountColumn(words.account, names)] : []),
    {
      key: 'when',
      head: words.when,
      cell: ({ at }) => <span style={{ whiteSpace: 'nowrap' }}>{format.time(at)}</span>,
    },
  ]
  return (
    <DataTable
      caption={words.audit}
      columns={columns}
      rows={entries}
      rowKey={({ seq }) => String(seq)}
      isStale={isStale}
    />
  )
}

function accountColumn(head: string, names: Names): Column<Entry> {
  return {
    key: 'account',
    head,
    cell: ({ accountId }) =>
      accountId !== null && (
        <Anchor component={Link} to={`/operator/accounts/${encodeURIComponent(accountId)}`} size="sm">
          {names.account(accountId) ?? accountId}
        </Anchor>
      ),
  }
}

function What({ entry, names }: { readonly entry: Entry; readonly names: Names }): ReactNode {
  const words = useWords('audit')
  const { action, target } = entry
  const object = target === '' ? '' : (names.person(target) ?? target)
  return (
    <div>
      <Text size="sm" fw={600}>
        {capital([words.actions[action] ?? action, object].filter(Boolean).join(' '))}
      </Text>
      <AuditDetails entry={entry} names={names} />
    </div>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const PARTNER = 'partner:'
const PERSON = 'person:'

function Who({ actor, names }: { readonly actor: string; readonly names: Names }): ReactNode {
  const words = useWords('audit')
  if (actor.startsWith(PARTNER)) return words.partner(actor.slice(PARTNER.length))
  if (actor.startsWith(PERSON)) {
    const id = actor.slice(PERSON.length)
    return names.person(id) ?? words.person(id)
  }
  if (actor === 'operator') return words.operator
  if (actor === 'cli') return words.cli
  return actor === 'system' ? words.system : actor
}
