import { Group, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState, type ReactNode } from 'react'
import { PageHead } from '../../parts/page-head.tsx'
import { useWords } from '../../words/words.ts'
import { AuditList } from './audit-list.tsx'

const PAUSE_MS = 400

/** Who did what on the server. */
export default function AuditPage(): ReactNode {
  const words = useWords('operator')
  const [typed, setTyped] = useState('')
  const [account] = useDebouncedValue(typed.trim(), PAUSE_MS)
  return (
    <>
      <PageHead title={words.audit} description={words.auditText} />
      <Group mb="md" role="search">
        <TextInput
          type="search"
          label={words.ofAccount}
          placeholder={words.id}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Group>
      <AuditList account={account === '' ? null : account} />
    </>
  )
}
