import { Input, SegmentedControl } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import { MESSENGERS, type Messenger } from '../../api/instances.ts'
import { useWords } from '../../words/words.ts'

interface MessengerChoiceProps {
  readonly value: Messenger
  readonly onChange: (value: Messenger) => void
}

export function MessengerChoice({ value, onChange }: MessengerChoiceProps): ReactNode {
  const words = useWords('instances')
  const id = useId()
  return (
    <Input.Wrapper label={words.messenger} labelElement="div" labelProps={{ id }}>
      <SegmentedControl
        fullWidth
        aria-labelledby={id}
        data={MESSENGERS.map((name) => ({ value: name, label: words.messengers[name] }))}
        value={value}
        onChange={onChange}
      />
    </Input.Wrapper>
  )
}
