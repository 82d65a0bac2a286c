import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useOwnAccount } from '../../api/account.ts'
import { MESSENGERS } from '../../api/instances.ts'
import { QueryView } from '../../parts/query-view.tsx'
import { LoadingLines } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { CreateForm } from './create-form.tsx'
import { PartnerCreate } from './partner-create.tsx'

interface CreateDialogProps {
  readonly account: string
  readonly onClose: () => void
}

/** Makes an instance, or says why only a program may. */
export function CreateDialog({ account, onClose }: CreateDialogProps): ReactNode {
  const words = useWords('instances')
  const common = useWords('common')
  const query = useOwnAccount(account)
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.create}
      closeButtonProps={{ 'aria-label': common.close }}
      size="lg"
      centered
    >
      <QueryView query={query} loading={<LoadingLines lines={4} />}>
        {({ kind, terms }) => {
          const messenger = MESSENGERS.find((name) => name === terms.defaultMessenger) ?? 'whatsapp'
          return kind === 'partner' ? (
            <PartnerCreate account={account} messenger={messenger} onClose={onClose} />
          ) : (
            <CreateForm account={account} messenger={messenger} onClose={onClose} />
          )
        }}
      </QueryView>
    </Modal>
  )
}
