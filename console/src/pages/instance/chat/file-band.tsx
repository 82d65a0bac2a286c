import { CloseButton, Progress, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '../../../parts/icon.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import classes from './composer.module.css'
import type { Sending } from './sending.ts'

const MEGABYTE = 1024 * 1024
/** What the server takes. */
export const FILE_BYTES = 100 * MEGABYTE
const ALL = 100

interface FileBandProps {
  readonly file: File
  readonly sending: Sending
  readonly onEnd: () => void
}

/** The file that is attached, how far it is on its way, and the button that takes it back. */
export function FileBand({ file, sending, onEnd }: FileBandProps): ReactNode {
  const words = useWords('chat')
  const format = useFormat()
  const { isPending, percent, cancel } = sending
  return (
    <>
      <div className={classes['band']}>
        <Icon name="file" />
        <Text size="sm" className={classes['grow'] ?? ''} dir="auto">
          {`${file.name} · ${format.bytes(file.size)}`}
          {file.size > FILE_BYTES && (
            <Text span size="sm" role="alert" c="var(--mantine-color-error)">
              {` ${words.sendTooLarge(format.bytes(FILE_BYTES))}`}
            </Text>
          )}
        </Text>
        {isPending && (
          <Text size="sm" c="dimmed" className={classes['percent'] ?? ''} aria-hidden="true">
            {`${percent} %`}
          </Text>
        )}
        {/* What has left whole may be sent already. */}
        <CloseButton
          aria-label={isPending ? words.stopSending : words.unattach}
          onClick={isPending ? cancel : onEnd}
          disabled={isPending && percent === ALL}
        />
      </div>
      {isPending && (
        <Progress value={percent} animated={percent === ALL} size="sm" aria-label={words.sendingFile} mb="xs" />
      )}
    </>
  )
}
