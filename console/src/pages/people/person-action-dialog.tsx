import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { ME_KEY } from '../../api/me.ts'
import { nothing } from '../../api/read.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { useWords } from '../../words/words.ts'
import type { ServerPerson } from './answers.ts'
import { PeopleFault } from './people-fault.tsx'
import { ACTIONS, type PersonAction } from './person-actions.ts'

interface PersonActionDialogProps {
  readonly person: ServerPerson
  readonly action: PersonAction
  readonly onClose: () => void
}

/** Asks, and does it. */
export function PersonActionDialog({ person, action, onClose }: PersonActionDialogProps): ReactNode {
  const words = useWords('people')
  const known = ACTIONS.find(({ name }) => name === action)
  const change = useChange({
    send: (_, key) => {
      const place = path`/operator/people/${person.id}`
      const patch = known?.patch ?? null
      if (patch === null) return ask({ method: 'DELETE', path: place, key, read: nothing })
      return ask({ method: 'PATCH', path: place, body: patch, key, read: nothing })
    },
    stale: [['operator', 'people'], ME_KEY],
    onDone: onClose,
  })
  return (
    <ConfirmDialog
      isOpen
      title={words[`${action}Title`](person.name)}
      confirm={words[action]}
      isDangerous={known?.isDangerous ?? false}
      isBusy={change.isPending}
      onConfirm={() => change.mutate()}
      onClose={onClose}
    >
      <PeopleFault fault={change.error} />
      <Text size="sm">{words[`${action}Text`]}</Text>
    </ConfirmDialog>
  )
}
