import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { Messenger } from '../../api/instances.ts'
import { useMe } from '../../api/me.ts'
import { CodeBlock } from '../../parts/code-block.tsx'
import { createLine } from '../../parts/instances/partner-lines.ts'
import { NAME_LENGTH } from '../../parts/instances/rename-dialog.tsx'
import { useWords } from '../../words/words.ts'
import { MessengerChoice } from './messenger-choice.tsx'

interface PartnerCreateProps {
  readonly account: string
  readonly messenger: Messenger
  readonly onClose: () => void
}

/** Each instance of a partner is paid for by the day and belongs to a customer of his: his program makes it, and this is its call. */
export function PartnerCreate({ account, messenger: usual, onClose }: PartnerCreateProps): ReactNode {
  const words = useWords('instances')
  const common = useWords('common')
  const { apiUrl } = useMe()
  const [messenger, setMessenger] = useState(usual)
  const [name, setName] = useState('')
  return (
    <Stack>
      <Text>{words.partnerCreate}</Text>
      <MessengerChoice value={messenger} onChange={setMessenger} />
      <TextInput
        label={words.name}
        description={words.nameText}
        maxLength={NAME_LENGTH}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <CodeBlock code={createLine(apiUrl, messenger, name)} label={words.curl} copyLabel={words.copyCurl} />
      <Text size="sm" c="dimmed">
        {words.partnerToken}{' '}
        <Anchor component={Link} to={`/a/${encodeURIComponent(account)}/tokens`} size="sm" underline="always">
          {words.toTokens}
        </Anchor>
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {common.close}
        </Button>
      </Group>
    </Stack>
  )
}
