import { Badge, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Health, HealthNode } from '../../api/health.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Facts } from '../../parts/facts.tsx'
import { Section } from '../../parts/section.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'

/** The node that answered, the others, and the way to the database. */
export function Cluster({ health }: { readonly health: Health }): ReactNode {
  const words = useWords('operator')
  return (
    <>
      <Section title={words.node}>
        <ThisNode health={health} />
      </Section>
      {!health.isAlone && (
        <Section title={words.nodes}>
          <Nodes nodes={health.nodes} />
        </Section>
      )}
      <Section title={words.database}>
        <Database database={health.database} />
      </Section>
    </>
  )
}

function ThisNode({ health }: { readonly health: Health }): ReactNode {
  const words = useWords('operator')
  const common = useWords('common')
  const format = useFormat()
  const { node, uptimeSeconds, heapUsedBytes, leases, isAlone } = health
  const { owned, living, free, doesJobs, beatAgeMs } = leases
  const shared = [
    { name: words.owned, value: format.number(owned) },
    { name: words.living, value: format.number(living) },
    { name: words.free, value: format.number(free) },
    {
      name: words.beat,
      value: beatAgeMs === null ? words.never : words.ago(words.seconds(format.number(Math.round(beatAgeMs / 1000)))),
    },
  ]
  return (
    <Facts
      facts={[
        { name: words.name, value: node },
        { name: words.uptime, value: format.time(Date.now() - uptimeSeconds * 1000) },
        { name: words.heap, value: format.bytes(heapUsedBytes) },
        { name: words.doesJobs, value: doesJobs ? common.yes : common.no },
        ...(isAlone ? [] : shared),
      ]}
    />
  )
}

function Nodes({ nodes }: { readonly nodes: readonly HealthNode[] }): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const columns: readonly Column<HealthNode>[] = [
    {
      key: 'node',
      head: words.node,
      isMain: true,
      cell: ({ node, isThis }) => (
        <Group gap="xs">
          <span style={{ overflowWrap: 'anywhere' }}>{node}</span>
          {isThis && <Badge variant="default">{words.thisNode}</Badge>}
        </Group>
      ),
    },
    { key: 'state', head: words.state, cell: (node) => <NodeState node={node} /> },
    { key: 'version', head: words.version, cell: ({ version }) => version },
    { key: 'started', head: words.started, cell: ({ startedAt }) => format.time(startedAt) },
  ]
  return <DataTable caption={words.nodes} columns={columns} rows={nodes} rowKey={({ node }) => node} />
}

function NodeState({ node: { isAlive, isLeaving } }: { readonly node: HealthNode }): ReactNode {
  const words = useWords('operator')
  if (!isAlive) return <Badge color="red.9">{words.gone}</Badge>
  return isLeaving ? <Badge color="orange.9">{words.leaving}</Badge> : <Badge>{words.alive}</Badge>
}

function Database({ database }: Pick<Health, 'database'>): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  if (database === null) return words.embedded
  const { connections, busy, idle, waiting, commits } = database
  const figures = { connections, busy, idle, waiting, commits } as const
  const names = ['connections', 'busy', 'idle', 'waiting', 'commits'] as const
  return <Facts facts={names.map((name) => ({ name: words[name], value: format.number(figures[name]) }))} />
}
