import type { ReactNode } from 'react'
import { useHere } from '../../api/account.ts'
import { BalanceFigures } from '../../parts/balance-figures.tsx'
import { LedgerTable } from '../../parts/ledger-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Quotas } from '../../parts/quotas.tsx'
import { Section } from '../../parts/section.tsx'
import { useWords } from '../../words/words.ts'
import { Prices } from './prices.tsx'
import { Statements } from './statements.tsx'
import { UsageChart } from './usage-chart.tsx'

/** What the account has and pays. */
export default function BillingPage(): ReactNode {
  const words = useWords('billing')
  const account = useHere()
  return (
    <>
      <PageHead title={words.title} />
      <BalanceFigures account={account} at={`/accounts/${encodeURIComponent(account)}`} />
      <UsageChart account={account} />
      <Section title={words.ledger} text={words.ledgerText}>
        <LedgerTable account={account} at={`/accounts/${encodeURIComponent(account)}`} />
      </Section>
      <Statements account={account} />
      <Prices account={account} />
      <Quotas account={account} />
    </>
  )
}
