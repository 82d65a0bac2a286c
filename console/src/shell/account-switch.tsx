import { Group, Menu, Text, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useOwnAccount } from '../api/account.ts'
import { useMe } from '../api/me.ts'
import { Icon } from '../parts/icon.tsx'
import { useWords } from '../words/words.ts'
import { useAccount, useAccountId } from './account.ts'
import classes from './account-switch.module.css'

/** Which account the pages speak of; a menu where there is a choice. */
export function AccountSwitch(): ReactNode {
  const words = useWords('shell')
  const { memberships } = useMe()
  const current = useAccount()
  const here = useAccountId()
  // An operator looks at accounts that he is no member of.
  const foreign = useOwnAccount(current === null ? here : null)
  const shown = current?.account.name ?? foreign.data?.name ?? (foreign.isLoading ? '…' : here)
  const navigate = useNavigate()
  const section = useSection()
  if (shown === null) return null
  const face = (
    <div className={classes['name']}>
      <Text size="xs" c="dimmed">
        {words.account}
      </Text>
      <Text fw={600} truncate title={shown}>
        {shown}
      </Text>
    </div>
  )
  if (memberships.length <= 1) return <div className={classes['single']}>{face}</div>
  return (
    <Menu width="target" position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes['switch']}>
          {face}
          <Icon name="chevronDown" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={320} className={classes['list'] ?? ''}>
        {memberships.map(({ account }) => (
          <Menu.Item
            key={account.id}
            aria-current={account.id === current?.account.id ? 'true' : undefined}
            onClick={() => void navigate(`/a/${encodeURIComponent(account.id)}/${section}`)}
          >
            <Group gap="xs" justify="space-between" wrap="nowrap">
              <Text size="sm" truncate>
                {account.name}
              </Text>
              {account.id === current?.account.id && <Icon name="check" size={16} />}
            </Group>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** The same page of another account: its list where this one shows a single thing. */
function useSection(): string {
  const { pathname } = useLocation()
  return /^\/a\/[^/]+\/([^/]+)/.exec(pathname)?.[1] ?? 'instances'
}
