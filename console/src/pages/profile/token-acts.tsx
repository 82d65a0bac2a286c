import { NativeSelect, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { readIssuedToken, type Token } from '../../api/account.ts'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { nothing } from '../../api/read.ts'
import { ChangeDialog } from '../../parts/change-dialog.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../words/words.ts'
import { draftOf, termsOf, TokenFields } from './token-fields.tsx'
import { TokenDialog } from './token-issue.tsx'
import { nameOf, tokensKey } from './token-names.ts'

/** What a person is about to do with a token. */
export type TokenAct =
  | { readonly kind: 'show' | 'edit' | 'rotate' | 'revoke'; readonly token: Token }
  | { readonly kind: 'issued'; readonly secret: string }

interface TokenActsProps {
  readonly account: string
  readonly act: TokenAct | null
  readonly onAct: (act: TokenAct | null) => void
}

/** The dialogs of a token's row. */
export function TokenActs({ account, act, onAct }: TokenActsProps): ReactNode {
  const words = useWords('profile')
  const close = (): void => onAct(null)
  if (act === null) return null
  if (act.kind === 'issued') {
    return <TokenDialog title={words.issued} text={words.issuedText} token={act.secret} onClose={close} />
  }
  const { kind, token } = act
  const props = { account, token, onClose: close }
  if (kind === 'show') return <ShowDialog {...props} />
  if (kind === 'edit') return <EditDialog {...props} />
  if (kind === 'revoke') return <RevokeDialog {...props} />
  return <RotateDialog {...props} onIssued={(secret) => onAct({ kind: 'issued', secret })} />
}

interface DialogProps {
  readonly account: string
  readonly token: Token
  readonly onClose: () => void
}

function ShowDialog({ account, token, onClose }: DialogProps): ReactNode {
  const words = useWords('profile')
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) {
    return <TokenDialog title={words.showTitle} text={words.shownText} token={secret} onClose={onClose} />
  }
  return (
    <ChangeDialog
      title={words.showTitle}
      text={words.shownText}
      confirm={words.showToken}
      verb="POST"
      path={path`/accounts/${account}/tokens/${token.id}/show`}
      read={readIssuedToken}
      onDone={(shown) => setSecret(shown.token)}
      onClose={onClose}
    />
  )
}

function EditDialog({ account, token, onClose }: DialogProps): ReactNode {
  const words = useWords('profile')
  const common = useWords('common')
  const [draft, setDraft] = useState(() => draftOf(token))
  const change = useChange<object>({
    send: (body, key) =>
      ask({ method: 'PATCH', path: path`/accounts/${account}/tokens/${token.id}`, body, key, read: nothing }),
    stale: [tokensKey(account)],
    onDone: onClose,
  })
  return (
    <FormDialog
      isOpen
      title={words.editTitle}
      submit={common.save}
      isBusy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate(termsOf(draft))}
      onClose={onClose}
    >
      <TokenFields draft={draft} onChange={setDraft} />
    </FormDialog>
  )
}

const OVERLAPS = ['0', '3600', '86400', '604800', '2592000'] as const
const A_DAY = '86400'

function RotateDialog({
  account,
  token,
  onClose,
  onIssued,
}: DialogProps & { readonly onIssued: (secret: string) => void }): ReactNode {
  const words = useWords('profile')
  const [overlap, setOverlap] = useState<string>(A_DAY)
  const rotate = useChange<number, { token: string }>({
    send: (overlapSeconds, key) =>
      ask({
        method: 'POST',
        path: path`/accounts/${account}/tokens/${token.id}/rotate`,
        body: { overlapSeconds },
        key,
        read: readIssuedToken,
      }),
    stale: [tokensKey(account)],
    onDone: (issued) => onIssued(issued.token),
  })
  return (
    <FormDialog
      isOpen
      title={words.rotateTitle}
      submit={words.rotate}
      isBusy={rotate.isPending}
      error={rotate.error}
      onSubmit={() => rotate.mutate(Number(overlap))}
      onClose={onClose}
    >
      <Text size="sm">{words.rotateText}</Text>
      <NativeSelect
        label={words.overlap}
        data={OVERLAPS.map((value) => ({ value, label: words.overlaps[value] }))}
        value={overlap}
        onChange={(event) => setOverlap(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

function RevokeDialog({ account, token, onClose }: DialogProps): ReactNode {
  const words = useWords('profile')
  return (
    <ChangeDialog
      title={words.revokeTitle}
      text={words.revokeText(nameOf(token, words))}
      confirm={words.revoke}
      isDangerous
      verb="DELETE"
      path={path`/accounts/${account}/tokens/${token.id}`}
      read={nothing}
      stale={[tokensKey(account)]}
      onClose={onClose}
    />
  )
}
