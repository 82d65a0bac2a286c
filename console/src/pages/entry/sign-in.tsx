import { Anchor, Button, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { Link, useLocation } from 'react-router'
import { wayBack } from '../../api/session.ts'
import { PasswordField } from '../../parts/password-field.tsx'
import { useWords } from '../../words/words.ts'
import { CodeInput } from './code-input.tsx'
import { EntryFault } from './entry-fault.tsx'
import { EntryFrame } from './entry-frame.tsx'
import { useEnter } from './enter.ts'

/** E-mail and password; the code of an authenticator app where the right password was not enough. */
export default function SignIn(): ReactNode {
  const words = useWords('entry')
  const { search } = useLocation()
  const enter = useEnter(wayBack(search))
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const given = { email: email.trim(), password }
    enter.send({ path: '/session', body: enter.needsCode ? { ...given, code: code.trim() } : given })
  }
  return (
    <EntryFrame title={words.signIn}>
      <form onSubmit={submit} className="form">
        <EntryFault fault={enter.fault} />
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
        <PasswordField
          label={words.password}
          toggleLabel={words.showPassword}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
        {enter.needsCode && <CodeInput value={code} onChange={setCode} />}
        <Button type="submit" loading={enter.isBusy} fullWidth>
          {words.signIn}
        </Button>
        <Anchor component={Link} to="/reset" size="sm" ta="center">
          {words.forgotten}
        </Anchor>
      </form>
    </EntryFrame>
  )
}
