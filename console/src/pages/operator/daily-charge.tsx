import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { nullable, object, text, type Read } from '../../api/read.ts'
import { Done } from '../../parts/done.tsx'
import { Facts } from '../../parts/facts.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { useDays } from '../../words/days.ts'
import { useWords } from '../../words/words.ts'

const KEY = ['operator', 'billing'] as const
const readProgress = object({ today: text, chargedUpTo: nullable(text), closedUpTo: nullable(text) })
type Progress = Read<typeof readProgress>

/** How far the daily charge has come, and a way to run it at once. */
export function DailyCharge(): ReactNode {
  const words = useWords('operator')
  const days = useDays()
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => ask({ path: '/operator/billing', signal, read: readProgress }),
  })
  const run = useChange<undefined, Progress>({
    send: (_, key) => ask({ method: 'POST', path: '/operator/billing/run', key, read: readProgress }),
    stale: [KEY],
  })
  return (
    <Section title={words.charges} text={words.chargesText}>
      <QueryView query={query}>
        {({ today, chargedUpTo, closedUpTo }) => (
          <Facts
            facts={[
              { name: words.today, value: days.day(today) },
              { name: words.chargedUpTo, value: chargedUpTo === null ? words.notYet : days.day(chargedUpTo) },
              { name: words.closedUpTo, value: closedUpTo === null ? words.notYet : days.month(closedUpTo) },
            ]}
          />
        )}
      </QueryView>
      {run.error !== null && <Failure error={run.error} />}
      <Group>
        <Button variant="default" loading={run.isPending} onClick={() => run.mutate(undefined)}>
          {words.runNow}
        </Button>
        <Done>{run.isSuccess && words.ran}</Done>
      </Group>
    </Section>
  )
}
