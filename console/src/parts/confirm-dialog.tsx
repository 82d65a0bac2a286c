import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import { Failure } from './states.tsx'

interface ConfirmDialogProps {
  readonly isOpen: boolean
  readonly title: string
  /** What will happen, and what will not be undone. */
  readonly children: ReactNode
  readonly confirm: string
  readonly isDangerous?: boolean
  readonly isBusy?: boolean
  /** False while something is missing that the question asks for. */
  readonly canConfirm?: boolean
  /** What went wrong with the last try; null: nothing. */
  readonly error?: unknown
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before something that is not undone with a click. The safe button has the focus. */
export function ConfirmDialog(props: ConfirmDialogProps): ReactNode {
  const words = useWords('common')
  const { isOpen, isBusy = false, canConfirm = true, error = null } = props
  const close = (): void => {
    if (!isBusy) props.onClose()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={props.title}
      closeButtonProps={{ 'aria-label': words.close }}
      centered
    >
      <Stack>
        <div>{props.children}</div>
        {error !== null && error !== undefined && <Failure error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} disabled={isBusy} data-autofocus>
            {words.cancel}
          </Button>
          <Button
            color={props.isDangerous === true ? 'red.9' : undefined}
            loading={isBusy}
            disabled={!canConfirm}
            onClick={props.onConfirm}
          >
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
