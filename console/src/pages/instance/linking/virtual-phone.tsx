import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useChange } from '../../../api/change.ts'
import { ask } from '../../../api/client.ts'
import { callMethod } from '../../../api/instances.ts'
import { nothing, object, text } from '../../../api/read.ts'
import { Icon } from '../../../parts/icon.tsx'
import { Failure } from '../../../parts/states.tsx'
import { useWords } from '../../../words/words.ts'
import { useHere } from '../here.ts'
import type { LinkAttempt, LinkView } from './link-attempt.ts'
import { isPhone, phoneDigits, randomPhone } from './phone-number.ts'

const SIMULATOR = '/simulator/link'
const readQr = object({ type: text, message: text })

interface VirtualPhoneProps {
  readonly view: LinkView
  readonly attempt: LinkAttempt
}

/** Where the messenger is simulated, a phone without a camera: this scans the instance's QR with it. */
export function VirtualPhone({ view, attempt }: VirtualPhoneProps): ReactNode {
  const words = useWords('instance')
  const here = useHere()
  const [phone, setPhone] = useState(randomPhone)
  const digits = phoneDigits(phone)
  const link = useChange<string>({
    send: async (phoneNumber) => {
      if (!attempt.view.isRunning) attempt.showQr()
      const shown = await callMethod({ ...here, name: 'qr', read: readQr })
      if (shown.type !== 'qrCode') return undefined
      return await ask({ method: 'POST', path: SIMULATOR, body: { phoneNumber, qr: shown.message }, read: nothing })
    },
  })
  const confirm = useChange<string>({
    send: (phoneNumber) =>
      ask({ method: 'POST', path: SIMULATOR, body: { phoneNumber, confirmPasskey: true }, read: nothing }),
  })
  return (
    <Stack gap="xs" component="section" aria-label={words.virtual}>
      <Text size="sm" c="dimmed">
        {words.virtualText}{' '}
        <Anchor component={Link} to="/phones" size="sm" underline="always">
          {words.toPhones}
        </Anchor>
      </Text>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={words.virtualNumber}
          type="tel"
          inputMode="tel"
          autoComplete="off"
          value={phone}
          onChange={(event) => setPhone(event.currentTarget.value)}
          error={isPhone(digits) ? null : words.phoneWrong}
        />
        <Button
          variant="default"
          leftSection={<Icon name="phone" />}
          loading={link.isPending}
          disabled={!isPhone(digits)}
          onClick={() => link.mutate(digits)}
        >
          {words.linkVirtual}
        </Button>
        {view.asked === 'passkey' && (
          <Button variant="default" loading={confirm.isPending} onClick={() => confirm.mutate(digits)}>
            {words.confirmVirtual}
          </Button>
        )}
      </Group>
      {(link.error ?? confirm.error) !== null && <Failure error={link.error ?? confirm.error} />}
    </Stack>
  )
}
