import { Button, Menu, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { ME_KEY } from '../../api/me.ts'
import { accountsKey, readMadeAccount, type Account } from '../../api/operator.ts'
import { nothing } from '../../api/read.ts'
import { ChangeDialog } from '../../parts/change-dialog.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { Icon } from '../../parts/icon.tsx'
import { TokenShown } from '../../parts/token-shown.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { auditKey } from './audit-list.tsx'

type Act = 'suspend' | 'resume' | 'partner' | 'delete'

/** What is done to a whole account. */
export function AccountActs({ account }: { readonly account: Account }): ReactNode {
  const words = useWords('operator')
  const common = useWords('common')
  const [act, setAct] = useState<Act | null>(null)
  const isSuspended = account.suspendedAt !== null
  const props = { account, onClose: () => setAct(null) }
  return (
    <>
      <Button variant="default" onClick={() => setAct(isSuspended ? 'resume' : 'suspend')}>
        {isSuspended ? words.resume : words.suspend}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<Icon name="chevronDown" size={16} />}>
            {common.actions}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {account.kind === 'personal' && (
            <Menu.Item leftSection={<Icon name="key" />} onClick={() => setAct('partner')}>
              {words.makePartner}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<Icon name="trash" />}
            c="var(--mantine-color-error)"
            onClick={() => setAct('delete')}
          >
            {words.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {act === 'suspend' && <SuspendDialog {...props} />}
      {act === 'resume' && <ResumeDialog {...props} />}
      {act === 'partner' && <PartnerDialog {...props} />}
      {act === 'delete' && <DeleteDialog {...props} />}
    </>
  )
}

interface DialogProps {
  readonly account: Account
  readonly onClose: () => void
}

/** What the pages know of an account, and what they know of the account's members, is out of date after each of them. */
const STALE = [accountsKey, auditKey, ME_KEY]

function SuspendDialog({ account, onClose }: DialogProps): ReactNode {
  const words = useWords('operator')
  const [reason, setReason] = useState('')
  const suspend = useChange<string>({
    send: (given, key) =>
      ask({
        method: 'POST',
        path: path`/operator/accounts/${account.id}/suspend`,
        body: { reason: given },
        key,
        read: nothing,
      }),
    stale: STALE,
    onDone: onClose,
  })
  return (
    <FormDialog
      isOpen
      title={words.suspendTitle}
      submit={words.suspend}
      isBusy={suspend.isPending}
      error={suspend.error}
      onSubmit={() => suspend.mutate(reason.trim())}
      onClose={onClose}
    >
      <Text size="sm">{words.suspendText}</Text>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

const REASON_MAX = 200

interface ReasonFieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

export function ReasonField({ value, onChange }: ReasonFieldProps): ReactNode {
  const words = useWords('operator')
  return (
    <TextInput
      label={words.reason}
      description={words.reasonHint}
      required
      withAsterisk={false}
      maxLength={REASON_MAX}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function ResumeDialog({ account, onClose }: DialogProps): ReactNode {
  const words = useWords('operator')
  return (
    <ChangeDialog
      title={words.resumeTitle}
      text={words.resumeText}
      confirm={words.resume}
      verb="POST"
      path={path`/operator/accounts/${account.id}/resume`}
      read={nothing}
      stale={STALE}
      onClose={onClose}
    />
  )
}

function PartnerDialog({ account, onClose }: DialogProps): ReactNode {
  const words = useWords('operator')
  const [token, setToken] = useState<string | null>(null)
  if (token !== null) {
    return (
      <TokenShown
        title={words.makePartner}
        text={words.firstToken}
        token={token}
        label={words.tokenLabel}
        copyLabel={words.copyToken}
        onClose={onClose}
      />
    )
  }
  return (
    <ChangeDialog
      title={words.makePartner}
      text={words.makePartnerText}
      confirm={words.makePartner}
      isDangerous
      verb="POST"
      path={path`/operator/accounts/${account.id}/partner`}
      read={readMadeAccount}
      stale={STALE}
      onDone={(made) => setToken(made.token?.token ?? '')}
      onClose={onClose}
    />
  )
}

function DeleteDialog({ account, onClose }: DialogProps): ReactNode {
  const words = useWords('operator')
  const format = useFormat()
  const [typed, setTyped] = useState('')
  const remove = useChange({
    send: (_, key) => ask({ method: 'DELETE', path: path`/operator/accounts/${account.id}`, key, read: nothing }),
    stale: STALE,
    onDone: onClose,
  })
  const { name, instances } = account
  return (
    <ConfirmDialog
      isOpen
      title={words.deleteTitle}
      confirm={words.delete}
      isDangerous
      isBusy={remove.isPending}
      canConfirm={typed.trim() === name.trim()}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{words.deleteText(words.instancesCount(instances, format.number(instances)))}</Text>
      <TextInput
        mt="md"
        label={words.typeName(name)}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </ConfirmDialog>
  )
}
