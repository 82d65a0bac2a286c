import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '../../parts/code-block.tsx'
import { useWords } from '../../words/words.ts'

/** A one-time link to be handed over; nobody sees it again. */
export function ShownLink({ link, text }: { readonly link: string; readonly text: string }): ReactNode {
  const words = useWords('people')
  return (
    <Stack gap="sm">
      <Text size="sm">{text}</Text>
      <CodeBlock code={link} label={words.link} copyLabel={words.copyLink} />
    </Stack>
  )
}
