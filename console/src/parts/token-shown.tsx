import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import { CopyButton } from './copy-button.tsx'

interface TokenShownProps {
  readonly title: string
  readonly text: string
  readonly token: string
  readonly label: string
  readonly copyLabel: string
  /** Beside the button that closes. */
  readonly children?: ReactNode
  readonly onClose: () => void
}

/** A token in clear, to be copied. */
export function TokenShown({ title, text, token, label, copyLabel, children, onClose }: TokenShownProps): ReactNode {
  const words = useWords('common')
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': words.close }} centered>
      <Stack>
        <Text size="sm">{text}</Text>
        <Code block role="group" aria-label={label} style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
          {token}
        </Code>
        <Group justify="flex-end">
          <CopyButton text={token} label={copyLabel} isWide />
          {children}
          <Button onClick={onClose} data-autofocus>
            {words.close}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
