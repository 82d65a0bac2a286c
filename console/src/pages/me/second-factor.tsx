import { Button, Group } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { useMe } from '../../api/me.ts'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { TotpEnd } from './totp-end.tsx'
import { readSetup, type Setup } from './setup.ts'
import { TotpSetup } from './totp-setup.tsx'

/** Codes of an authenticator app besides the password. */
export function SecondFactor(): ReactNode {
  const words = useWords('me')
  const { hasTotp } = useMe().person
  const [setup, setSetup] = useState<Setup | null>(null)
  const [isEnding, setEnding] = useState(false)
  const begin = useChange({
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
