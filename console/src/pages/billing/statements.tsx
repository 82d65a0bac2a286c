import { Anchor, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { addressOf, ask, path, withQuery } from '../../api/client.ts'
import { moneyKey, readStatements, type Statement } from '../../api/money.ts'
import { DataTable, Pager, type Column } from '../../parts/data-table.tsx'
import { useCursors } from '../../parts/cursors.ts'
import { Icon } from '../../parts/icon.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { lastMonths, useDays } from '../../words/days.ts'
import { useLanguage } from '../../words/language.ts'
import { useMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'

const PAGE_SIZE = 12

interface StatementsProps {
  readonly account: string
}

/** The months' bills, and this month's as it stands. */
export function Statements({ account }: StatementsProps): ReactNode {
  const words = useWords('billing')
  const { cursor, page, go } = useCursors(account)
  const query = useQuery({
    queryKey: moneyKey(account, 'statements', cursor),
    queryFn: ({ signal }) =>
      ask({
        path: withQuery(path`/accounts/${account}/statements`, { cursor, limit: PAGE_SIZE }),
        signal,
        read: readStatements,
      }),
  })
  const [month = ''] = lastMonths(1)
  return (
    <Section title={words.statements} text={words.statementsText}>
      <Group gap="md">
        <Text size="sm">{words.current}:</Text>
        <Files account={account} month={month} />
      </Group>
      <QueryView query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Text size="sm">{words.noStatements}</Text>
          ) : (
            <>
              <StatementTable account={account} statements={items} />
              <Pager
                page={page}
                pageSize={PAGE_SIZE}
                total={null}
                hasMore={next !== null}
                onPage={(wanted) => go(wanted, next)}
              />
            </>
          )
        }
      </QueryView>
    </Section>
  )
}

function StatementTable({ account, statements }: StatementsProps & { statements: readonly Statement[] }): ReactNode {
  const words = useWords('billing')
  const days = useDays()
  const money = useMoney()
  const amount = (key: 'opening' | 'charged' | 'paid' | 'closing'): Column<Statement> => ({
    key,
    head: words[key],
    align: 'end',
    cell: (statement) => <span style={{ whiteSpace: 'nowrap' }}>{money.text(statement[key], statement.currency)}</span>,
  })
  const columns: readonly Column<Statement>[] = [
    {
      key: 'month',
      head: words.month,
      isMain: true,
      cell: ({ month, plan }) => (
        <div>
          {days.month(month)}
          <Text size="xs" c="dimmed" fw={400}>
            {words.plans[plan]}
          </Text>
        </div>
      ),
    },
    amount('opening'),
    amount('charged'),
    amount('paid'),
    amount('closing'),
    {
      key: 'files',
      head: words.statements,
      isHeadHidden: true,
      align: 'end',
      cell: ({ month }) => <Files account={account} month={month} />,
    },
  ]
  return <DataTable caption={words.statements} columns={columns} rows={statements} rowKey={({ month }) => month} />
}

/** The browser fetches both by itself, with the cookie of the session. */
function Files({ account, month }: StatementsProps & { readonly month: string }): ReactNode {
  const words = useWords('billing')
  const days = useDays()
  const language = useLanguage()
  const at = addressOf(path`/accounts/${account}/statements/${month}`)
  const name = days.month(month)
  return (
    <Group gap="md" wrap="nowrap" display="inline-flex">
      <Anchor href={`${at}/csv`} download size="sm" aria-label={words.csvOf(name)}>
        <Icon name="down" size={14} /> {words.csv}
      </Anchor>
      <Anchor
        href={withQuery(`${at}/page`, { lang: language })}
        target="_blank"
        rel="noopener"
        size="sm"
        aria-label={words.printOf(name)}
      >
        <Icon name="print" size={14} /> {words.print}
      </Anchor>
    </Group>
  )
}
