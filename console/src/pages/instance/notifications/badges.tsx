import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../../words/words.ts'
import type { Outcome } from './notice.ts'

const COLORS: Readonly<Record<Outcome, string>> = { delivered: 'jade', retrying: 'orange', gone: 'gray' }

export function OutcomeBadge({ outcome }: { readonly outcome: Outcome }): ReactNode {
  const words = useWords('notifications')
  return (
    <Badge variant="dot" color={COLORS[outcome]} tt="none" fw={500} radius="sm">
      {words.outcomes[outcome]}
    </Badge>
  )
}

/** The wire's own name, which is what programs look for. */
export function TypeBadge({ type }: { readonly type: string }): ReactNode {
  return (
    <Badge variant="default" tt="none" fw={500} radius="sm">
      {type}
    </Badge>
  )
}
