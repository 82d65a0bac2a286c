import { Anchor, Button, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { Link } from 'react-router'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { nothing } from '../../api/read.ts'
import { Failure } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { EntryFrame } from './entry-frame.tsx'

/** Asks for a link to set a new password. Says the same whoever asks: who has access is nobody's business. */
export default function Reset(): ReactNode {
  const words = useWords('entry')
  const [email, setEmail] = useState('')
  const change = useChange({ send: askForLink })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    change.mutate(email.trim())
  }
  const back = (
    <Anchor component={Link} to="/sign-in" size="sm" ta="center">
      {words.toSignIn}
    </Anchor>
  )
  if (change.isSuccess) {
    return (
      <EntryFrame title={words.resetSent} text={words.resetSentText}>
        {back}
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={words.reset} text={words.resetText}>
      <form onSubmit={submit} className="form">
        {change.error !== null && <Failure error={change.error} />}
        <TextInput
          label={words.email}
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" loading={change.isPending} fullWidth>
          {words.sendLink}
        </Button>
        {back}
      </form>
    </EntryFrame>
  )
}

function askForLink(email: string, key: string): Promise<undefined> {
  const path = '/password-reset'
  return ask({ method: 'POST', path, body: { email }, key, read: nothing, mayBeUnauthorized: true })
}
