import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../../words/words.ts'
import type { Field, FieldTrouble } from './field.ts'
import { Told } from './told.tsx'

interface FieldInputProps {
  readonly field: Field
  readonly value: string
  /** What is wrong with it; said only once somebody has tried to send it. */
  readonly trouble: FieldTrouble | undefined
  readonly onChange: (value: string) => void
}

/** A field of a method, asked for in the way that fits its schema. */
export function FieldInput({ field, value, trouble, onChange }: FieldInputProps): ReactNode {
  const words = useWords('try')
  const told = useWords('methods').fields
  const { method, name, kind, isRequired, about, choices } = field
  const common = {
    label: <code>{name}</code>,
    description: about === '' ? null : <Told own={told[`${method}.${name}`] ?? told[name]} english={about} />,
    withAsterisk: isRequired,
    required: isRequired,
    error: trouble === undefined ? null : words.troubles[trouble],
    value,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => onChange(event.currentTarget.value),
    autoComplete: 'off',
    spellCheck: false,
  }
  switch (kind) {
    case 'flag':
      return <NativeSelect {...common} data={[{ value: '', label: words.notSent }, 'true', 'false']} />
    case 'choice':
      return <NativeSelect {...common} data={[{ value: '', label: words.notSent }, ...choices]} />
    case 'json':
      return <Textarea {...common} autosize minRows={2} maxRows={14} ff="monospace" placeholder="JSON" />
    case 'longText':
      return <Textarea {...common} autosize minRows={1} maxRows={10} />
    case 'number':
      return <TextInput {...common} inputMode="decimal" />
    case 'text':
      return <TextInput {...common} />
    default:
      return kind satisfies never
  }
}
