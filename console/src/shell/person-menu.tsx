import { Menu, Text, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useMe } from '../api/me.ts'
import { faultText } from '../parts/fault-text.ts'
import { Icon } from '../parts/icon.tsx'
import { useWords } from '../words/words.ts'
import { LanguageItems, ThemeItems } from './looks.tsx'
import classes from './person-menu.module.css'
import { useSignOut } from './sign-out.ts'

/** Who is signed in, how the pages look, and the way out. */
export function PersonMenu(): ReactNode {
  const words = useWords('shell')
  const { person } = useMe()
  const name = person.name === '' ? person.email : person.name
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes['target']} aria-label={`${words.personMenu}: ${name}`}>
          <span className={classes['face']} data-letter={Array.from(name)[0]?.toUpperCase()} aria-hidden="true" />
          <span className={classes['name']}>{name}</span>
          <Icon name="chevronDown" size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={classes['label'] ?? ''}>{person.email}</Menu.Label>
        <Menu.Item component={Link} to="/me" leftSection={<Icon name="person" />}>
          {words.me}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{words.language}</Menu.Label>
        <LanguageItems />
        <Menu.Divider />
        <Menu.Label>{words.theme}</Menu.Label>
        <ThemeItems />
        <Menu.Divider />
        <SignOut />
      </Menu.Dropdown>
    </Menu>
  )
}

/** The menu stays open until the page is left: where the server could not end the session, it says so. */
function SignOut(): ReactNode {
  const words = useWords('shell')
  const common = useWords('common')
  const signOut = useSignOut()
  return (
    <>
      <Menu.Item
        leftSection={<Icon name="signOut" />}
        closeMenuOnClick={false}
        disabled={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        {words.signOut}
      </Menu.Item>
      {signOut.error !== null && (
        <Text role="alert" size="xs" p="xs" c="var(--mantine-color-error)">
          {faultText(signOut.error, common)}
        </Text>
      )}
    </>
  )
}
