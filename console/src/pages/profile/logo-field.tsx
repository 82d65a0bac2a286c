import { Button, FileButton, Group, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useWords } from '../../words/words.ts'
import { logoOf } from './logo.ts'

interface LogoFieldProps {
  /** A data: URL. */
  readonly logo: string | null
  readonly onChange: (logo: string | null) => void
}

export function LogoField({ logo, onChange }: LogoFieldProps): ReactNode {
  const words = useWords('profile')
  const [trouble, setTrouble] = useState<'logoFailed' | 'logoTooLarge' | null>(null)
  const choose = async (file: File | null): Promise<void> => {
    if (file === null) return
    const made = await logoOf(file)
    setTrouble(made.trouble)
    if (made.logo !== null) onChange(made.logo)
  }
  return (
    <div>
      <Text size="sm" fw={500}>
        {words.logo}
      </Text>
      <Text size="xs" c="dimmed">
        {words.logoHint}
      </Text>
      <Group mt={6}>
        {logo !== null && <img src={logo} alt={words.logo} height={40} style={{ maxWidth: '12rem' }} />}
        <FileButton accept="image/png,image/jpeg,image/svg+xml" onChange={(file) => void choose(file)}>
          {(props) => (
            <Button variant="default" {...props}>
              {words.chooseLogo}
            </Button>
          )}
        </FileButton>
        {logo !== null && (
          <Button variant="subtle" color="gray" onClick={() => onChange(null)}>
            {words.removeLogo}
          </Button>
        )}
      </Group>
      {trouble !== null && (
        <Text role="alert" size="sm" mt={4} c="var(--mantine-color-error)">
          {words[trouble]}
        </Text>
      )}
    </div>
  )
}
