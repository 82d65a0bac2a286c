import { Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../api/client.ts'
import { fetchMe, putMe } from '../api/me.ts'
import { nothing } from '../api/read.ts'
import { Icon } from '../parts/icon.tsx'
import { LANGUAGE_NAMES } from '../words/language-names.ts'
import { LANGUAGES, setLanguage, useLanguage, type Language } from '../words/language.ts'
import { preloadLanguage, useWords } from '../words/words.ts'

const THEMES: readonly MantineColorScheme[] = ['light', 'dark', 'auto']

export function LanguageItems(): ReactNode {
  const chosen = useLanguage()
  const choose = useChooseLanguage()
  return LANGUAGES.map((language) => (
    <Choice
      key={language}
      isChosen={language === chosen}
      label={LANGUAGE_NAMES[language]}
      onChoose={() => void choose(language)}
    />
  ))
}

export function ThemeItems(): ReactNode {
  const words = useWords('shell')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return THEMES.map((theme) => (
    <Choice
      key={theme}
      isChosen={theme === colorScheme}
      label={words.themes[theme]}
      onChoose={() => setColorScheme(theme)}
    />
  ))
}

interface ChoiceProps {
  readonly isChosen: boolean
  readonly label: string
  readonly onChoose: () => void
}

function Choice({ isChosen, label, onChoose }: ChoiceProps): ReactNode {
  return (
    <Menu.Item
      role="menuitemradio"
      aria-checked={isChosen}
      closeMenuOnClick={false}
      onClick={onChoose}
      rightSection={isChosen ? <Icon name="check" size={16} /> : undefined}
    >
      {label}
    </Menu.Item>
  )
}

/** Here at once, and on the person's other machines once the server has noted it: not worth a word if it could not. */
function useChooseLanguage(): (language: Language) => Promise<void> {
  const client = useQueryClient()
  return async (language) => {
    await preloadLanguage(language)
    setLanguage(language)
    await ask({ method: 'PATCH', path: '/person', body: { language }, read: nothing })
      .then(async () => putMe(client, await fetchMe()))
      .catch(() => undefined)
  }
}
