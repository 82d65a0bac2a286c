import { ActionIcon, Code, Group, Text, Tooltip } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { asFault, type ApiFault } from '../api/fault.ts'
import { useWords } from '../words/words.ts'
import { CopyButton } from './copy-button.tsx'
import { faultText } from './fault-text.ts'
import { Icon } from './icon.tsx'

interface SecretFieldProps {
  readonly label: string
  /** The secret itself, or what fetches it when it is asked for the first time. */
  readonly secret: string | (() => Promise<string>)
}

/** A secret behind a click: dots until it is shown, and only then fetched. */
export function SecretField({ label, secret }: SecretFieldProps): ReactNode {
  const words = useWords('common')
  const [shown, setShown] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<ApiFault | null>(null)
  const show = async (): Promise<void> => {
    setBusy(true)
    setFault(null)
    try {
      setShown(typeof secret === 'string' ? secret : await secret())
    } catch (error) {
      setFault(asFault(error))
    }
    setBusy(false)
  }
  const action = shown === null ? words.show : words.hide
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere', minHeight: '1lh' }}>{shown ?? '••••••••••••••••'}</Code>
        <Tooltip label={action}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`${action}: ${label}`}
            loading={isBusy}
            onClick={() => (shown === null ? void show() : setShown(null))}
          >
            <Icon name={shown === null ? 'eye' : 'eyeOff'} />
          </ActionIcon>
        </Tooltip>
        {shown !== null && <CopyButton text={shown} label={`${words.copy}: ${label}`} />}
      </Group>
      {fault !== null && (
        <Text role="alert" size="sm" c="var(--mantine-color-error)">
          {faultText(fault, words)}
        </Text>
      )}
    </div>
  )
}
