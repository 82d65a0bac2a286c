import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { isLiving, readToken, type Token } from '../../api/account.ts'
import { ask, path, withQuery } from '../../api/client.ts'
import { list, nullable, number, object, text, type Read } from '../../api/read.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Section } from '../../parts/section.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'

const SHOWN = 5
const MOST = 1000

const readInstance = object({
  idInstance: number,
  name: text,
  phone: nullable(text),
  state: text,
  tariff: text,
  timeCreated: text,
})
type Instance = Read<typeof readInstance>
const readInstances = object({ items: list(readInstance) })
const readTokens = object({ items: list(readToken) })

interface BelongingsProps {
  readonly account: string
}

/** Its newest instances; all of them, and what can be done with them, are on the account's own pages. */
export function AccountInstances({ account }: BelongingsProps): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const query = useQuery({
    queryKey: ['account', account, 'instances', 'newest'],
    queryFn: ({ signal }) =>
      ask({ path: withQuery(path`/accounts/${account}/instances`, { limit: SHOWN }), signal, read: readInstances }),
  })
  const at = `/a/${encodeURIComponent(account)}/instances`
  const columns: readonly Column<Instance>[] = [
    {
      key: 'id',
      head: words.id,
      isMain: true,
      cell: ({ idInstance, name }) => (
        <Anchor component={Link} to={`${at}/${String(idInstance)}`} size="sm">
          {[idInstance, name].filter(Boolean).join(' · ')}
        </Anchor>
      ),
    },
    { key: 'phone', head: words.phone, cell: ({ phone }) => phone },
    { key: 'state', head: words.state, cell: ({ state }) => words.stateNames[stateOf(state, words.stateNames)] },
    { key: 'tariff', head: words.tariffName, cell: ({ tariff }) => tariff },
    { key: 'created', head: words.created, cell: ({ timeCreated }) => format.date(timeCreated) },
  ]
  return (
    <Section title={words.itsInstances}>
      <QueryView query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm">{words.noInstances}</Text>
          ) : (
            <DataTable
              caption={words.itsInstances}
              columns={columns}
              rows={items}
              rowKey={({ idInstance }) => String(idInstance)}
            />
          )
        }
      </QueryView>
      <Anchor component={Link} to={at} size="sm">
        {words.allInstances}
      </Anchor>
    </Section>
  )
}

function stateOf<K extends string>(state: string, known: Readonly<Record<K, string>>): K | 'notAuthorized' {
  return isKey(state, known) ? state : 'notAuthorized'
}

function isKey<K extends string>(key: string, known: Readonly<Record<K, string>>): key is K {
  return Object.hasOwn(known, key)
}

/** Its keys that work now, without the keys themselves. */
export function AccountTokens({ account }: BelongingsProps): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const query = useQuery({
    queryKey: ['account', account, 'tokens', 'living'],
    queryFn: ({ signal }) =>
      ask({ path: withQuery(path`/operator/accounts/${account}/tokens`, { limit: MOST }), signal, read: readTokens }),
  })
  const columns: readonly Column<Token>[] = [
    { key: 'name', head: words.name, isMain: true, cell: ({ id, name }) => [name, id].filter(Boolean).join(' · ') },
    { key: 'scope', head: words.kind, cell: ({ scope }) => words.scopes[scope] },
    { key: 'created', head: words.created, cell: ({ createdAt }) => format.date(createdAt) },
    {
      key: 'used',
      head: words.lastUsed,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? words.never : format.ago(lastUsedAt)),
    },
  ]
  return (
    <Section title={words.itsTokens}>
      <QueryView query={query}>
        {({ items }) => {
          const living = items.filter((token) => isLiving(token))
          if (living.length === 0) return <Text size="sm">{words.noTokens}</Text>
          return <DataTable caption={words.itsTokens} columns={columns} rows={living} rowKey={({ id }) => id} />
        }}
      </QueryView>
      <Anchor component={Link} to={`/a/${encodeURIComponent(account)}/tokens`} size="sm">
        {words.allTokens}
      </Anchor>
    </Section>
  )
}
