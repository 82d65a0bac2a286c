import { Button, Radio, Stack } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { accountsKey, readMadeAccount, type MadeAccount } from '../../api/operator.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { TokenShown } from '../../parts/token-shown.tsx'
import { useWords } from '../../words/words.ts'
import { AccountNameField } from './account-name-field.tsx'
import { NEW_TERMS, readDraft, TermFields } from './term-fields.tsx'
import { usePartnerTariffs } from './tariff-names.ts'

/** Asks for a new account; the first token of a partner's is shown before the way goes on to it. */
export function CreateAccount({ onClose }: { readonly onClose: () => void }): ReactNode {
  const words = useWords('operator')
  const navigate = useNavigate()
  const [made, setMade] = useState<MadeAccount | null>(null)
  const leave = (account: MadeAccount): void => {
    onClose()
    void navigate(`/operator/accounts/${encodeURIComponent(account.id)}`)
  }
  if (made?.token !== undefined) {
    return (
      <TokenShown
        title={words.madeTitle}
        text={words.firstToken}
        token={made.token.token}
        label={words.tokenLabel}
        copyLabel={words.copyToken}
        onClose={onClose}
      >
        <Button variant="default" onClick={() => leave(made)}>
          {words.toAccount}
        </Button>
      </TokenShown>
    )
  }
  return (
    <CreateForm
      onMade={(account) => (account.token === undefined ? leave(account) : setMade(account))}
      onClose={onClose}
    />
  )
}

interface CreateFormProps {
  readonly onMade: (account: MadeAccount) => void
  readonly onClose: () => void
}

function CreateForm({ onMade, onClose }: CreateFormProps): ReactNode {
  const words = useWords('operator')
  const [kind, setKind] = useState<'personal' | 'partner'>('partner')
  const [name, setName] = useState('')
  const [draft, setDraft] = useState(NEW_TERMS)
  const { terms, trouble } = readDraft(draft)
  const create = useChange<object, MadeAccount>({
    send: (body, key) => ask({ method: 'POST', path: '/operator/accounts', body, key, read: readMadeAccount }),
    stale: [accountsKey],
    onDone: onMade,
  })
  const submit = (): void => {
    if (Object.keys(trouble).length === 0) create.mutate({ kind, name: name.trim(), terms })
  }
  return (
    <FormDialog
      isOpen
      size="lg"
      title={words.createAccount}
      submit={words.create}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <AccountNameField name={name} onChange={setName} />
      <Radio.Group
        label={words.kind}
        value={kind}
        onChange={(value) => setKind(value === 'personal' ? 'personal' : 'partner')}
      >
        <Stack gap="xs" mt={4}>
          <Radio value="partner" label={words.kinds.partner} description={words.kindHints.partner} />
          <Radio value="personal" label={words.kinds.personal} description={words.kindHints.personal} />
        </Stack>
      </Radio.Group>
      <TermFields draft={draft} tariffs={usePartnerTariffs()} trouble={trouble} onChange={setDraft} />
    </FormDialog>
  )
}
