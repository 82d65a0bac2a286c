import { Anchor, Badge, Code, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useHere, useOwnAccount, type OwnAccount } from '../../api/account.ts'
import { useMe } from '../../api/me.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Facts } from '../../parts/facts.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Quotas } from '../../parts/quotas.tsx'
import { Section } from '../../parts/section.tsx'
import { TermFacts } from '../../parts/term-facts.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'

/** What an account is, where its programs reach the server, what was agreed with it, and what it uses of that. */
export default function ProfilePage(): ReactNode {
  const words = useWords('profile')
  const account = useHere()
  return (
    <>
      <PageHead title={words.profile} />
      <QueryView query={useOwnAccount(account)}>
        {(own) => (
          <>
            <About own={own} />
            <Addresses />
            <Section title={words.terms} text={words.termsText}>
              <TermFacts terms={own.terms} />
            </Section>
            <Quotas account={account} />
          </>
        )}
      </QueryView>
    </>
  )
}

function About({ own }: { readonly own: OwnAccount }): ReactNode {
  const words = useWords('profile')
  const format = useFormat()
  return (
    <Section title={words.about}>
      <Facts
        facts={[
          { name: words.name, value: own.name },
          {
            name: words.kind,
            value: (
              <>
                <Badge variant="light">{words.kinds[own.kind]}</Badge>
                <Text size="sm" c="dimmed" mt={4}>
                  {words.kindTexts[own.kind]}
                </Text>
              </>
            ),
          },
          ...(own.partnerSince === null ? [] : [{ name: words.partnerSince, value: format.date(own.partnerSince) }]),
          { name: words.instances, value: format.number(own.instances) },
          { name: words.id, value: <Copied text={own.accountId} label={words.copyId} /> },
        ]}
      />
    </Section>
  )
}

/** Where programs send their calls. Files are uploaded to the same place here, but clients of the contract ask for both. */
function Addresses(): ReactNode {
  const words = useWords('profile')
  const { apiUrl } = useMe()
  return (
    <Section title={words.addresses} text={words.addressesText}>
      <Facts
        facts={[
          { name: words.apiUrl, value: <Copied text={apiUrl} label={words.copyApiUrl} /> },
          { name: words.mediaUrl, value: <Copied text={apiUrl} label={words.copyMediaUrl} /> },
          {
            name: words.reference,
            value: (
              <Anchor href={`${apiUrl}/docs`} target="_blank" rel="noopener">
                {words.openReference}
              </Anchor>
            ),
          },
        ]}
      />
    </Section>
  )
}

function Copied({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  return (
    <Group gap="xs" wrap="nowrap">
      <Code style={{ overflowWrap: 'anywhere' }}>{text}</Code>
      <CopyButton text={text} label={label} />
    </Group>
  )
}
