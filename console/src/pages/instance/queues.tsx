import { callMethod, instanceKey, instanceQuery } from '../../api/instances.ts'
import { Button, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { flag, number, object, or, text } from '../../api/read.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import { useHere, useInstance } from './here.ts'
import { outboxKey, Outbox } from './queues/outbox.tsx'

const LOOK_MS = 5_000

/** What waits to be sent, and to be told. */
export default function Page(): ReactNode {
  const words = useWords('queues')
  const { account, id } = useHere()
  const { queued, notifications } = useInstance()
  // Events tell of queues on this node alone.
  useQuery({ ...instanceQuery(account, id), refetchInterval: LOOK_MS })
  return (
    <>
      <PageHead title={words.title} description={words.about} />
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <MessagesCard count={queued} />
          <NotificationsCard count={notifications} />
        </SimpleGrid>
        <Outbox queued={queued} />
      </Stack>
    </>
  )
}

const readCleared = object({ isCleared: flag, reason: or(text, ''), leftTime: or(number, 0) })

function MessagesCard({ count }: { readonly count: number | null }): ReactNode {
  const words = useWords('queues')
  const here = useHere()
  return (
    <QueueCard
      title={words.messages}
      about={words.messagesAbout}
      count={count}
      clear={words.clear}
      warning={words.clearMessagesWarning}
      onClear={() => callMethod({ ...here, name: 'clearMessagesQueue', read: readCleared })}
    />
  )
}

function NotificationsCard({ count }: { readonly count: number | null }): ReactNode {
  const words = useWords('queues')
  const here = useHere()
  return (
    <QueueCard
      title={words.notifications}
      about={words.notificationsAbout}
      count={count}
      clear={words.clear}
      warning={words.clearNotificationsWarning}
      onClear={() => callMethod({ ...here, name: 'clearWebhooksQueue', verb: 'DELETE', read: readCleared })}
    />
  )
}

interface QueueCardProps {
  readonly title: string
  readonly about: string
  /** Null: it is not known here for now. */
  readonly count: number | null
  readonly clear: string
  readonly warning: string
  readonly onClear: () => Promise<ReturnType<typeof readCleared>>
}

function QueueCard({ title, about, count, clear, warning, onClear }: QueueCardProps): ReactNode {
  const format = useFormat()
  const [isAsking, setAsking] = useState(false)
  const { clearing, refused, reset } = useClearing(onClear, () => setAsking(false))
  const open = (): void => {
    reset()
    setAsking(true)
  }
  return (
    <Card withBorder component="section" aria-label={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Text fw={600}>{title}</Text>
          <Text size="2rem" fw={600} lh={1.3}>
            {count === null ? '—' : format.number(count)}
          </Text>
        </div>
        <Button variant="default" disabled={count === 0} onClick={open} aria-label={`${clear}: ${title}`}>
          {clear}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {about}
      </Text>
      <Text size="sm" role="status" c="var(--mantine-color-error)">
        {refused}
      </Text>
      <ConfirmDialog
        isOpen={isAsking}
        title={`${clear}: ${title}`}
        confirm={clear}
        isDangerous
        isBusy={clearing.isPending}
        error={clearing.error}
        onConfirm={() => clearing.mutate()}
        onClose={() => setAsking(false)}
      >
        {warning}
      </ConfirmDialog>
    </Card>
  )
}

/** Clears a queue; the contract answers a clearing that comes too early with 200 and a wait. */
function useClearing(send: QueueCardProps['onClear'], onDone: () => void) {
  const words = useWords('queues')
  const here = useHere()
  const [refused, setRefused] = useState('')
  const clearing = useChange({
    send,
    stale: [instanceKey(here.account, here.id), outboxKey(here)],
    onDone: ({ isCleared, leftTime }) => {
      onDone()
      setRefused(isCleared ? '' : words.notCleared(leftTime))
    },
  })
  const reset = (): void => {
    clearing.reset()
    setRefused('')
  }
  return { clearing, refused, reset }
}
