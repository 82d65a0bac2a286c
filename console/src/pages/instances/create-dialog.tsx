import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask, path } from '../../api/client.ts'
import { MESSENGERS, type Messenger } from '../../api/instances.ts'
import { object, oneOf, or, nullable } from '../../api/read.ts'
import { QueryView } from '../../parts/query-view.tsx'
import { LoadingLines } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { CreateForm } from './create-form.tsx'
import { PartnerCreate } from './partner-create.tsx'

const readAccount = object({
  kind: oneOf('personal', 'partner'),
  terms: or(object({ defaultMessenger: or(nullable(oneOf(...MESSENGERS)), null) }), { defaultMessenger: null }),
})

interface CreateDialogProps {
  readonly account: string
  readonly onClose: () => void
}

/** Makes an instance, or says why only a program may. */
export function CreateDialog({ account, onClose }: CreateDialogProps): ReactNode {
  const words = useWords('instances')
  const common = useWords('common')
  const query = useQuery({
    queryKey: ['account', account, 'kind'],
    queryFn: ({ signal }) => ask({ path: path`/accounts/${account}/account`, signal, read: readAccount }),
  })
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
          const messenger: Messenger = terms.defaultMessenger ?? 'whatsapp'
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
