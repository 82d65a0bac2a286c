import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, withQuery } from '../../api/client.ts'
import { instanceKeys, instancePath, instancesKey, type Instance } from '../../api/instances.ts'
import { useMe } from '../../api/me.ts'
import { nothing } from '../../api/read.ts'
import { useWords } from '../../words/words.ts'
import { CodeBlock } from '../code-block.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { Notice } from '../states.tsx'
import { deleteLine } from './partner-lines.ts'

interface DeleteDialogProps {
  readonly account: string
  readonly instance: Instance
  readonly onClose: () => void
  readonly onDeleted?: () => void
}

/** Deletes an instance, and says what becomes of the phone. Shown as long as it is rendered. */
export function DeleteDialog(props: DeleteDialogProps): ReactNode {
  return props.instance.isPartner ? <PartnerDelete {...props} /> : <OwnDelete {...props} />
}

function OwnDelete({ account, instance, onClose, onDeleted }: DeleteDialogProps): ReactNode {
  const words = useWords('instances')
  const isLinked = instance.phone !== null || instance.wid !== null
  const [logout, setLogout] = useState(isLinked)
  const remove = useChange<boolean>({
    send: (withLogout, key) =>
      ask({
        method: 'DELETE',
        path: withQuery(instancePath(account, instance.idInstance), { logout: withLogout ? true : null }),
        key,
        read: nothing,
      }),
    onDone: () => {
      onClose()
      onDeleted?.()
    },
    stale: [instancesKey(account), instanceKeys(account)],
  })
  return (
    <ConfirmDialog
      isOpen
      title={words.deleteOf(instance.name === '' ? String(instance.idInstance) : instance.name)}
      confirm={words.delete}
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(isLinked && logout)}
      onClose={onClose}
    >
      <Stack>
        <Text>{words.deleteText}</Text>
        {isLinked && (
          <>
            <Checkbox
              label={words.logoutFirst}
              description={words.logoutFirstText}
              checked={logout}
              onChange={(event) => setLogout(event.currentTarget.checked)}
            />
            {!logout && <Notice color="orange">{words.staysLinked(instance.phone)}</Notice>}
          </>
        )}
      </Stack>
    </ConfirmDialog>
  )
}

/** What a partner pays for by the day is deleted by its program alone, so that its books and ours never differ. */
function PartnerDelete({ instance, onClose }: DeleteDialogProps): ReactNode {
  const words = useWords('instances')
  const common = useWords('common')
  const { apiUrl } = useMe()
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.deleteOf(instance.name === '' ? String(instance.idInstance) : instance.name)}
      closeButtonProps={{ 'aria-label': common.close }}
      size="lg"
      centered
    >
      <Stack>
        <Text>{words.partnerDelete}</Text>
        {instance.phone !== null && <Notice color="orange">{words.staysLinkedPartner(instance.phone)}</Notice>}
        <CodeBlock code={deleteLine(apiUrl, instance.idInstance)} label={words.curl} copyLabel={words.copyCurl} />
        <Text size="sm" c="dimmed">
          {words.partnerToken}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.close}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
