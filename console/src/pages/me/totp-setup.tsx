import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { ME_KEY } from '../../api/me.ts'
import { list, object, text, type Read } from '../../api/read.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { QrPicture } from '../../parts/qr-picture.tsx'
import { Failure, Notice } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { SESSIONS_KEY } from './sessions.tsx'
import type { Setup } from './setup.ts'

const readCodes = object({ recoveryCodes: list(text) })
type Codes = Read<typeof readCodes>

/** Shows the secret, wants a code of it, and shows the recovery codes, once. */
export function TotpSetup({ setup, onDone }: { readonly setup: Setup; readonly onDone: () => void }): ReactNode {
  const words = useWords('me')
  const [code, setCode] = useState('')
  const confirm = useChange<string, Codes>({
    send: (given, key) => ask({ method: 'PUT', path: '/person/totp', body: { code: given }, key, read: readCodes }),
    stale: [ME_KEY, SESSIONS_KEY],
  })
  if (confirm.isSuccess) return <RecoveryCodes codes={confirm.data.recoveryCodes} onDone={onDone} />
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    confirm.mutate(code.replaceAll(/\s/g, ''))
  }
  return (
    <form onSubmit={submit}>
      <Stack align="flex-start">
        <Text size="sm">{words.totpScan}</Text>
        <QrPicture text={setup.uri} label={words.totpPicture} />
        <div>
          <Text size="sm">{words.totpByHand}</Text>
          <Group gap="xs" wrap="nowrap">
            <Code style={{ overflowWrap: 'anywhere' }}>{setup.secret}</Code>
            <CopyButton text={setup.secret} label={words.totpByHand} />
          </Group>
        </div>
        <TextInput
          label={words.totpCode}
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          withAsterisk={false}
          autoFocus
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <ConfirmFault error={confirm.error} />
        <Button type="submit" loading={confirm.isPending}>
          {words.totpConfirm}
        </Button>
      </Stack>
    </form>
  )
}

function ConfirmFault({ error }: { readonly error: { readonly code: string } | null }): ReactNode {
  const words = useWords('me')
  if (error === null) return null
  if (!['wrongCode', 'invalid', 'codeNeeded'].includes(error.code)) return <Failure error={error} />
  return (
    <div role="alert">
      <Notice color="red">{words.totpWrong}</Notice>
    </div>
  )
}

function RecoveryCodes({
  codes,
  onDone,
}: {
  readonly codes: readonly string[]
  readonly onDone: () => void
}): ReactNode {
  const words = useWords('me')
  return (
    <Stack align="flex-start">
      <Notice title={words.recovery} color="orange">
        {words.recoveryText}
      </Notice>
      <Code block>{codes.join('\n')}</Code>
      <Group>
        <CopyButton text={codes.join('\n')} label={words.recoveryCopy} isWide />
        <Button onClick={onDone}>{words.recoveryDone}</Button>
      </Group>
    </Stack>
  )
}
