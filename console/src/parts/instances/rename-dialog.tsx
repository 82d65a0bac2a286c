import { TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { instanceKeys, instancePath, instancesKey, readInstance, type Instance } from '../../api/instances.ts'
import { useWords } from '../../words/words.ts'
import { FormDialog } from '../form-dialog.tsx'

/** As the server allows. */
export const NAME_LENGTH = 500

interface RenameDialogProps {
  readonly account: string
  readonly instance: Pick<Instance, 'idInstance' | 'name'>
  readonly onClose: () => void
}

/** Gives an instance another name. Shown as long as it is rendered. */
export function RenameDialog({ account, instance, onClose }: RenameDialogProps): ReactNode {
  const words = useWords('instances')
  const common = useWords('common')
  const [name, setName] = useState(instance.name)
  const rename = useChange<string, Instance>({
    send: (wanted, key) =>
      ask({
        method: 'PATCH',
        path: instancePath(account, instance.idInstance),
        body: { name: wanted },
        key,
        read: readInstance,
      }),
    stale: [instancesKey(account), instanceKeys(account)],
    onDone: onClose,
  })
  return (
    <FormDialog
      isOpen
      title={words.rename}
      submit={common.save}
      isBusy={rename.isPending}
      error={rename.error}
      onSubmit={() => rename.mutate(name.trim())}
      onClose={onClose}
    >
      <TextInput
        label={words.name}
        description={words.nameText}
        maxLength={NAME_LENGTH}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  )
}
