import { Button, Group, NativeSelect, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { ME_KEY, useMe } from '../../api/me.ts'
import { nothing } from '../../api/read.ts'
import { Done } from '../../parts/done.tsx'
import { Section } from '../../parts/section.tsx'
import { Failure } from '../../parts/states.tsx'
import { LANGUAGE_NAMES } from '../../words/language-names.ts'
import { LANGUAGES, useLanguage } from '../../words/language.ts'
import { useWords } from '../../words/words.ts'

/** Name and language. The e-mail is what a person signs in with; whoever invited him chose it. */
export function About(): ReactNode {
  const words = useWords('me')
  const common = useWords('common')
  const { person } = useMe()
  const shown = useLanguage()
  const [name, setName] = useState(person.name)
  const [language, setLanguage] = useState<string>(person.language ?? shown)
  const change = useChange<{ name: string; language: string }>({
    send: (body, key) => ask({ method: 'PATCH', path: '/person', body, key, read: nothing }),
    stale: [ME_KEY],
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    change.mutate({ name: name.trim(), language })
  }
  return (
    <Section title={words.about}>
      <form onSubmit={submit} className="form" style={{ maxWidth: '26rem' }}>
        {change.error !== null && <Failure error={change.error} />}
        <TextInput label={words.email} value={person.email} readOnly />
        <TextInput
          label={words.name}
          autoComplete="name"
          required
          withAsterisk={false}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={words.language}
          data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={change.isPending}>
            {common.save}
          </Button>
          <Done>{change.isSuccess && common.saved}</Done>
        </Group>
      </form>
    </Section>
  )
}
