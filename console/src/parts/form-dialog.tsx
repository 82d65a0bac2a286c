import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode, SubmitEvent } from 'react'
import { useWords } from '../words/words.ts'
import { Failure } from './states.tsx'

interface FormDialogProps {
  readonly isOpen: boolean
  readonly title: string
  readonly submit: string
  readonly isBusy?: boolean
  /** What went wrong with the last try; null: nothing. */
  readonly error?: unknown
  readonly size?: 'md' | 'lg'
  readonly children: ReactNode
  readonly onSubmit: () => void
  readonly onClose: () => void
}

/** A few fields and one button that sends them. What is typed is gone when it closes: its content is mounted while it is open. */
export function FormDialog(props: FormDialogProps): ReactNode {
  const words = useWords('common')
  const { isOpen, isBusy = false, error = null, size = 'md' } = props
  const close = (): void => {
    if (!isBusy) props.onClose()
  }
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    props.onSubmit()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      size={size}
      title={props.title}
      closeButtonProps={{ 'aria-label': words.close }}
      centered
    >
      <form onSubmit={submit}>
        <Stack>
          {error !== null && error !== undefined && <Failure error={error} />}
          {props.children}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} disabled={isBusy}>
              {words.cancel}
            </Button>
            <Button type="submit" loading={isBusy}>
              {props.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
