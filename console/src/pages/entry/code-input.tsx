import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/words.ts'

interface CodeInputProps {
  readonly value: string
  readonly onChange: (code: string) => void
}

/** Takes the focus when it appears: it is the answer to what was just sent. */
export function CodeInput({ value, onChange }: CodeInputProps): ReactNode {
  const words = useWords('entry')
  return (
    <TextInput
      label={words.code}
      description={words.codeHint}
      name="code"
      autoComplete="one-time-code"
      autoCapitalize="off"
      spellCheck={false}
      autoFocus
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
