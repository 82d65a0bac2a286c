import { Badge, Button, Group, NativeSelect, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { useChange } from '../../api/change.ts'
import { ask, path } from '../../api/client.ts'
import { ME_KEY, ROLES, useMe, type Role } from '../../api/me.ts'
import { nothing } from '../../api/read.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { DataTable, type Column } from '../../parts/data-table.tsx'
import { useWords } from '../../words/words.ts'
import type { Member } from './answers.ts'
import { roleOf } from './invite-dialog.tsx'
import { PeopleFault } from './people-fault.tsx'

interface MembersProps {
  readonly account: string
  readonly members: readonly Member[]
}

/** The people of an account, with their roles to change. */
export function Members({ account, members }: MembersProps): ReactNode {
  const words = useWords('people')
  const [leaving, setLeaving] = useState<Member | null>(null)
  const change = useChange<{ readonly member: Member; readonly role: Role }>({
    send: ({ member, role }, key) =>
      ask({
        method: 'PATCH',
        path: path`/accounts/${account}/people/${member.person}`,
        body: { role },
        key,
        read: nothing,
      }),
    // Of oneself too: what the navigation offers follows from the role.
    stale: [['people', account], ME_KEY],
  })
  const columns = useColumns({
    pending: change.isPending ? change.variables : null,
    onRole: (member, role) => change.mutate({ member, role }),
    onRemove: setLeaving,
  })
  return (
    <>
      <PeopleFault fault={change.error} />
      <DataTable caption={words.table} columns={columns} rows={members} rowKey={({ person }) => person} />
      <RemoveDialog account={account} member={leaving} onClose={() => setLeaving(null)} />
    </>
  )
}

interface ColumnsProps {
  readonly pending: { readonly member: Member; readonly role: Role } | null
  readonly onRole: (member: Member, role: Role) => void
  readonly onRemove: (member: Member) => void
}

function useColumns({ pending, onRole, onRemove }: ColumnsProps): readonly Column<Member>[] {
  const words = useWords('people')
  const common = useWords('common')
  const { person } = useMe()
  const choices = ROLES.map((role) => ({ value: role, label: common.roles[role] }))
  return [
    {
      key: 'name',
      head: words.name,
      isMain: true,
      cell: (member) => (
        <div>
          <Group gap="xs">
            {member.name}
            {member.person === person.id && <Badge variant="light">{words.you}</Badge>}
          </Group>
          <Text size="xs" c="dimmed" fw={400}>
            {member.email}
          </Text>
        </div>
      ),
    },
    {
      key: 'role',
      head: words.role,
      cell: (member) => (
        <NativeSelect
          aria-label={words.roleOf(member.name)}
          data={choices}
          value={pending?.member.person === member.person ? pending.role : member.role}
          disabled={pending?.member.person === member.person}
          onChange={(event) => onRole(member, roleOf(event.currentTarget.value))}
        />
      ),
    },
    { key: 'second', head: words.second, cell: ({ hasTotp }) => (hasTotp ? common.yes : common.no) },
    {
      key: 'remove',
      head: common.actions,
      isHeadHidden: true,
      align: 'end',
      cell: (member) => (
        <Button size="xs" variant="default" aria-label={words.removeOf(member.name)} onClick={() => onRemove(member)}>
          {words.remove}
        </Button>
      ),
    },
  ]
}

interface RemoveDialogProps {
  readonly account: string
  /** Null: nobody is being removed. */
  readonly member: Member | null
  readonly onClose: () => void
}

function RemoveDialog({ account, member, onClose }: RemoveDialogProps): ReactNode {
  const words = useWords('people')
  const { person } = useMe()
  const navigate = useNavigate()
  const isSelf = member?.person === person.id
  const remove = useChange<string>({
    send: (id, key) => ask({ method: 'DELETE', path: path`/accounts/${account}/people/${id}`, key, read: nothing }),
    stale: isSelf ? [ME_KEY] : [['people', account]],
    onDone: () => {
      onClose()
      if (isSelf) void navigate('/', { replace: true })
    },
  })
  const close = (): void => {
    remove.reset()
    onClose()
  }
  return (
    <ConfirmDialog
      isOpen={member !== null}
      title={isSelf ? words.leaveTitle : words.removeTitle(member?.name ?? '')}
      confirm={words.remove}
      isDangerous
      isBusy={remove.isPending}
      onConfirm={() => member !== null && remove.mutate(member.person)}
      onClose={close}
    >
      <PeopleFault fault={remove.error} />
      <Text size="sm">{isSelf ? words.leaveText : words.removeText}</Text>
    </ConfirmDialog>
  )
}
