import { Button, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { callMethod, instanceKeys } from '../../api/instances.ts'
import { nothing } from '../../api/read.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useWords } from '../../words/words.ts'
import { useHere, useInstance } from './here.ts'

type Method = 'reboot' | 'logout'

interface OverviewActionsProps {
  readonly onDialog: (dialog: 'rename' | 'delete') => void
}

/** What can be done to the whole instance. */
export function OverviewActions({ onDialog }: OverviewActionsProps): ReactNode {
  const words = useWords('instance')
  const texts = useWords('instances')
  const { wid } = useInstance()
  const [asked, setAsked] = useState<Method | null>(null)
  return (
    <>
      <Button variant="default" leftSection={<Icon name="pencil" />} onClick={() => onDialog('rename')}>
        {texts.rename}
      </Button>
      <Button variant="default" leftSection={<Icon name="refresh" />} onClick={() => setAsked('reboot')}>
        {words.reboot}
      </Button>
      {wid !== null && (
        <Button variant="default" leftSection={<Icon name="signOut" />} onClick={() => setAsked('logout')}>
          {words.logout}
        </Button>
      )}
      <Button
        variant="default"
        c="var(--mantine-color-error)"
        leftSection={<Icon name="trash" />}
        onClick={() => onDialog('delete')}
      >
        {texts.delete}
      </Button>
      {asked !== null && <Ask method={asked} onClose={() => setAsked(null)} />}
    </>
  )
}

function Ask({ method, onClose }: { readonly method: Method; readonly onClose: () => void }): ReactNode {
  const words = useWords('instance')
  const { account, id } = useHere()
  const call = useChange({
    send: (_nothing, key) => callMethod({ account, id, key, name: method, read: nothing }),
    stale: [instanceKeys(account)],
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      isOpen
      title={words.asks[method].title}
      confirm={words[method]}
      isDangerous={method === 'logout'}
      isBusy={call.isPending}
      error={call.error}
      onConfirm={() => call.mutate()}
      onClose={onClose}
    >
      <Text>{words.asks[method].text}</Text>
    </ConfirmDialog>
  )
}
