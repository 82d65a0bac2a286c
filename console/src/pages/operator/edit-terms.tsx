import { Button, Group } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { accountKey } from '../../api/account.ts'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { accountsKey, type Account } from '../../api/operator.ts'
import { nothing } from '../../api/read.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../words/words.ts'
import { AccountNameField } from './account-name-field.tsx'
import { usePartnerTariffs } from './tariff-names.ts'
import { changedTerms, draftOf, readDraft, TermFields } from './term-fields.tsx'

interface EditTermsProps {
  readonly account: Account
  readonly isOpen: boolean
  readonly onOpen: (isOpen: boolean) => void
}

export function EditTerms({ account, isOpen, onOpen }: EditTermsProps): ReactNode {
  const words = useWords('operator')
  return (
    <Group>
      <Button variant="default" onClick={() => onOpen(true)}>
        {words.editTerms}
      </Button>
      {isOpen && <EditForm account={account} onClose={() => onOpen(false)} />}
    </Group>
  )
}

interface EditFormProps {
  readonly account: Account
  readonly onClose: () => void
}

function EditForm({ account, onClose }: EditFormProps): ReactNode {
  const words = useWords('operator')
  const common = useWords('common')
  const [name, setName] = useState(account.name)
  const [draft, setDraft] = useState(() => draftOf(account.terms))
  const { trouble } = readDraft(draft)
  const change = useChange<object>({
    send: (body, key) =>
      ask({ method: 'PATCH', path: path`/operator/accounts/${account.id}`, body, key, read: nothing }),
    stale: [accountsKey, accountKey(account.id)],
    onDone: onClose,
  })
  const submit = (): void => {
    if (Object.keys(trouble).length > 0) return
    change.mutate({ name: name.trim(), terms: changedTerms(account.terms, draft) })
  }
  return (
    <FormDialog
      isOpen
      size="lg"
      title={words.editTerms}
      submit={common.save}
      isBusy={change.isPending}
      error={change.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <AccountNameField name={name} onChange={setName} />
      <TermFields draft={draft} tariffs={usePartnerTariffs()} trouble={trouble} onChange={setDraft} />
    </FormDialog>
  )
}
