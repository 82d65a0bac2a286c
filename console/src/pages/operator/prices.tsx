import { ActionIcon, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, withQuery } from '../../api/client.ts'
import { list, nothing, nullable, number, object, text, type Read } from '../../api/read.ts'
import { ChangeDialog } from '../../parts/change-dialog.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { billingDay, useDays } from '../../words/days.ts'
import { useMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'
import { useNames } from './names.ts'
import { PRICES_KEY } from './price-key.ts'
import { PriceForm } from './price-form.tsx'

const MOST = 1000

const readPrice = object({ tariff: text, accountId: nullable(text), currency: text, from: text, amount: number })
type Price = Read<typeof readPrice>
const readPrices = object({ items: list(readPrice) })

/** What the tariffs cost: for all, and for single accounts. */
export function Prices(): ReactNode {
  const words = useWords('operator')
  const [isSetting, setSetting] = useState(false)
  const query = useQuery({
    queryKey: PRICES_KEY,
    queryFn: ({ signal }) => ask({ path: withQuery('/operator/prices', { limit: MOST }), signal, read: readPrices }),
  })
  return (
    <Section title={words.prices} text={words.pricesText}>
      <QueryView query={query}>
        {({ items }) => (items.length === 0 ? <Text size="sm">{words.noPrices}</Text> : <PriceTable prices={items} />)}
      </QueryView>
      <Group>
        <Button variant="default" leftSection={<Icon name="plus" />} onClick={() => setSetting(true)}>
          {words.newPrice}
        </Button>
      </Group>
      {isSetting && <PriceForm onClose={() => setSetting(false)} />}
    </Section>
  )
}

function PriceTable({ prices }: { readonly prices: readonly Price[] }): ReactNode {
  const words = useWords('operator')
  const days = useDays()
  const money = useMoney()
  const names = useNames()
  const [removed, setRemoved] = useState<Price | null>(null)
  const today = billingDay()
  const columns: readonly Column<Price>[] = [
    { key: 'tariff', head: words.tariffName, isMain: true, cell: ({ tariff }) => tariff },
    {
      key: 'account',
      head: words.account,
      cell: ({ accountId }) => (accountId === null ? words.forAll : (names.account(accountId) ?? accountId)),
    },
    { key: 'from', head: words.from, cell: ({ from }) => days.day(from) },
    { key: 'price', head: words.price, align: 'end', cell: ({ amount, currency }) => money.text(amount, currency) },
    {
      key: 'remove',
      head: words.removePrice,
      isHeadHidden: true,
      align: 'end',
      cell: (price) =>
        price.from > today && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={words.removePriceOf(price.tariff, days.day(price.from))}
            onClick={() => setRemoved(price)}
          >
            <Icon name="trash" />
          </ActionIcon>
        ),
    },
  ]
  return (
    <>
      <DataTable caption={words.prices} columns={columns} rows={prices.toReversed()} rowKey={keyOf} />
      {removed !== null && <RemovePrice price={removed} onClose={() => setRemoved(null)} />}
    </>
  )
}

function keyOf({ tariff, accountId, currency, from }: Price): string {
  return [tariff, accountId, currency, from].join(' ')
}

function RemovePrice({ price, onClose }: { readonly price: Price; readonly onClose: () => void }): ReactNode {
  const words = useWords('operator')
  const days = useDays()
  const { tariff, accountId, currency, from } = price
  return (
    <ChangeDialog
      title={words.removePriceTitle}
      text={words.removePriceText(tariff, days.day(from))}
      confirm={words.removePrice}
      isDangerous
      verb="DELETE"
      path={withQuery('/operator/prices', { tariff, accountId, currency, from })}
      read={nothing}
      stale={[PRICES_KEY]}
      onClose={onClose}
    />
  )
}
