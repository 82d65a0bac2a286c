import { useState, type ReactNode } from 'react'
import { readIssuedToken } from '../../api/account.ts'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { TokenShown } from '../../parts/token-shown.tsx'
import { useWords } from '../../words/words.ts'
import { newToken, termsOf, TokenFields } from './token-fields.tsx'
import { tokensKey } from './token-names.ts'
import { useTokenScopes } from './token-scopes.ts'

interface IssueDialogProps {
  readonly account: string
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** Asks for a token's terms, then shows the token. */
export function IssueDialog({ account, isOpen, onClose }: IssueDialogProps): ReactNode {
  const words = useWords('profile')
  const [token, setToken] = useState<string | null>(null)
  const close = (): void => {
    setToken(null)
    onClose()
  }
  if (token !== null) return <TokenDialog title={words.issued} text={words.issuedText} token={token} onClose={close} />
  return isOpen ? <IssueForm account={account} onIssued={setToken} onClose={close} /> : null
}

interface IssueFormProps {
  readonly account: string
  readonly onIssued: (token: string) => void
  readonly onClose: () => void
}

function IssueForm({ account, onIssued, onClose }: IssueFormProps): ReactNode {
  const words = useWords('profile')
  const [first = 'developer'] = useTokenScopes()
  const [draft, setDraft] = useState(() => newToken(first))
  const issue = useChange<object, { token: string }>({
    send: (body, key) =>
      ask({ method: 'POST', path: path`/accounts/${account}/tokens`, body, key, read: readIssuedToken }),
    stale: [tokensKey(account)],
    onDone: ({ token }) => onIssued(token),
  })
  return (
    <FormDialog
      isOpen
      title={words.issueTitle}
      submit={words.issue}
      isBusy={issue.isPending}
      error={issue.error}
      onSubmit={() => issue.mutate(termsOf(draft))}
      onClose={onClose}
    >
      <TokenFields draft={draft} onChange={setDraft} />
    </FormDialog>
  )
}

interface TokenDialogProps {
  readonly title: string
  readonly text: string
  readonly token: string
  readonly onClose: () => void
}

/** A partner token in clear. */
export function TokenDialog(props: TokenDialogProps): ReactNode {
  const words = useWords('profile')
  return <TokenShown {...props} label={words.tokenLabel} copyLabel={words.copyToken} />
}
