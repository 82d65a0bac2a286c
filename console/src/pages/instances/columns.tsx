import { ActionIcon, Menu, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Instance } from '../../api/instances.ts'
import type { Column } from '../../parts/data-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { StateMark } from '../../parts/instances/state-mark.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import classes from './columns.module.css'
import { firstOrder, type SearchState, type SortName } from './search.ts'

export type RowAction = 'rename' | 'delete'

interface ColumnsOf {
  readonly account: string
  readonly state: SearchState
  readonly onAct: ((action: RowAction, instance: Instance) => void) | null
}

export function useColumns({ account, state, onAct }: ColumnsOf): readonly Column<Instance>[] {
  const words = useWords('instances')
  const format = useFormat()
  const sort = (name: SortName) => sortOf(name, state)
  return [
    {
      key: 'name',
      head: words.name,
      isMain: true,
      sort: sort('name'),
      cell: (instance) => <NameCell account={account} instance={instance} />,
    },
    {
      key: 'state',
      head: words.state,
      sort: sort('state'),
      cell: (instance) => <StateMark instance={instance} />,
    },
    { key: 'phone', head: words.phone, sort: sort('phone'), cell: ({ phone }) => shownPhone(phone) },
    { key: 'messenger', head: words.messenger, cell: ({ typeInstance }) => words.messengers[typeInstance] },
    {
      key: 'tariff',
      head: words.tariff,
      sort: sort('tariff'),
      cell: (instance) => <TariffCell instance={instance} />,
    },
    {
      key: 'queued',
      head: words.queued,
      align: 'end',
      sort: sort('queued'),
      cell: (instance) => <WaitingCell instance={instance} />,
    },
    {
      key: 'created',
      head: words.created,
      sort: sort('created'),
      cell: ({ timeCreated }) => <span className={classes['whole']}>{format.date(timeCreated)}</span>,
    },
    ...(onAct === null ? [] : [actionsColumn(words.actions, onAct)]),
  ]
}

function actionsColumn(head: string, onAct: RowMenuProps['onAct']): Column<Instance> {
  return {
    key: 'actions',
    head,
    isHeadHidden: true,
    align: 'end',
    cell: (instance) => <RowMenu instance={instance} onAct={onAct} />,
  }
}

function sortOf(name: SortName, { search, change }: SearchState): NonNullable<Column<Instance>['sort']> {
  const isSorted = search.sort === name
  return {
    direction: isSorted ? (search.order === 'asc' ? 'ascending' : 'descending') : null,
    onSort: () => {
      const turned = search.order === 'asc' ? 'desc' : 'asc'
      change({ sort: name, order: isSorted ? turned : firstOrder(name) })
    },
  }
}

function shownPhone(phone: string | null): ReactNode {
  return phone === null ? '—' : <span className={classes['whole']}>{`+${phone}`}</span>
}

function NameCell({ account, instance }: { readonly account: string; readonly instance: Instance }): ReactNode {
  const words = useWords('instances')
  const { idInstance, name } = instance
  return (
    <div className={classes['name']}>
      <Link to={`/a/${encodeURIComponent(account)}/instances/${idInstance}`} className={classes['link']}>
        {name === '' ? words.unnamed : name}
      </Link>
      <Text size="xs" c="dimmed">
        {idInstance}
      </Text>
    </div>
  )
}

function WaitingCell({ instance: { queued, notifications } }: { readonly instance: Instance }): ReactNode {
  const words = useWords('instances')
  const format = useFormat()
  if (queued === null || notifications === null) return <span title={words.queuedElsewhere}>—</span>
  return (
    <span title={words.queuedText}>
      {format.number(queued)} / {format.number(notifications)}
    </span>
  )
}

function TariffCell({ instance: { tariff, daysLeft, isPartner } }: { readonly instance: Instance }): ReactNode {
  const words = useWords('instances')
  return (
    <div>
      {tariff}
      {daysLeft !== null && !isPartner && (
        <Text size="xs" c="dimmed" className={classes['whole'] ?? ''}>
          {words.daysLeft(daysLeft)}
        </Text>
      )}
    </div>
  )
}

interface RowMenuProps {
  readonly instance: Instance
  readonly onAct: (action: RowAction, instance: Instance) => void
}

function RowMenu({ instance, onAct }: RowMenuProps): ReactNode {
  const words = useWords('instances')
  const name = instance.name === '' ? String(instance.idInstance) : instance.name
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words.actionsOf(name)}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="pencil" />} onClick={() => onAct('rename', instance)}>
          {words.rename}
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="trash" />}
          color="var(--mantine-color-error)"
          onClick={() => onAct('delete', instance)}
        >
          {words.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
