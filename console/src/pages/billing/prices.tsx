import { Badge, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask, path, withQuery } from '../../api/client.ts'
import { moneyKey, readPrices, type OwnPrice } from '../../api/money.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { useDays } from '../../words/days.ts'
import { useMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'

const MOST = 1000

/** What an instance costs this account now and later. */
export function Prices({ account }: { readonly account: string }): ReactNode {
  const words = useWords('billing')
  const query = useQuery({
    queryKey: moneyKey(account, 'prices'),
    queryFn: ({ signal }) =>
      ask({ path: withQuery(path`/accounts/${account}/prices`, { limit: MOST }), signal, read: readPrices }),
  })
  return (
    <Section title={words.prices} text={words.pricesText}>
      <QueryView query={query}>
        {({ items }) => (items.length === 0 ? <Text size="sm">{words.noPrices}</Text> : <PriceTable prices={items} />)}
      </QueryView>
    </Section>
  )
}

function PriceTable({ prices }: { readonly prices: readonly OwnPrice[] }): ReactNode {
  const words = useWords('billing')
  const days = useDays()
  const money = useMoney()
  const columns: readonly Column<OwnPrice>[] = [
    {
      key: 'tariff',
      head: words.tariff,
      isMain: true,
      cell: ({ tariff, isOwn, isInForce }) => (
        <Group gap="xs">
          {tariff}
          {isInForce && <Badge>{words.inForce}</Badge>}
          {isOwn && <Badge variant="default">{words.own}</Badge>}
        </Group>
      ),
    },
    { key: 'from', head: words.from, cell: ({ from }) => days.day(from) },
    {
      key: 'price',
      head: words.price,
      align: 'end',
      cell: ({ amount, currency, plan }) => (
        <span>
          {money.text(amount, currency)}{' '}
          <Text span size="xs" c="dimmed">
            {words.per[plan]}
          </Text>
        </span>
      ),
    },
  ]
  return (
    <DataTable
      caption={words.prices}
      columns={columns}
      rows={prices}
      rowKey={({ tariff, from, isOwn }) => `${tariff} ${from} ${String(isOwn)}`}
    />
  )
}
