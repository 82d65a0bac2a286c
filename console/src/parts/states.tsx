import { Alert, Button, Center, Loader, Skeleton, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { asFault } from '../api/fault.ts'
import { useWords } from '../words/words.ts'
import { faultText } from './fault-text.ts'

interface EmptyProps {
  readonly title: string
  readonly children?: ReactNode
  /** What leads out of the emptiness. */
  readonly action?: ReactNode
}

/** A list without anything in it: says why, and what to do. */
export function Empty({ title, children, action }: EmptyProps): ReactNode {
  return (
    <Stack align="center" gap="xs" py="xl" ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children !== undefined && (
        <Text c="dimmed" maw={480}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  )
}

interface FailureProps {
  readonly error: unknown
  /** Tries again. */
  readonly onRetry?: () => void
}

/** Something could not be loaded or done. */
export function Failure({ error, onRetry }: FailureProps): ReactNode {
  const words = useWords('common')
  return (
    <Alert color="red" role="alert" variant="light" title={words.failed}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{faultText(asFault(error), words)}</Text>
        {onRetry !== undefined && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {words.tryAgain}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

/** A notice that is part of the page: read in its turn, not shouted (role=alert) at whoever opens it. */
export function Notice({
  title,
  color = 'blue',
  children,
}: {
  title?: string
  color?: string
  children: ReactNode
}): ReactNode {
  return (
    <Alert role="note" variant="light" color={color} {...(title === undefined ? {} : { title })}>
      {children}
    </Alert>
  )
}

/** Grey lines where a list will be: as high as what they stand for, so that nothing jumps. */
export function LoadingLines({ lines = 5, height = 44 }: { lines?: number; height?: number }): ReactNode {
  const words = useWords('common')
  return (
    <Stack gap="xs" aria-busy="true" role="status" aria-label={words.loading}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={height} radius="sm" />
      ))}
    </Stack>
  )
}

/** For a whole page or a part of it whose code is on its way. Speaks no language: its words are on their way too. */
export function LoadingPage(): ReactNode {
  return (
    <Center mih="40vh" aria-busy="true">
      <Loader type="dots" />
    </Center>
  )
}
