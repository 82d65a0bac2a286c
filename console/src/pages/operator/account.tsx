import { Anchor, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useHere } from '../../api/account.ts'
import { ask, path } from '../../api/client.ts'
import { accountsKey, readAccount, type Account } from '../../api/operator.ts'
import { BalanceFigures } from '../../parts/balance-figures.tsx'
import { Facts } from '../../parts/facts.tsx'
import { LedgerTable } from '../../parts/ledger-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { TermFacts } from '../../parts/term-facts.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { AccountActs } from './account-acts.tsx'
import { AccountInstances, AccountTokens } from './account-belongings.tsx'
import { AccountState } from './accounts.tsx'
import { AuditList } from './audit-list.tsx'
import { BookCheck } from './book-check.tsx'
import { EditTerms } from './edit-terms.tsx'
import { MoneyForm } from './money-form.tsx'

/** One account as those see it who run the server. */
export default function AccountPage(): ReactNode {
  const words = useWords('operator')
  const id = useHere()
  const query = useQuery({
    queryKey: [...accountsKey, id],
    queryFn: ({ signal }) => ask({ path: path`/operator/accounts/${id}`, signal, read: readAccount }),
  })
  return (
    <>
      <PageHead
        title={query.data?.name ?? words.account}
        description={
          <Anchor component={Link} to="/operator/accounts">
            {words.accounts}
          </Anchor>
        }
        actions={query.data?.deletedAt === null ? <AccountActs account={query.data} /> : undefined}
      />
      <QueryView query={query}>{(account) => <Shown account={account} />}</QueryView>
    </>
  )
}

function Shown({ account }: { readonly account: Account }): ReactNode {
  const words = useWords('operator')
  const at = path`/operator/accounts/${account.id}`
  const isDeleted = account.deletedAt !== null
  return (
    <>
      <About account={account} />
      <BalanceFigures account={account.id} at={at} />
      {!isDeleted && <MoneyForm account={account} />}
      <Terms account={account} />
      {!isDeleted && (
        <>
          <AccountInstances account={account.id} />
          {account.kind === 'partner' && <AccountTokens account={account.id} />}
        </>
      )}
      <Section title={words.money}>
        <BookCheck account={account.id} />
        <LedgerTable account={account.id} at={at} />
      </Section>
      <Section title={words.auditOf}>
        <AuditList account={account.id} />
      </Section>
    </>
  )
}

function About({ account }: { readonly account: Account }): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const { id, kind, createdAt, partnerSince, instances } = account
  return (
    <Section title={words.account}>
      <Facts
        facts={[
          { name: words.state, value: <AccountState account={account} /> },
          { name: words.kind, value: words.kinds[kind] },
          { name: words.id, value: id },
          { name: words.created, value: format.date(createdAt) },
          ...(partnerSince === null ? [] : [{ name: words.partnerSince, value: format.date(partnerSince) }]),
          { name: words.instances, value: format.number(instances) },
        ]}
      />
      {account.deletedAt === null && <Places account={id} />}
    </Section>
  )
}

const PLACES = ['instances', 'tokens', 'hook', 'brand', 'billing', 'people'] as const

/** Those who run the server are owners everywhere: the account's own pages are theirs too. */
function Places({ account }: { readonly account: string }): ReactNode {
  const words = useWords('operator')
  return (
    <Group gap="md">
      <Text size="sm" c="dimmed">
        {words.asItsOwner}:
      </Text>
      {PLACES.map((place) => (
        <Anchor key={place} component={Link} to={`/a/${encodeURIComponent(account)}/${place}`} size="sm">
          {words.places[place]}
        </Anchor>
      ))}
    </Group>
  )
}

function Terms({ account }: { readonly account: Account }): ReactNode {
  const words = useWords('operator')
  const [isEditing, setEditing] = useState(false)
  return (
    <Section title={words.terms}>
      <TermFacts terms={account.terms} />
      {account.deletedAt === null && <EditTerms account={account} isOpen={isEditing} onOpen={setEditing} />}
    </Section>
  )
}
