import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import { copyText } from './copy.ts'
import { Icon } from './icon.tsx'

const SHOWN_MS = 2_000

interface CopyButtonProps {
  readonly text: string
  /** What is copied, for a screen reader: `Copy the token`. */
  readonly label: string
  /** With the label in it; else an icon alone. */
  readonly isWide?: boolean
}

export function CopyButton({ text, label, isWide = false }: CopyButtonProps): ReactNode {
  const words = useWords('common')
  const [outcome, setOutcome] = useState<'copied' | 'copyFailed' | null>(null)
  useEffect(() => {
    if (outcome === null) return
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = (): void => {
    void copyText(text).then((copied) => setOutcome(copied ? 'copied' : 'copyFailed'))
  }
  const said = outcome === null ? label : words[outcome]
  const icon = <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
  const status = (
    <span role="status" className="visually-hidden">
      {outcome === null ? '' : words[outcome]}
    </span>
  )
  if (isWide) {
    return (
      <>
        <Button variant="default" leftSection={icon} onClick={copy}>
          {said}
        </Button>
        {status}
      </>
    )
  }
  return (
    <>
      <Tooltip label={said} events={{ hover: true, focus: true, touch: true }}>
        <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={copy}>
          {icon}
        </ActionIcon>
      </Tooltip>
      {status}
    </>
  )
}
