import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useChange } from '../../../api/change.ts'
import { ask, path } from '../../../api/client.ts'
import type { Read } from '../../../api/read.ts'
import { Icon } from '../../../parts/icon.tsx'
import { QueryView } from '../../../parts/query-view.tsx'
import { Failure, Notice } from '../../../parts/states.tsx'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import { belowInstance, useHere } from '../here.ts'
import { AttemptText } from './attempt.tsx'
import { OutcomeBadge } from './badges.tsx'
import { NoticeBody } from './notice-dialog.tsx'
import { noticesKey, readDelivery, readPosted } from './notice.ts'

interface DeliveryDialogProps {
  /** Null: closed. */
  readonly receipt: number | null
  readonly onClose: () => void
}

/** One delivery with each of its tries, and the way to tell it again. */
export function DeliveryDialog({ receipt, onClose }: DeliveryDialogProps): ReactNode {
  const words = useWords('notifications')
  const common = useWords('common')
  return (
    <Modal
      opened={receipt !== null}
      onClose={onClose}
      title={receipt === null ? '' : `${words.receipt} ${receipt}`}
      size="xl"
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {receipt !== null && <Delivery receipt={receipt} />}
    </Modal>
  )
}

function Delivery({ receipt }: { readonly receipt: number }): ReactNode {
  const here = useHere()
  const delivery = useQuery({
    queryKey: [...noticesKey(here), 'delivery', receipt],
    queryFn: ({ signal }) =>
      ask({ path: belowInstance(here, path`/deliveries/${receipt}`), read: readDelivery, signal }),
  })
  return (
    <QueryView query={delivery}>
      {(found) => (
        <Stack>
          <Facts delivery={found} />
          <Attempts delivery={found} />
          <Replay receipt={receipt} />
          <NoticeBody body={found.body} />
        </Stack>
      )}
    </QueryView>
  )
}

type Delivered = Read<typeof readDelivery>

function Facts({ delivery: { type, time, outcome } }: { readonly delivery: Delivered }): ReactNode {
  const format = useFormat()
  return (
    <Group justify="space-between">
      <div>
        <Text fw={600}>{type}</Text>
        <Text size="sm" c="dimmed">
          {format.time(time)}
        </Text>
      </div>
      <OutcomeBadge outcome={outcome} />
    </Group>
  )
}

function Attempts({ delivery: { attempts, tries } }: { readonly delivery: Delivered }): ReactNode {
  const words = useWords('notifications')
  const format = useFormat()
  const missing = tries - attempts.length
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        {words.attempts}
      </Title>
      <ol style={{ margin: 0, paddingInlineStart: '1.5rem' }}>
        {attempts.map((attempt, index) => (
          <li key={`${attempt.time}/${index}`}>
            <Text size="sm">
              {`${format.time(attempt.time)} · `}
              <AttemptText attempt={attempt} />
            </Text>
          </li>
        ))}
      </ol>
      {missing > 0 && (
        <Text size="sm" c="dimmed">
          {words.attemptsLeftOut(missing)}
        </Text>
      )}
    </section>
  )
}

function Replay({ receipt }: { readonly receipt: number }): ReactNode {
  const words = useWords('notifications')
  const here = useHere()
  const replay = useChange({
    send: (_input, key) =>
      ask({
        method: 'POST',
        path: belowInstance(here, path`/deliveries/${receipt}/replay`),
        key,
        read: readPosted,
      }),
    stale: [noticesKey(here)],
  })
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {words.replayAbout}
      </Text>
      <Group>
        <Button
          variant="default"
          leftSection={<Icon name="refresh" />}
          loading={replay.isPending}
          onClick={() => replay.mutate()}
        >
          {words.replay}
        </Button>
      </Group>
      {replay.error !== null && <Failure error={replay.error} />}
      <div role="status">{replay.isSuccess && <Notice>{words.replayed(replay.data.receiptId)}</Notice>}</div>
    </Stack>
  )
}
