import { Button, Text, Title } from '@mantine/core'
import type { QueryKey } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { nothing } from '../../api/read.ts'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import type { Invitation } from './answers.ts'
import { PeopleFault } from './people-fault.tsx'

interface InvitationsProps {
  readonly invitations: readonly Invitation[]
  /** Where they are, below /api/console. */
  readonly path: string
  readonly stale: QueryKey
}

/** Links that nobody has used yet, and how to take them back. */
export function Invitations({ invitations, path, stale }: InvitationsProps): ReactNode {
  const words = useWords('people')
  const revoke = useChange<string>({
    send: (id, key) => ask({ method: 'DELETE', path: `${path}/${encodeURIComponent(id)}`, key, read: nothing }),
    stale: [stale],
  })
  const columns = useColumns(revoke.isPending ? revoke.variables : null, revoke.mutate)
  return (
    <section aria-labelledby="invitations">
      <Title order={2} size="h4" id="invitations" mt="xl" mb="sm">
        {words.invitations}
      </Title>
      <PeopleFault fault={revoke.error} />
      {invitations.length === 0 ? (
        <Text c="dimmed">{words.noInvitations}</Text>
      ) : (
        <DataTable caption={words.invitationsTable} rows={invitations} rowKey={({ id }) => id} columns={columns} />
      )}
    </section>
  )
}

function useColumns(revoking: string | null, revoke: (id: string) => void): readonly Column<Invitation>[] {
  const words = useWords('people')
  const common = useWords('common')
  const format = useFormat()
  return [
    { key: 'email', head: words.email, isMain: true, cell: ({ email }) => email },
    { key: 'role', head: words.role, cell: ({ role }) => (role === null ? words.operator : common.roles[role]) },
    { key: 'until', head: words.until, cell: ({ expiresAt }) => format.time(expiresAt) },
    {
      key: 'revoke',
      head: common.actions,
      isHeadHidden: true,
      align: 'end',
      cell: ({ id, email }) => (
        <Button
          size="xs"
          variant="default"
          aria-label={words.revokeOf(email)}
          loading={revoking === id}
          onClick={() => revoke(id)}
        >
          {words.revoke}
        </Button>
      ),
    },
  ]
}
