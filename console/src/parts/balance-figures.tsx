import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../api/client.ts'
import { moneyKey, readBalance, type Balance } from '../api/money.ts'
import { useFormat } from '../words/format.ts'
import { useMoney } from '../words/money.ts'
import { useWords } from '../words/words.ts'
import { Figures } from './facts.tsx'
import { QueryView } from './query-view.tsx'
import { LoadingLines, Notice } from './states.tsx'

const AGAIN_MS = 60_000

interface BalanceFiguresProps {
  readonly account: string
  /** The account's rows as the one who looks reaches them: `/accounts/7` or `/operator/accounts/7`. */
  readonly at: string
}

/** The balance, and what today has cost up to now. */
export function BalanceFigures({ account, at }: BalanceFiguresProps): ReactNode {
  const query = useQuery({
    queryKey: moneyKey(account, 'balance', at),
    queryFn: ({ signal }) => ask({ path: `${at}/balance`, signal, read: readBalance }),
    refetchInterval: AGAIN_MS,
  })
  return (
    <div style={{ marginBottom: 'var(--mantine-spacing-lg)' }}>
      <QueryView query={query} loading={<LoadingLines lines={1} height={118} />}>
        {(balance) => <Shown balance={balance} />}
      </QueryView>
    </div>
  )
}

function Shown({ balance: { balance, currency, overdraftLimit, warnBelow, today } }: { balance: Balance }): ReactNode {
  const words = useWords('billing')
  const format = useFormat()
  const money = useMoney()
  const isLow = warnBelow !== null && balance < warnBelow
  return (
    <>
      <Figures
        facts={[
          { name: words.balance, value: money.text(balance, currency) },
          { name: words.todayInstances, value: format.number(today.instances) },
          { name: words.todayCost, value: money.text(today.cost, currency) },
        ]}
      />
      <Text size="sm" c="dimmed" mt="xs">
        {overdraftLimit === null ? words.noOverdraft : words.overdraft(money.text(0 - overdraftLimit, currency))}
      </Text>
      {isLow && (
        <div style={{ marginTop: 'var(--mantine-spacing-sm)' }}>
          <Notice color="orange">{words.low(money.text(warnBelow, currency))}</Notice>
        </div>
      )}
    </>
  )
}
