import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import type { LinkAttempt } from '../../../../../src/browser/linking/attempt.ts'
import { phoneWay, spacedCode, type LinkView } from '../../../../../src/browser/linking/view.ts'
import { CopyButton } from '../../../parts/copy-button.tsx'
import { useWords } from '../../../words/words.ts'
import { useInstance } from '../here.ts'
import classes from './linking.module.css'

interface PhoneFormProps {
  readonly view: LinkView
  readonly attempt: LinkAttempt
}

/** Linking by the number of the phone; shows the code to type there, where the messenger has it so. */
export function PhoneForm({ view, attempt }: PhoneFormProps): ReactNode {
  const words = useWords('instance')
  const { typeInstance: messenger } = useInstance()
  const [phone, setPhone] = useState('')
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    void attempt.byPhone(phone)
  }
  return (
    <form onSubmit={submit} noValidate className="form">
      <TextInput
        label={words.link.phone}
        type="tel"
        inputMode="tel"
        autoComplete="off"
        placeholder="79001234567"
        value={phone}
        error={view.hint === 'badPhone' ? words.link.hints.badPhone : null}
        onChange={(event) => setPhone(event.currentTarget.value)}
      />
      <Button type="submit" loading={view.isBusy}>
        {words.link.ask[phoneWay(messenger)]}
      </Button>
      {view.code !== null && (
        <Stack gap={4}>
          <Group gap="sm" wrap="nowrap">
            <output className={classes['code']}>{spacedCode(view.code)}</output>
            <CopyButton text={view.code} label={words.copyCode} />
          </Group>
        </Stack>
      )}
    </form>
  )
}
