import { ActionIcon, Badge, Code, Menu, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { isLiving, type Token } from '../../api/account.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { nameOf } from './token-names.ts'
import { useTokenScopes } from './token-scopes.ts'
import { TokenActs, type TokenAct } from './token-acts.tsx'

interface TokenTableProps {
  readonly account: string
  readonly tokens: readonly Token[]
}

export function TokenTable({ account, tokens }: TokenTableProps): ReactNode {
  const words = useWords('profile')
  const common = useWords('common')
  const format = useFormat()
  const [act, setAct] = useState<TokenAct | null>(null)
  const columns: readonly Column<Token>[] = [
    {
      key: 'name',
      head: words.tokenName,
      isMain: true,
      cell: (token) => (
        <div>
          <Text size="sm" fw={600} span>
            {nameOf(token, words)}
          </Text>
          <Text size="xs" c="dimmed">
            {token.id}
          </Text>
        </div>
      ),
    },
    { key: 'scope', head: words.scope, cell: ({ scope }) => words.scopes[scope] },
    { key: 'from', head: words.allowFrom, cell: ({ allowFrom }) => <Ranges ranges={allowFrom} /> },
    { key: 'created', head: words.created, cell: ({ createdAt }) => format.date(createdAt) },
    {
      key: 'used',
      head: words.lastUsed,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? words.never : format.ago(lastUsedAt)),
    },
    { key: 'state', head: words.state, cell: (token) => <State token={token} /> },
    {
      key: 'acts',
      head: common.actions,
      isHeadHidden: true,
      align: 'end',
      cell: (token) => isLiving(token) && <Acts token={token} onAct={setAct} />,
    },
  ]
  return (
    <>
      <DataTable caption={words.tokensTable} columns={columns} rows={tokens} rowKey={({ id }) => id} />
      <TokenActs account={account} act={act} onAct={setAct} />
    </>
  )
}

function Ranges({ ranges }: { readonly ranges: readonly string[] }): ReactNode {
  const words = useWords('profile')
  if (ranges.length === 0) return words.anywhere
  return (
    <span>
      {ranges.map((range) => (
        <Code key={range} mr={4} style={{ whiteSpace: 'nowrap' }}>
          {range}
        </Code>
      ))}
    </span>
  )
}

function State({ token }: { readonly token: Token }): ReactNode {
  const words = useWords('profile')
  const format = useFormat()
  const { revokedAt, expiresAt } = token
  if (revokedAt !== null) return <Badge color="red.9">{words.revoked}</Badge>
  if (!isLiving(token)) return <Badge color="gray.7">{words.expired}</Badge>
  return (
    <div>
      <Badge>{words.living}</Badge>
      {expiresAt !== null && (
        <Text size="xs" c="dimmed" mt={2} title={format.time(expiresAt)}>
          {words.ends(format.ago(expiresAt))}
        </Text>
      )}
    </div>
  )
}

function Acts({ token, onAct }: { readonly token: Token; readonly onAct: (act: TokenAct) => void }): ReactNode {
  const words = useWords('profile')
  const common = useWords('common')
  const isMine = useTokenScopes().includes(token.scope)
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words.of(common.actions, nameOf(token, words))}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isMine && (
          <>
            <Menu.Item leftSection={<Icon name="eye" />} onClick={() => onAct({ kind: 'show', token })}>
              {words.showToken}
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="pencil" />} onClick={() => onAct({ kind: 'edit', token })}>
              {common.edit}
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="refresh" />} onClick={() => onAct({ kind: 'rotate', token })}>
              {words.rotate}
            </Menu.Item>
          </>
        )}
        <Menu.Item
          leftSection={<Icon name="trash" />}
          c="var(--mantine-color-error)"
          onClick={() => onAct({ kind: 'revoke', token })}
        >
          {words.revoke}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
