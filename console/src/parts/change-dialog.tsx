import { Text } from '@mantine/core'
import type { QueryKey } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useChange } from '../api/change.ts'
import { ask } from '../api/client.ts'
import type { Reader } from '../api/read.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'

interface ChangeDialogProps<T> {
  readonly isOpen?: boolean
  readonly title: string
  /** What will happen, and what will not be undone. */
  readonly text: string
  readonly confirm: string
  readonly isDangerous?: boolean
  readonly verb: 'POST' | 'DELETE'
  readonly path: string
  readonly read: Reader<T>
  /** What is out of date after it. */
  readonly stale?: readonly QueryKey[]
  /** What follows on it; the dialog closes unless it is given. */
  readonly onDone?: (result: T) => void
  readonly onClose: () => void
}

/** Asks before a change for which nothing is to be filled in, and makes it. */
export function ChangeDialog<T>(props: ChangeDialogProps<T>): ReactNode {
  const { isOpen = true, title, text, confirm, isDangerous = false, verb, path, read, stale = [], onClose } = props
  const { onDone = onClose } = props
  const change = useChange<undefined, T>({ send: (_, key) => ask({ method: verb, path, key, read }), stale, onDone })
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={title}
      confirm={confirm}
      isDangerous={isDangerous}
      isBusy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate(undefined)}
      onClose={onClose}
    >
      <Text size="sm">{text}</Text>
    </ConfirmDialog>
  )
}
