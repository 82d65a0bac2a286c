import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { instanceKeys, instancePath, instancesKey, readInstance, type Instance } from '../../api/instances.ts'
import { useWords } from '../../words/words.ts'
import { Failure } from '../states.tsx'

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
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    rename.mutate(name.trim())
  }
  return (
    <Modal opened onClose={onClose} title={words.rename} closeButtonProps={{ 'aria-label': common.close }} centered>
      <form onSubmit={submit} className="form">
        <TextInput
          label={words.name}
          description={words.nameText}
          maxLength={NAME_LENGTH}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {rename.error !== null && <Failure error={rename.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={rename.isPending}>
            {common.save}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
