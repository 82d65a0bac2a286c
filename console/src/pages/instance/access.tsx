import { Button, Code, Group, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { ask } from '../../api/client.ts'
import { instanceKeys, instancePath } from '../../api/instances.ts'
import { randomKey } from '../../api/key.ts'
import { useMe } from '../../api/me.ts'
import { object, text } from '../../api/read.ts'
import { ChangeDialog } from '../../parts/change-dialog.tsx'
import { CodeBlock } from '../../parts/code-block.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Done } from '../../parts/done.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { SecretField } from '../../parts/secret-field.tsx'
import { Section } from '../../parts/section.tsx'
import { Notice } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { useHere, useInstance, useMayChange } from './here.ts'

const readToken = object({ apiTokenInstance: text })

/** How programs reach the instance. */
export default function AccessPage(): ReactNode {
  const words = useWords('instance')
  const common = useWords('common')
  const mayChange = useMayChange()
  const { timeDeleted } = useInstance()
  return (
    <>
      <PageHead title={words.tabs.access} description={words.accessText} />
      {mayChange && timeDeleted === null ? <Access /> : <Notice>{common.faults.forbidden}</Notice>}
    </>
  )
}

function Access(): ReactNode {
  const words = useWords('instance')
  const { account, id } = useHere()
  const { apiUrl } = useMe()
  /** Counts the tokens that were there: what showed the one before forgets it. */
  const [round, setRound] = useState(0)
  const show = async (): Promise<string> => {
    const asked = { method: 'POST', path: `${instancePath(account, id)}/token/show`, key: randomKey() } as const
    return (await ask({ ...asked, read: readToken })).apiTokenInstance
  }
  const line = `curl "${apiUrl}/waInstance${id}/getStateInstance/$API_TOKEN_INSTANCE"`
  return (
    <>
      <Section title={words.token} text={words.tokenText}>
        <Plain label={words.idInstance} value={id} />
        <Plain label={words.apiUrl} value={apiUrl} />
        <SecretField key={`token ${round}`} label={words.apiToken} secret={show} />
        <Rotate onRotated={() => setRound(round + 1)} />
      </Section>
      <Section title={words.qrPage} text={words.qrPageText}>
        <SecretField
          key={`page ${round}`}
          label={words.qrPageLink}
          secret={async () => `${apiUrl}/waInstance${id}/${await show()}`}
        />
      </Section>
      <Section title={words.firstCall} text={words.firstCallText}>
        <CodeBlock code={line} label={words.firstCall} copyLabel={words.copyLine} />
      </Section>
    </>
  )
}

function Plain({ label, value }: { readonly label: string; readonly value: string }): ReactNode {
  const common = useWords('common')
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
        <CopyButton text={value} label={`${common.copy}: ${label}`} />
      </Group>
    </div>
  )
}

function Rotate({ onRotated }: { readonly onRotated: () => void }): ReactNode {
  const words = useWords('instance')
  const { account, id } = useHere()
  const [isAsking, setAsking] = useState(false)
  const [isDone, setDone] = useState(false)
  return (
    <>
      <Group>
        <Button variant="default" onClick={() => setAsking(true)}>
          {words.rotate}
        </Button>
        <Done>{isDone ? words.rotated : ''}</Done>
      </Group>
      <ChangeDialog
        isOpen={isAsking}
        title={words.rotateAsk}
        text={words.rotateText}
        confirm={words.rotate}
        isDangerous
        verb="POST"
        path={`${instancePath(account, id)}/token`}
        read={readToken}
        stale={[instanceKeys(account)]}
        onDone={() => {
          setAsking(false)
          setDone(true)
          onRotated()
        }}
        onClose={() => setAsking(false)}
      />
    </>
  )
}
