import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/words.ts'

const NAME_MAX = 200

interface AccountNameFieldProps {
  readonly name: string
  readonly onChange: (name: string) => void
}

/** The first field of the dialogs that make and change an account. */
export function AccountNameField({ name, onChange }: AccountNameFieldProps): ReactNode {
  const words = useWords('operator')
  return (
    <TextInput
      label={words.name}
      required
      withAsterisk={false}
      maxLength={NAME_MAX}
      value={name}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-autofocus
    />
  )
}
