import { Button, Group } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { nothing } from '../../api/read.ts'
import { ChangeDialog } from '../../parts/change-dialog.tsx'
import { Done } from '../../parts/done.tsx'
import { SecretField } from '../../parts/secret-field.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { HookForm, putHook } from './hook-form.tsx'
import { hookKey, type Hook } from './hook-answer.ts'

interface HookStateProps {
  readonly account: string
  readonly hook: Hook
}

/** The hook that is set, and what can be done with it. */
export function HookState({ account, hook }: HookStateProps): ReactNode {
  const words = useWords('profile')
  const format = useFormat()
  const [asked, setAsked] = useState<'secret' | 'remove' | null>(null)
  // Another secret is another field: what was shown of the old one goes.
  const [secrets, setSecrets] = useState(0)
  const test = useChange({
    send: (_, key) => ask({ method: 'POST', path: path`/accounts/${account}/hook/test`, key, read: nothing }),
    stale: [hookKey(account)],
  })
  return (
    <Section title={words.hook} text={`${words.since}: ${format.time(hook.createdAt)}`}>
      <HookForm key={hook.url} account={account} url={hook.url} />
      {/* The server tells the secret to whoever sets the address: to set the same one again changes nothing. */}
      <SecretField key={secrets} label={words.hookSecret} secret={() => putHook(account, hook.url)} />
      {test.error !== null && <Failure error={test.error} />}
      <Group>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          {words.test}
        </Button>
        <Button variant="default" onClick={() => setAsked('secret')}>
          {words.newSecret}
        </Button>
        <Button variant="default" c="var(--mantine-color-error)" onClick={() => setAsked('remove')}>
          {words.removeHook}
        </Button>
        <Done>{test.isSuccess && words.tested}</Done>
      </Group>
      <SecretDialog
        account={account}
        isOpen={asked === 'secret'}
        onDone={() => {
          setSecrets(secrets + 1)
          setAsked(null)
        }}
        onClose={() => setAsked(null)}
      />
      <RemoveDialog account={account} isOpen={asked === 'remove'} onClose={() => setAsked(null)} />
    </Section>
  )
}

interface DialogProps {
  readonly account: string
  readonly isOpen: boolean
  readonly onClose: () => void
}

function SecretDialog({ account, ...others }: DialogProps & { readonly onDone: () => void }): ReactNode {
  const words = useWords('profile')
  return (
    <ChangeDialog
      {...others}
      title={words.newSecretTitle}
      text={words.newSecretText}
      confirm={words.newSecret}
      isDangerous
      verb="POST"
      path={path`/accounts/${account}/hook/secret`}
      read={nothing}
      stale={[hookKey(account)]}
    />
  )
}

function RemoveDialog({ account, ...others }: DialogProps): ReactNode {
  const words = useWords('profile')
  return (
    <ChangeDialog
      {...others}
      title={words.removeHookTitle}
      text={words.removeHookText}
      confirm={words.removeHook}
      isDangerous
      verb="DELETE"
      path={path`/accounts/${account}/hook`}
      read={nothing}
      stale={[hookKey(account)]}
    />
  )
}
