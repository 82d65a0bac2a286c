import { Button, Group, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { nothing } from '../../api/read.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
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
        onDone={() => setSecrets(secrets + 1)}
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

function SecretDialog({ account, isOpen, onDone, onClose }: DialogProps & { readonly onDone: () => void }): ReactNode {
  const words = useWords('profile')
  const change = useChange({
    send: (_, key) => ask({ method: 'POST', path: path`/accounts/${account}/hook/secret`, key, read: nothing }),
    stale: [hookKey(account)],
    onDone: () => {
      onDone()
      onClose()
    },
  })
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={words.newSecretTitle}
      confirm={words.newSecret}
      isDangerous
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{words.newSecretText}</Text>
    </ConfirmDialog>
  )
}

function RemoveDialog({ account, isOpen, onClose }: DialogProps): ReactNode {
  const words = useWords('profile')
  const remove = useChange({
    send: (_, key) => ask({ method: 'DELETE', path: path`/accounts/${account}/hook`, key, read: nothing }),
    stale: [hookKey(account)],
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={words.removeHookTitle}
      confirm={words.removeHook}
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{words.removeHookText}</Text>
    </ConfirmDialog>
  )
}
