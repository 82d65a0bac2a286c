import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import type { ApiFault } from '../../api/fault.ts'
import { PasswordField } from '../../parts/password-field.tsx'
import { useWords } from '../../words/words.ts'
import { PasswordFault } from './password-change.tsx'

interface PasswordAskProps {
  readonly isOpen: boolean
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly isDangerous?: boolean
  /** What is done by the password. */
  readonly change: UseMutationResult<unknown, ApiFault, string>
  readonly onClose: () => void
}

/** Asks for the password again: an open browser that somebody left behind is not enough for what comes. */
export function PasswordAsk({
  isOpen,
  title,
  text,
  confirm,
  isDangerous = false,
  change,
  onClose,
}: PasswordAskProps): ReactNode {
  const common = useWords('common')
  const close = (): void => {
    change.reset()
    onClose()
  }
  return (
    <Modal opened={isOpen} onClose={close} title={title} closeButtonProps={{ 'aria-label': common.close }} centered>
      <Stack>
        <Text size="sm">{text}</Text>
        <PasswordFault fault={change.error} />
        <PasswordForm
          confirm={confirm}
          color={isDangerous ? 'red.9' : undefined}
          isBusy={change.isPending}
          onPassword={change.mutate}
          onCancel={close}
        />
      </Stack>
    </Modal>
  )
}

interface PasswordFormProps {
  readonly confirm: string
  readonly color: string | undefined
  readonly isBusy: boolean
  readonly onPassword: (password: string) => void
  readonly onCancel: () => void
}

/** Inside the dialog, so that what was typed is gone with it. */
function PasswordForm({ confirm, color, isBusy, onPassword, onCancel }: PasswordFormProps): ReactNode {
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
        <Button type="submit" {...(color !== undefined && { color })} loading={isBusy}>
          {confirm}
        </Button>
      </Group>
    </form>
  )
}
