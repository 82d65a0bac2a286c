import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../../api/client.ts'
import { readHealth, type Health } from '../../api/health.ts'
import { Facts } from '../../parts/facts.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { Notice } from '../../parts/states.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { Cluster } from './cluster.tsx'
import { Fullest } from './fullest.tsx'
import { Plots } from './plots.tsx'

const AGAIN_MS = 10_000

/** How the server is: the node that answers, its queues, the others, the database. */
export default function HealthPage(): ReactNode {
  const words = useWords('operator')
  const query = useQuery({
    queryKey: ['operator', 'health'],
    queryFn: ({ signal }) => ask({ path: '/operator/health', signal, read: readHealth }),
    refetchInterval: AGAIN_MS,
  })
  return (
    <>
      <PageHead title={words.health} description={words.healthText} />
      <QueryView query={query}>
        {(health) => (
          <>
            <Readiness trouble={health.trouble} />
            <Plots series={health.series} hasWay={health.database !== null} />
            <States health={health} />
            <Fullest fullest={health.fullest} />
            <Cluster health={health} />
          </>
        )}
      </QueryView>
    </>
  )
}

function Readiness({ trouble }: { readonly trouble: string | null }): ReactNode {
  const words = useWords('operator')
  return (
    <div style={{ marginBottom: 'var(--mantine-spacing-lg)' }} role="status">
      {trouble === null ? (
        <Notice color="green">{words.good}</Notice>
      ) : (
        <Notice color="red" title={words.trouble}>
          {trouble}
        </Notice>
      )}
    </div>
  )
}

const STATES = [
  'authorized',
  'offline',
  'starting',
  'notAuthorized',
  'pendingCode',
  'pendingPassword',
  'suspended',
  'blocked',
] as const

function States({ health: { instances } }: { readonly health: Health }): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const { states, held } = instances
  const facts = STATES.flatMap((state) => {
    const count = states[state] ?? 0
    return count === 0 ? [] : [{ name: words.stateNames[state], value: format.number(count) }]
  })
  const all = held === 0 ? facts : [...facts, { name: words.stateNames.held, value: format.number(held) }]
  return <Section title={words.states}>{all.length === 0 ? words.noneHere : <Facts facts={all} />}</Section>
}
