import { Divider, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { NavLink } from 'react-router'
import { useMe } from '../api/me.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { SupportContact, supportContact } from '../parts/support-contact.tsx'
import { useWords } from '../words/words.ts'
import { useAccount, useAccountId } from './account.ts'
import { accountPlaces, hasPhones, OPERATOR_PLACES } from './navigation.ts'
import classes from './sections.module.css'

/** The links to the pages that the person may open. */
export function Sections(): ReactNode {
  const words = useWords('shell')
  const me = useMe()
  const current = useAccount()
  const here = useAccountId()
  const account = current?.account.id ?? here
  const role = me.person.isOperator ? 'owner' : (current?.role ?? null)
  return (
    <nav aria-label={words.navigation} className={classes['sections']}>
      <Stack gap={2}>
        {account !== null &&
          role !== null &&
          accountPlaces(account, role).map(({ to, name, icon }) => (
            <Section key={to} to={to} label={words.pages[name]} icon={icon} />
          ))}
        {hasPhones(me) && <Section to="/phones" label={words.phones} icon="phone" />}
      </Stack>
      {me.person.isOperator && (
        <>
          <Divider my="xs" />
          <Text size="xs" fw={600} c="dimmed" px="sm" pb={4}>
            {words.operator}
          </Text>
          <Stack gap={2}>
            {OPERATOR_PLACES.map(({ to, name, icon }) => (
              <Section key={to} to={to} label={words.pages[name]} icon={icon} />
            ))}
          </Stack>
        </>
      )}
      <Foot />
    </nav>
  )
}

function Section({
  to,
  label,
  icon,
}: {
  readonly to: string
  readonly label: string
  readonly icon: IconName
}): ReactNode {
  return (
    <NavLink to={to} className={classes['link'] ?? ''}>
      <Icon name={icon} />
      {label}
    </NavLink>
  )
}

function Foot(): ReactNode {
  const words = useWords('shell')
  const { version } = useMe()
  return (
    <div className={classes['foot']}>
      {supportContact() !== null && (
        <div className={classes['support']}>
          <Icon name="support" />
          <SupportContact />
        </div>
      )}
      <Text size="xs" c="dimmed">
        {words.version(version)}
      </Text>
    </div>
  )
}
