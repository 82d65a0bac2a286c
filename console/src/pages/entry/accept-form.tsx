import { Button, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { PASSWORD_LEAST } from '../../api/me.ts'
import { PasswordField } from '../../parts/password-field.tsx'
import type { Words } from '../../words/dictionaries.ts'
import { useWords } from '../../words/words.ts'
import { CodeInput } from './code-input.tsx'
import { useEnter } from './enter.ts'
import { EntryFault } from './entry-fault.tsx'
import type { OneTimeLink } from './one-time-link.ts'

/** What a link wants to know of whoever opened it. */
export function AcceptForm({ link, token }: { readonly link: OneTimeLink; readonly token: string }): ReactNode {
  const words = useWords('entry')
  const enter = useEnter('/')
  const [given, setGiven] = useState({ email: link.email, name: '', password: '', code: '' })
  const put = (key: keyof typeof given) => (value: string) => setGiven({ ...given, [key]: value })
  const isNew = isNewPassword(link)
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    enter.send({ path: '/links/accept', body: bodyOf(given, link, token) })
  }
  return (
    <form onSubmit={submit} className="form">
      <EntryFault fault={enter.fault} />
      <EmailInput link={link} value={given.email} onChange={put('email')} />
      {!link.hasPerson && (
        <TextInput
          label={words.name}
          description={words.nameHint}
          name="name"
          autoComplete="name"
          required
          withAsterisk={false}
          maxLength={100}
          value={given.name}
          onChange={(event) => put('name')(event.currentTarget.value)}
        />
      )}
      <PasswordField
        label={isNew ? words.newPassword : words.password}
        description={isNew ? words.newPasswordHint(PASSWORD_LEAST) : undefined}
        toggleLabel={words.showPassword}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        minLength={isNew ? PASSWORD_LEAST : undefined}
        value={given.password}
        onChange={put('password')}
      />
      {enter.needsCode && <CodeInput value={given.code} onChange={put('code')} />}
      <Button type="submit" loading={enter.isBusy} fullWidth>
        {buttonOf(link, words)}
      </Button>
    </form>
  )
}

interface FieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

/** Hidden where the link says whose it is: there for the browser's store of passwords, which wants to know what it keeps. */
function EmailInput({ link, value, onChange }: FieldProps & { readonly link: OneTimeLink }): ReactNode {
  const words = useWords('entry')
  if (link.email !== '') return <input type="hidden" name="email" autoComplete="username" value={link.email} />
  return (
    <TextInput
      label={words.email}
      type="email"
      name="email"
      autoComplete="username"
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

interface Given {
  readonly email: string
  readonly name: string
  readonly password: string
  readonly code: string
}

function bodyOf(given: Given, link: OneTimeLink, token: string): Readonly<Record<string, string>> {
  const code = given.code.trim()
  return {
    token,
    password: given.password,
    ...(link.email === '' ? { email: given.email.trim() } : {}),
    ...(link.hasPerson ? {} : { name: given.name.trim() }),
    ...(code === '' ? {} : { code }),
  }
}

function isNewPassword({ kind, hasPerson }: OneTimeLink): boolean {
  return kind === 'reset' || !hasPerson
}

function buttonOf({ kind, hasPerson }: OneTimeLink, words: Words<'entry'>): string {
  if (kind === 'reset') return words.setPassword
  return hasPerson ? words.join : words.begin
}
