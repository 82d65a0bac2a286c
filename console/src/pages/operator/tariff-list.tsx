import { ActionIcon, Button, Group, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import type { Tariff } from '../../api/operator.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { TariffForm } from './tariff-form.tsx'
import { useTariffs } from './tariff-names.ts'

/** All tariffs; none is ever taken away. */
export function TariffList(): ReactNode {
  const words = useWords('operator')
  const query = useTariffs()
  const [edited, setEdited] = useState<Tariff | 'new' | null>(null)
  return (
    <Section title={words.tariffs}>
      <QueryView query={query}>{({ items }) => <Rows tariffs={items} onEdit={setEdited} />}</QueryView>
      <Group>
        <Button variant="default" leftSection={<Icon name="plus" />} onClick={() => setEdited('new')}>
          {words.newTariff}
        </Button>
      </Group>
      {edited !== null && <TariffForm tariff={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </Section>
  )
}

interface RowsProps {
  readonly tariffs: readonly Tariff[]
  readonly onEdit: (tariff: Tariff) => void
}

function Rows({ tariffs, onEdit }: RowsProps): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const orAny = (value: number | null): string => (value === null ? words.unlimited : format.number(value))
  const columns: readonly Column<Tariff>[] = [
    { key: 'name', head: words.tariffName, isMain: true, cell: ({ name }) => name },
    {
      key: 'plan',
      head: words.plan,
      cell: ({ plan }) => <span style={{ whiteSpace: 'nowrap' }}>{words.plans[plan]}</span>,
    },
    {
      key: 'correspondents',
      head: words.correspondents,
      align: 'end',
      cell: ({ correspondents }) => orAny(correspondents),
    },
    { key: 'instances', head: words.instancesOfTariff, align: 'end', cell: ({ instances }) => orAny(instances) },
    {
      key: 'calls',
      head: words.calls,
      cell: ({ calls }) => (
        <Text size="xs" c="dimmed" miw={{ base: 0, sm: 240 }}>
          {Object.entries(calls)
            .map(([method, count]) => words.callsOf(method, format.number(count)))
            .join(', ') || words.unlimited}
        </Text>
      ),
    },
    {
      key: 'edit',
      head: words.editTerms,
      isHeadHidden: true,
      align: 'end',
      cell: (tariff) => (
        <ActionIcon variant="subtle" color="gray" aria-label={words.edit(tariff.name)} onClick={() => onEdit(tariff)}>
          <Icon name="pencil" />
        </ActionIcon>
      ),
    },
  ]
  return <DataTable caption={words.tariffs} columns={columns} rows={tariffs} rowKey={({ name }) => name} />
}
