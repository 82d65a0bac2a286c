import { Group, Progress, Text } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import { useWords } from '../words/words.ts'

interface MeterProps {
  readonly name: string
  /** Null where nobody measures it. */
  readonly used: number | null
  readonly limit: number | null
  readonly format: (value: number) => string
}

const NEARLY = 80

/** How much of something is used; a bar where there is a limit. */
export function Meter({ name, used, limit, format }: MeterProps): ReactNode {
  const words = useWords('terms')
  const id = useId()
  const share = used === null || limit === null ? null : limit === 0 ? 100 : Math.min(100, (used / limit) * 100)
  return (
    <div>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
        <Text size="sm" fw={500} id={id}>
          {name}
        </Text>
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }} ta="end">
          {toldOf(words, used, limit, format)}
        </Text>
      </Group>
      {share !== null && (
        <Progress
          value={share}
          mt={4}
          color={share >= 100 ? 'red.9' : share >= NEARLY ? 'orange.9' : undefined}
          aria-labelledby={id}
        />
      )}
    </div>
  )
}

function toldOf(
  words: ReturnType<typeof useWords<'terms'>>,
  used: number | null,
  limit: number | null,
  format: (value: number) => string,
): string {
  if (used === null) return limit === null ? words.unmeasured : words.used('…', format(limit))
  return limit === null ? words.unlimited(format(used)) : words.used(format(used), format(limit))
}
