import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask, path } from '../api/client.ts'
import { dictionary, list, nullable, number, object, text, type Read } from '../api/read.ts'
import { useDays } from '../words/days.ts'
import { useFormat } from '../words/format.ts'
import { useWords } from '../words/words.ts'
import { DataTable, type Column } from './data-table.tsx'
import { InstanceUse } from './instance-use.tsx'
import { Meter } from './meter.tsx'
import { QueryView } from './query-view.tsx'
import { Section } from './section.tsx'
import { LoadingLines } from './states.tsx'

const readTariff = object({
  name: text,
  plan: text,
  instances: object({ used: number, limit: nullable(number) }),
  correspondents: nullable(number),
  calls: dictionary(number),
})
type Tariff = Read<typeof readTariff>

const readQuotas = object({
  month: text,
  instances: object({ used: number, limit: nullable(number) }),
  files: object({ used: nullable(number), limit: nullable(number) }),
  tariffs: list(readTariff),
})

/** What an account may have at most and what it has, with what the tariffs of its instances include. */
export function Quotas({ account }: { readonly account: string }): ReactNode {
  const words = useWords('terms')
  const format = useFormat()
  const days = useDays()
  const query = useQuery({
    queryKey: ['account', account, 'quotas'],
    queryFn: ({ signal }) => ask({ path: path`/accounts/${account}/quotas`, signal, read: readQuotas }),
  })
  return (
    <Section
      title={words.quotas}
      text={query.data === undefined ? undefined : words.quotasText(days.month(query.data.month))}
    >
      <QueryView query={query} loading={<LoadingLines lines={4} />}>
        {({ instances, files, tariffs }) => (
          <>
            <Meter name={words.instances} used={instances.used} limit={instances.limit} format={format.number} />
            <Meter name={words.files} used={files.used} limit={files.limit} format={format.bytes} />
            <TariffLimits tariffs={tariffs} />
            <InstanceUse account={account} />
          </>
        )}
      </QueryView>
    </Section>
  )
}

function TariffLimits({ tariffs }: { readonly tariffs: readonly Tariff[] }): ReactNode {
  const words = useWords('terms')
  const format = useFormat()
  if (tariffs.length === 0) return null
  const columns: readonly Column<Tariff>[] = [
    { key: 'name', head: words.tariffName, isMain: true, cell: ({ name }) => name },
    {
      key: 'instances',
      head: words.ofTariff,
      align: 'end',
      cell: ({ instances: { used, limit } }) =>
        limit === null ? format.number(used) : words.used(format.number(used), format.number(limit)),
    },
    { key: 'month', head: words.perMonth, cell: (tariff) => <Included tariff={tariff} /> },
  ]
  return <DataTable caption={words.tariffLimits} columns={columns} rows={tariffs} rowKey={({ name }) => name} />
}

function Included({ tariff: { correspondents, calls } }: { readonly tariff: Tariff }): ReactNode {
  const words = useWords('terms')
  const format = useFormat()
  const limits = Object.entries(calls).map(([method, count]) => words.callsOf(method, format.number(count)))
  const all =
    correspondents === null ? limits : [words.callsOf(words.correspondents, format.number(correspondents)), ...limits]
  return (
    <Text size="xs" c="dimmed">
      {all.length === 0 ? words.everything : all.join(', ')}
    </Text>
  )
}
