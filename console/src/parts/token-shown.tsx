import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import { CodeBlock } from './code-block.tsx'

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
        <CodeBlock code={token} label={label} copyLabel={copyLabel} />
        <Group justify="flex-end">
          {children}
          <Button onClick={onClose} data-autofocus>
            {words.close}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
