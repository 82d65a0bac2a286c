import { Anchor, Button, PasswordInput, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../../api/change.ts'
import { ask, path } from '../../../api/client.ts'
import { instanceKeys } from '../../../api/instances.ts'
import { useMe } from '../../../api/me.ts'
import { nothing } from '../../../api/read.ts'
import { Failure } from '../../../parts/states.tsx'
import { useWords } from '../../../words/words.ts'
import { useHere, useInstance } from '../here.ts'

/** For those who run the server: where the messenger lets a device be taken over by its token, and no phone is there to scan. */
export function ByToken(): ReactNode {
  const words = useWords('instance')
  const { person, byToken } = useMe()
  const { typeInstance, state } = useInstance()
  const [isOpen, setOpen] = useState(false)
  if (!person.isOperator || !byToken.includes(typeInstance) || state !== 'notAuthorized') return null
  if (isOpen) return <TokenForm />
  return (
    <Anchor component="button" type="button" size="sm" onClick={() => setOpen(true)}>
      {words.byToken}
    </Anchor>
  )
}

function TokenForm(): ReactNode {
  const words = useWords('instance')
  const { account, id } = useHere()
  const [token, setToken] = useState('')
  const [deviceId, setDeviceId] = useState('')
  const given = deviceId.trim() === '' ? {} : { deviceId: deviceId.trim() }
  const change = useChange({
    send: () => {
      const at = path`/operator/accounts/${account}/instances/${id}/link/token`
      return ask({ method: 'PUT', path: at, body: { token, ...given }, read: nothing })
    },
    stale: [instanceKeys(account)],
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (token.trim() !== '') change.mutate()
  }
  return (
    <form onSubmit={submit} noValidate className="form" aria-label={words.byToken}>
      <Text size="sm" c="dimmed">
        {words.tokenOfDeviceText}
      </Text>
      <PasswordInput
        label={words.tokenOfDevice}
        autoComplete="off"
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': words.showTyped }}
      />
      <TextInput
        label={words.deviceId}
        description={words.deviceIdText}
        autoComplete="off"
        value={deviceId}
        onChange={(event) => setDeviceId(event.currentTarget.value)}
      />
      {change.error !== null && <Failure error={change.error} />}
      <Button type="submit" loading={change.isPending} disabled={token.trim() === ''}>
        {words.linkByToken}
      </Button>
    </form>
  )
}
