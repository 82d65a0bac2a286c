import { Group, NativeSelect, SegmentedControl, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, path, withQuery } from '../../api/client.ts'
import { moneyKey, readUsage, type Usage } from '../../api/money.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { DayBars, type DayBar } from '../../parts/day-bars.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { LoadingLines } from '../../parts/states.tsx'
import { daysOf, lastMonths, useDays } from '../../words/days.ts'
import { useFormat } from '../../words/format.ts'
import { useMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'

const MONTHS = 24

/** What the days of a month have cost: bars for the eye, and a table with the same figures for everybody who wants one. */
export function UsageChart({ account }: { readonly account: string }): ReactNode {
  const words = useWords('billing')
  const days = useDays()
  const [month, setMonth] = useState(() => lastMonths(1)[0] ?? '')
  const [shown, setShown] = useState('chart')
  const query = useQuery({
    queryKey: moneyKey(account, 'usage', month),
    queryFn: ({ signal }) =>
      ask({ path: withQuery(path`/accounts/${account}/usage`, { month }), signal, read: readUsage }),
    placeholderData: keepPreviousData,
  })
  return (
    <Section title={words.usage} text={words.usageText}>
      <Group align="flex-end" justify="space-between">
        <NativeSelect
          label={words.month}
          value={month}
          onChange={(event) => setMonth(event.currentTarget.value)}
          data={lastMonths(MONTHS).map((value) => ({ value, label: days.month(value) }))}
        />
        <SegmentedControl
          aria-label={words.usage}
          value={shown}
          onChange={setShown}
          data={[
            { value: 'chart', label: words.asChart },
            { value: 'table', label: words.asTable },
          ]}
        />
      </Group>
      <QueryView query={query} loading={<LoadingLines lines={2} height={200} />}>
        {(usage) => <Shown usage={usage} isTable={shown === 'table'} />}
      </QueryView>
    </Section>
  )
}

interface ShownProps {
  readonly usage: Usage
  readonly isTable: boolean
}

function Shown({ usage, isTable }: ShownProps): ReactNode {
  const words = useWords('billing')
  const format = useFormat()
  const money = useMoney()
  const { currency, renewals } = usage
  return (
    <>
      {!isTable && <Bars usage={usage} />}
      {usage.days.length === 0 && <Text size="sm">{words.nothingCharged}</Text>}
      {usage.days.length > 0 && (isTable ? <DayTable usage={usage} /> : <ReadTable usage={usage} />)}
      {renewals.count > 0 && (
        <Text size="sm">{words.renewals(format.number(renewals.count), money.text(renewals.cost, currency))}</Text>
      )}
    </>
  )
}

function Bars({ usage: { month, currency, days: charged, total } }: { readonly usage: Usage }): ReactNode {
  const words = useWords('billing')
  const format = useFormat()
  const money = useMoney()
  const days = useDays()
  const byDay = new Map(charged.map((one) => [one.day, one]))
  const all = daysOf(month).map((day) => byDay.get(day) ?? { day, instances: 0, cost: 0 })
  const [mostCost, mostInstances] = [Math.max(0, ...all.map(({ cost }) => cost)), mostOf(all)]
  const bar = (day: string, value: number, told: string): DayBar => ({ key: day, name: days.short(day), value, told })
  return (
    <>
      <DayBars
        title={words.cost}
        top={money.text(mostCost, currency)}
        summary={words.total(money.text(total, currency))}
        bars={all.map(({ day, cost }) => bar(day, cost, words.costOn(days.short(day), money.text(cost, currency))))}
      />
      <DayBars
        title={words.instances}
        top={format.number(mostInstances)}
        summary={words.most(format.number(mostInstances))}
        bars={all.map(({ day, instances }) =>
          bar(day, instances, words.instancesOn(days.short(day), format.number(instances))),
        )}
      />
    </>
  )
}

function mostOf(days: Usage['days']): number {
  return Math.max(0, ...days.map(({ instances }) => instances))
}

/** The picture says nothing to a screen reader: this says the same. */
function ReadTable({ usage: { currency, days: charged } }: { readonly usage: Usage }): ReactNode {
  const words = useWords('billing')
  const format = useFormat()
  const money = useMoney()
  const days = useDays()
  return (
    <table className="visually-hidden">
      <caption>{words.usage}</caption>
      <thead>
        <tr>
          <th scope="col">{words.day}</th>
          <th scope="col">{words.instances}</th>
          <th scope="col">{words.cost}</th>
        </tr>
      </thead>
      <tbody>
        {charged.map(({ day, instances, cost }) => (
          <tr key={day}>
            <th scope="row">{days.day(day)}</th>
            <td>{format.number(instances)}</td>
            <td>{money.text(cost, currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function DayTable({ usage: { currency, days: charged } }: { readonly usage: Usage }): ReactNode {
  const words = useWords('billing')
  const format = useFormat()
  const money = useMoney()
  const days = useDays()
  const columns: readonly Column<Usage['days'][number]>[] = [
    { key: 'day', head: words.day, isMain: true, cell: ({ day }) => days.day(day) },
    { key: 'instances', head: words.instances, align: 'end', cell: ({ instances }) => format.number(instances) },
    { key: 'cost', head: words.cost, align: 'end', cell: ({ cost }) => money.text(cost, currency) },
  ]
  return <DataTable caption={words.usage} columns={columns} rows={charged} rowKey={({ day }) => day} />
}
