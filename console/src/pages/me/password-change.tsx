import { Button, Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { isWeakPassword, type ApiFault } from '../../api/fault.ts'
import { fetchMe, PASSWORD_LEAST, putMe, useMe } from '../../api/me.ts'
import { nothing } from '../../api/read.ts'
import { Done } from '../../parts/done.tsx'
import { PasswordField } from '../../parts/password-field.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure, Notice } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { SESSIONS_KEY } from './sessions.tsx'

const EMPTY = { current: '', password: '' }

export function PasswordChange(): ReactNode {
  const words = useWords('me')
  const { person } = useMe()
  const client = useQueryClient()
  const [given, setGiven] = useState(EMPTY)
  const change = useChange<typeof EMPTY>({
    send: async (body, key) => {
      await ask({ method: 'PUT', path: '/person/password', body, key, read: nothing })
      // The cookie is a new one, and with it what unsafe calls must show.
      putMe(client, await fetchMe())
    },
    stale: [SESSIONS_KEY],
    onDone: () => setGiven(EMPTY),
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    change.mutate(given)
  }
  return (
    <Section title={words.password} text={words.passwordText}>
      <form onSubmit={submit} className="form" style={{ maxWidth: '26rem' }}>
        <PasswordFault fault={change.error} />
        <input type="hidden" name="email" autoComplete="username" value={person.email} />
        <PasswordField
          label={words.current}
          toggleLabel={words.showPassword}
          autoComplete="current-password"
          value={given.current}
          onChange={(current) => setGiven({ ...given, current })}
        />
        <PasswordField
          label={words.new}
          description={words.newHint(PASSWORD_LEAST)}
          toggleLabel={words.showPassword}
          autoComplete="new-password"
          minLength={PASSWORD_LEAST}
          value={given.password}
          onChange={(password) => setGiven({ ...given, password })}
        />
        <Group>
          <Button type="submit" variant="default" loading={change.isPending}>
            {words.change}
          </Button>
          <Done>{change.isSuccess && words.changed}</Done>
        </Group>
      </form>
    </Section>
  )
}

/** What a wrong or a weak password is told; everything else as everywhere. */
export function PasswordFault({ fault }: { readonly fault: ApiFault | null }): ReactNode {
  const words = useWords('me')
  if (fault === null) return null
  const isWrong = fault.code === 'wrongPassword'
  if (!isWrong && !isWeakPassword(fault)) return <Failure error={fault} />
  return (
    <div role="alert">
      <Notice color="red">{isWrong ? words.wrongPassword : words.weakPassword}</Notice>
    </div>
  )
}
