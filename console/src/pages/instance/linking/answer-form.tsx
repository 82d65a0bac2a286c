import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from 'react'
import { useWords } from '../../../words/words.ts'
import type { Asked, LinkAttempt, LinkView } from './link-attempt.ts'

interface AnswerFormProps {
  readonly asked: Exclude<Asked, 'passkey'>
  readonly view: LinkView
  readonly attempt: LinkAttempt
}

/** The code that the messenger has sent, or the password of its account. */
export function AnswerForm({ asked, view, attempt }: AnswerFormProps): ReactNode {
  const words = useWords('instance')
  const [value, setValue] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    setValue('')
    field.current?.focus()
  }, [asked])
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (value.trim() !== '') void attempt.answer(asked === 'smsCode' ? value.trim() : value)
  }
  const common = {
    ref: field,
    value,
    onChange: (event: { readonly currentTarget: HTMLInputElement }) => setValue(event.currentTarget.value),
  }
  return (
    <form onSubmit={submit} noValidate className="form">
      {asked === 'smsCode' ? (
        <TextInput {...common} label={words.sentCode} inputMode="numeric" autoComplete="one-time-code" />
      ) : (
        <PasswordInput
          {...common}
          label={words.password}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': words.showTyped }}
        />
      )}
      <Button type="submit" loading={view.isBusy} disabled={value.trim() === ''}>
        {words.goOn}
      </Button>
      <Button variant="subtle" onClick={() => attempt.reset(view.way)}>
        {words.otherWay}
      </Button>
    </form>
  )
}
