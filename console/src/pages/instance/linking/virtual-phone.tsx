import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { LinkAttempt } from '../../../../../src/browser/linking/attempt.ts'
import { isPhone, phoneDigits, type LinkView } from '../../../../../src/browser/linking/view.ts'
import { useChange } from '../../../api/change.ts'
import { ask } from '../../../api/client.ts'
import { callMethod } from '../../../api/instances.ts'
import { nothing, object, text } from '../../../api/read.ts'
import { Icon } from '../../../parts/icon.tsx'
import { Failure } from '../../../parts/states.tsx'
import { useWords } from '../../../words/words.ts'
import { useHere } from '../here.ts'

interface VirtualPhoneProps {
  readonly view: LinkView
  readonly attempt: LinkAttempt
}

/** Where the messenger is simulated, a phone without a camera: this scans the instance's QR with it. */
export function VirtualPhone({ view, attempt }: VirtualPhoneProps): ReactNode {
  const words = useWords('instance')
  const isScanning = view.way === 'qr' && (view.asked === null || view.asked === 'passkey')
  return (
    <Stack gap="xs" component="section" aria-label={words.virtual}>
      <Text size="sm" c="dimmed">
        {words.virtualText}{' '}
        <Anchor component={Link} to="/phones" size="sm" underline="always">
          {words.toPhones}
        </Anchor>
      </Text>
      {isScanning && <Scan view={view} attempt={attempt} />}
    </Stack>
  )
}

/** A number that hardly any other virtual phone has. */
function randomPhone(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return `79${String(random % 1_000_000_000).padStart(9, '0')}`
}

function Scan({ view, attempt }: VirtualPhoneProps): ReactNode {
  const words = useWords('instance')
  const [phone, setPhone] = useState(randomPhone)
  const digits = phoneDigits(phone)
  const { link, confirm } = useVirtualPhone(attempt)
  const error = link.error ?? confirm.error
  return (
    <>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={words.virtualNumber}
          type="tel"
          inputMode="tel"
          autoComplete="off"
          value={phone}
          onChange={(event) => setPhone(event.currentTarget.value)}
          error={isPhone(digits) ? null : words.link.hints.badPhone}
        />
        {view.asked === 'passkey' ? (
          <Button variant="default" loading={confirm.isPending} onClick={() => confirm.mutate(digits)}>
            {words.confirmVirtual}
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<Icon name="phone" />}
            loading={link.isPending}
            disabled={!isPhone(digits)}
            onClick={() => link.mutate(digits)}
          >
            {words.linkVirtual}
          </Button>
        )}
      </Group>
      {error !== null && <Failure error={error} />}
    </>
  )
}

const readQr = object({ type: text, message: text })

function useVirtualPhone(attempt: LinkAttempt) {
  const here = useHere()
  const act = (body: object): Promise<undefined> =>
    ask({ method: 'POST', path: '/simulator/link', body, read: nothing })
  const link = useChange<string>({
    send: async (phoneNumber) => {
      if (!attempt.view.isRunning) attempt.showQr()
      const { type, message: qr } = await callMethod({ ...here, name: 'qr', read: readQr })
      // Any other answer is one to the attempt, which says it.
      if (type === 'qrCode') await act({ phoneNumber, qr })
    },
  })
  const confirm = useChange<string>({ send: (phoneNumber) => act({ phoneNumber, confirmPasskey: true }) })
  return { link, confirm }
}
