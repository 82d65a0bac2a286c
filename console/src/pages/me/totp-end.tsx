import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { ME_KEY } from '../../api/me.ts'
import { nothing } from '../../api/read.ts'
import { PasswordField } from '../../parts/password-field.tsx'
import { useWords } from '../../words/words.ts'
import { PasswordFault } from './password-change.tsx'

/** Turning the second factor off wants the password: an open browser that somebody left behind is not enough. */
export function TotpEnd({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactNode {
  const words = useWords('me')
  const common = useWords('common')
  const drop = useChange<string>({
    send: (password, key) => ask({ method: 'DELETE', path: '/person/totp', body: { password }, key, read: nothing }),
    stale: [ME_KEY],
    onDone: onClose,
  })
  const close = (): void => {
    drop.reset()
    onClose()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={words.totpEnd}
      closeButtonProps={{ 'aria-label': common.close }}
      centered
    >
      <Stack>
        <Text size="sm">{words.totpEndText}</Text>
        <PasswordFault fault={drop.error} />
        <TotpEndForm isBusy={drop.isPending} onPassword={drop.mutate} onCancel={close} />
      </Stack>
    </Modal>
  )
}

interface TotpEndFormProps {
  readonly isBusy: boolean
  readonly onPassword: (password: string) => void
  readonly onCancel: () => void
}

/** Inside the dialog, so that what was typed is gone with it. */
function TotpEndForm({ isBusy, onPassword, onCancel }: TotpEndFormProps): ReactNode {
  const words = useWords('me')
  const common = useWords('common')
  const [password, setPassword] = useState('')
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    onPassword(password)
  }
  return (
    <form onSubmit={submit} className="form">
      <PasswordField
        label={words.current}
        toggleLabel={words.showPassword}
        autoComplete="current-password"
        isFocused
        value={password}
        onChange={setPassword}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {common.cancel}
        </Button>
        <Button type="submit" color="red.9" loading={isBusy}>
          {words.totpEnd}
        </Button>
      </Group>
    </form>
  )
}
