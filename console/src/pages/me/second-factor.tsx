import { Button, Group } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { ME_KEY, useMe } from '../../api/me.ts'
import { nothing } from '../../api/read.ts'
import { Section } from '../../parts/section.tsx'
import { useWords } from '../../words/words.ts'
import { PasswordAsk } from './password-ask.tsx'
import { readSetup, type Setup } from './setup.ts'
import { TotpSetup } from './totp-setup.tsx'

/** Codes of an authenticator app besides the password. */
export function SecondFactor(): ReactNode {
  const words = useWords('me')
  const { hasTotp } = useMe().person
  const [setup, setSetup] = useState<Setup | null>(null)
  const [asking, setAsking] = useState<'begin' | 'end' | null>(null)
  const close = (): void => setAsking(null)
  const begin = useChange<string, Setup>({
    send: (password, key) => ask({ method: 'POST', path: '/person/totp', body: { password }, key, read: readSetup }),
    onDone: (offered) => {
      setSetup(offered)
      close()
    },
  })
  const end = useChange<string>({
    send: (password, key) => ask({ method: 'DELETE', path: '/person/totp', body: { password }, key, read: nothing }),
    stale: [ME_KEY],
    onDone: close,
  })
  return (
    <Section title={words.totp} text={hasTotp ? words.totpOn : words.totpOff}>
      {setup !== null && <TotpSetup setup={setup} onDone={() => setSetup(null)} />}
      {setup === null && (
        <Group>
          <Button variant="default" onClick={() => setAsking(hasTotp ? 'end' : 'begin')}>
            {hasTotp ? words.totpEnd : words.totpBegin}
          </Button>
        </Group>
      )}
      <PasswordAsk
        isOpen={asking === 'begin'}
        title={words.totp}
        confirm={words.totpBegin}
        text={words.totpBeginText}
        change={begin}
        onClose={close}
      />
      <PasswordAsk
        isOpen={asking === 'end'}
        title={words.totp}
        confirm={words.totpEnd}
        text={words.totpEndText}
        isDangerous
        change={end}
        onClose={close}
      />
    </Section>
  )
}
