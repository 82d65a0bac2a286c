import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { ME_KEY, useMe } from '../../api/me.ts'
import { nothing, object, text, type Read } from '../../api/read.ts'
import { PasswordField } from '../../parts/password-field.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { PasswordFault } from './password-change.tsx'
import { TotpSetup } from './totp-setup.tsx'

const readSetup = object({ secret: text, uri: text })
export type Setup = Read<typeof readSetup>

/** Codes of an authenticator app besides the password. */
export function SecondFactor(): ReactNode {
  const words = useWords('me')
  const { hasTotp } = useMe().person
  const [setup, setSetup] = useState<Setup | null>(null)
  const [isEnding, setEnding] = useState(false)
  const begin = useChange<void, Setup>({
    send: (_, key) => ask({ method: 'POST', path: '/person/totp', key, read: readSetup }),
    onDone: setSetup,
  })
  return (
    <Section title={words.totp} text={hasTotp ? words.totpOn : words.totpOff}>
      {begin.error !== null && <Failure error={begin.error} />}
      {setup !== null && <TotpSetup setup={setup} onDone={() => setSetup(null)} />}
      {setup === null && (
        <Group>
          {hasTotp ? (
            <Button variant="default" onClick={() => setEnding(true)}>
              {words.totpEnd}
            </Button>
          ) : (
            <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
              {words.totpBegin}
            </Button>
          )}
        </Group>
      )}
      <TotpEnd isOpen={isEnding} onClose={() => setEnding(false)} />
    </Section>
  )
}

function TotpEnd({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactNode {
  const words = useWords('me')
  const common = useWords('common')
  const [password, setPassword] = useState('')
  const close = (): void => {
    setPassword('')
    change.reset()
    onClose()
  }
  const change = useChange<string>({
    send: (given, key) =>
      ask({ method: 'DELETE', path: '/person/totp', body: { password: given }, key, read: nothing }),
    stale: [ME_KEY],
    onDone: close,
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    change.mutate(password)
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={words.totpEnd}
      closeButtonProps={{ 'aria-label': common.close }}
      centered
    >
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{words.totpEndText}</Text>
          <PasswordFault fault={change.error} />
          <PasswordField
            label={words.current}
            toggleLabel={words.showPassword}
            autoComplete="current-password"
            isFocused
            value={password}
            onChange={setPassword}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common.cancel}
            </Button>
            <Button type="submit" color="red.9" loading={change.isPending}>
              {words.totpEnd}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
