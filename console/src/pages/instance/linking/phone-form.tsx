import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { CopyButton } from '../../../parts/copy-button.tsx'
import { useWords } from '../../../words/words.ts'
import { useInstance } from '../here.ts'
import type { LinkAttempt, LinkView } from './link-attempt.ts'
import classes from './linking.module.css'
import { isPhone, phoneDigits } from './phone-number.ts'

interface PhoneFormProps {
  readonly view: LinkView
  readonly attempt: LinkAttempt
}

/** Linking by the number of the phone; shows the code to type there, where the messenger has it so. */
export function PhoneForm({ view, attempt }: PhoneFormProps): ReactNode {
  const words = useWords('instance')
  const { typeInstance: messenger } = useInstance()
  const [phone, setPhone] = useState('')
  const [isWrong, setWrong] = useState(false)
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const digits = phoneDigits(phone)
    setWrong(!isPhone(digits))
    if (isPhone(digits)) void attempt.byPhone(digits)
  }
  return (
    <form onSubmit={submit} noValidate className="form">
      <TextInput
        label={words.phoneNumber}
        type="tel"
        inputMode="tel"
        autoComplete="off"
        placeholder="79001234567"
        value={phone}
        error={isWrong ? words.phoneWrong : null}
        onChange={(event) => setPhone(event.currentTarget.value)}
      />
      <Button type="submit" loading={view.isBusy}>
        {messenger === 'whatsapp' ? words.askCode : words.sendCode}
      </Button>
      {view.code !== null && (
        <Stack gap={4}>
          <Group gap="sm" wrap="nowrap">
            <output className={classes['code']}>{spaced(view.code)}</output>
            <CopyButton text={view.code} label={words.copyCode} />
          </Group>
        </Stack>
      )}
    </form>
  )
}

function spaced(code: string): string {
  return code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code
}
