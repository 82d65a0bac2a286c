import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from 'react'
import type { LinkAttempt } from '../../../../../src/browser/linking/attempt.ts'
import type { Asked, LinkView } from '../../../../../src/browser/linking/view.ts'
import { useWords } from '../../../words/words.ts'

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
    if (value.trim() !== '') void attempt.answer(value)
  }
  const common = {
    ref: field,
    value,
    onChange: (event: { readonly currentTarget: HTMLInputElement }) => setValue(event.currentTarget.value),
  }
  return (
    <form onSubmit={submit} noValidate className="form">
      {asked === 'smsCode' ? (
        <TextInput {...common} label={words.link.sentCode} inputMode="numeric" autoComplete="one-time-code" />
      ) : (
        <PasswordInput
          {...common}
          label={words.link.password}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': words.showTyped }}
        />
      )}
      <Button type="submit" loading={view.isBusy} disabled={value.trim() === ''}>
        {words.link.give}
      </Button>
      <Button variant="subtle" onClick={() => attempt.reset(view.way)}>
        {words.otherWay}
      </Button>
    </form>
  )
}
