import { Anchor, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Fullest as Full } from '../../api/health.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Section } from '../../parts/section.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'

/** The instances with most that waits. */
export function Fullest({ fullest }: { readonly fullest: readonly Full[] }): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const columns: readonly Column<Full>[] = [
    {
      key: 'instance',
      head: words.instances,
      isMain: true,
      cell: ({ account, idInstance, name }) => (
        <Anchor
          component={Link}
          to={`/a/${encodeURIComponent(account)}/instances/${String(idInstance)}/queues`}
          size="sm"
        >
          {[idInstance, name].filter(Boolean).join(' · ')}
        </Anchor>
      ),
    },
    { key: 'queued', head: words.queued, align: 'end', cell: ({ queued }) => format.number(queued) },
    {
      key: 'notifications',
      head: words.notifications,
      align: 'end',
      cell: ({ notifications }) => format.number(notifications),
    },
  ]
  return (
    <Section title={words.fullest}>
      {fullest.length === 0 ? (
        <Text size="sm">{words.nothingWaits}</Text>
      ) : (
        <DataTable
          caption={words.fullest}
          columns={columns}
          rows={fullest}
          rowKey={({ idInstance }) => String(idInstance)}
        />
      )}
    </Section>
  )
}
