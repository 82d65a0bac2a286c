import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useChange } from '../../../api/change.ts'
import { ask } from '../../../api/client.ts'
import { useMe } from '../../../api/me.ts'
import { object, text } from '../../../api/read.ts'
import { CodeBlock } from '../../../parts/code-block.tsx'
import { faultText } from '../../../parts/fault-text.ts'
import { Icon } from '../../../parts/icon.tsx'
import { useWords } from '../../../words/words.ts'
import { belowInstance, useHere } from '../here.ts'
import type { Request } from './request.ts'
import { LANGUAGES, SNIPPETS, type SnippetLanguage } from './snippets.ts'

const PLACEHOLDER = '{apiTokenInstance}'
const readToken = object({ apiTokenInstance: text })

/** The call as a line to paste. The token stands in it only when somebody asked for that. */
export function SnippetView({ request }: { readonly request: Request }): ReactNode {
  const words = useWords('try')
  const common = useWords('common')
  const here = useHere()
  const { apiUrl } = useMe()
  const [language, setLanguage] = useState<SnippetLanguage>('curl')
  const [token, setToken] = useState<string | null>(null)
  const showing = useChange({
    send: () => ask({ method: 'POST', path: belowInstance(here, '/token/show'), read: readToken }),
    onDone: ({ apiTokenInstance }) => setToken(apiTokenInstance),
  })
  const url = `${apiUrl}/waInstance${here.id}/${request.method}/${token ?? PLACEHOLDER}${request.rest}`
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label={words.language}
          data={[...LANGUAGES]}
          value={language}
          onChange={(chosen) => setLanguage(LANGUAGES.find((one) => one === chosen) ?? 'curl')}
        />
        <Button
          variant="subtle"
          size="xs"
          loading={showing.isPending}
          leftSection={<Icon name={token === null ? 'eye' : 'eyeOff'} size={14} />}
          onClick={() => (token === null ? showing.mutate() : setToken(null))}
        >
          {token === null ? words.putToken : words.hideToken}
        </Button>
      </Group>
      {showing.error !== null && (
        <Text size="sm" role="alert" c="var(--mantine-color-error)">
          {faultText(showing.error, common)}
        </Text>
      )}
      <CodeBlock
        code={SNIPPETS[language]({ url, request })}
        label={words.snippet(language)}
        copyLabel={words.copySnippet(language)}
      />
    </Stack>
  )
}
