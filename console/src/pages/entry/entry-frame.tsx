import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { SupportContact } from '../../parts/support-contact.tsx'
import { useTitle } from '../../parts/page-head.tsx'
import { LANGUAGE_NAMES } from '../../words/language-names.ts'
import { LANGUAGES, setLanguage, useLanguage } from '../../words/language.ts'
import { preloadLanguage, useWords } from '../../words/words.ts'
import { Brand } from '../../shell/brand.tsx'
import classes from './entry-frame.module.css'

interface EntryFrameProps {
  readonly title: string
  readonly text?: ReactNode
  readonly children?: ReactNode
}

/** What the pages before the sign-in have around them. */
export function EntryFrame({ title, text, children }: EntryFrameProps): ReactNode {
  useTitle(title)
  return (
    <div className={classes['page']}>
      <main className={classes['main']}>
        <div className={classes['brand']}>
          <Brand />
        </div>
        <Paper withBorder p="xl" radius="lg">
          <Stack gap="md">
            <div>
              <Title order={1} size="h3">
                {title}
              </Title>
              {text !== undefined && (
                <Text c="dimmed" size="sm" mt={6}>
                  {text}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </main>
      <Foot />
    </div>
  )
}

function Foot(): ReactNode {
  const words = useWords('entry')
  const chosen = useLanguage()
  return (
    <footer className={classes['foot']}>
      <SupportContact />
      <Group gap="md" justify="center" role="group" aria-label={words.language}>
        {LANGUAGES.map((language) => (
          <Anchor
            key={language}
            component="button"
            type="button"
            size="sm"
            lang={language}
            aria-pressed={language === chosen}
            underline={language === chosen ? 'always' : 'hover'}
            onClick={() => void preloadLanguage(language).then(() => setLanguage(language))}
          >
            {LANGUAGE_NAMES[language]}
          </Anchor>
        ))}
      </Group>
    </footer>
  )
}
