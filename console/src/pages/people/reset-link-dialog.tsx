import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { useWords } from '../../words/words.ts'
import { readResetLink, type ServerPerson } from './answers.ts'
import { PeopleFault } from './people-fault.tsx'
import { ShownLink } from './shown-link.tsx'

interface ResetLinkDialogProps {
  readonly person: ServerPerson
  readonly onClose: () => void
}

/** Makes a link for a new password, for somebody whom no mail reaches. */
export function ResetLinkDialog({ person, onClose }: ResetLinkDialogProps): ReactNode {
  const words = useWords('people')
  const common = useWords('common')
  const make = useChange({
    send: (_, key) =>
      ask({ method: 'POST', path: path`/operator/people/${person.id}/reset-link`, key, read: readResetLink }),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.resetTitle(person.name)}
      closeButtonProps={{ 'aria-label': common.close }}
      size="lg"
    >
      <Stack>
        <PeopleFault fault={make.error} />
        {make.isSuccess && <ShownLink link={make.data.link} text={words.resetText} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common.close}
          </Button>
          {!make.isSuccess && (
            <Button loading={make.isPending} onClick={() => make.mutate()}>
              {words.resetLink}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}
