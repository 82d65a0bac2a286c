import { Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '../../../parts/code-block.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import type { WaitingNotice } from './notice.ts'

interface NoticeDialogProps {
  readonly notice: WaitingNotice | null
  readonly onClose: () => void
}

/** A notification that waits, as it will be delivered. */
export function NoticeDialog({ notice, onClose }: NoticeDialogProps): ReactNode {
  const words = useWords('notifications')
  const common = useWords('common')
  const format = useFormat()
  return (
    <Modal
      opened={notice !== null}
      onClose={onClose}
      title={notice?.type ?? ''}
      size="xl"
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {notice !== null && (
        <Stack>
          <Text size="sm" c="dimmed">
            {`${format.time(notice.time)} · ${words.receipt} ${notice.receiptId}`}
          </Text>
          <NoticeBody body={notice.body} />
        </Stack>
      )}
    </Modal>
  )
}

export function NoticeBody({ body }: { readonly body: unknown }): ReactNode {
  const words = useWords('notifications')
  return <CodeBlock code={JSON.stringify(body, null, 2)} label={words.body} copyLabel={words.copyBody} />
}
