import { PasswordInput } from '@mantine/core'
import type { ReactNode } from 'react'

interface PasswordFieldProps {
  readonly label: string
  readonly description?: string | undefined
  readonly toggleLabel: string
  readonly autoComplete: 'current-password' | 'new-password'
  readonly minLength?: number | undefined
  readonly isFocused?: boolean
  readonly value: string
  readonly onChange: (value: string) => void
}

/** What the server takes at most. */
const MOST = 200

export function PasswordField({
  label,
  description,
  toggleLabel,
  autoComplete,
  minLength,
  isFocused = false,
  value,
  onChange,
}: PasswordFieldProps): ReactNode {
  return (
    <PasswordInput
      label={label}
      description={description}
      name={autoComplete}
      autoComplete={autoComplete}
      required
      withAsterisk={false}
      minLength={minLength}
      maxLength={MOST}
      data-autofocus={isFocused || undefined}
      visibilityToggleButtonProps={{ 'aria-label': toggleLabel }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
