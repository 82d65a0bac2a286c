import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core'
import type { QueryKey } from '@tanstack/react-query'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import { ROLES, useMe, type Role } from '../../api/me.ts'
import { useWords } from '../../words/words.ts'
import { readInvited, type Invited } from './answers.ts'
import { PeopleFault } from './people-fault.tsx'
import { ShownLink } from './shown-link.tsx'

interface InviteDialogProps {
  readonly isOpen: boolean
  readonly title: string
  readonly text: string
  /** Where invitations are made, below /api/console. */
  readonly path: string
  /** An operator has no role to choose. */
  readonly hasRole: boolean
  readonly stale: QueryKey
  readonly onClose: () => void
}

interface Given {
  readonly email: string
  readonly role?: Role
}

/** Asks whom to invite and as what, then shows the link. */
export function InviteDialog(props: InviteDialogProps): ReactNode {
  const common = useWords('common')
  const invite = useChange<Given, Invited>({
    send: (body, key) => ask({ method: 'POST', path: props.path, body, key, read: readInvited }),
    stale: [props.stale],
  })
  const close = (): void => {
    props.onClose()
    invite.reset()
  }
  return (
    <Modal
      opened={props.isOpen}
      onClose={close}
      title={props.title}
      closeButtonProps={{ 'aria-label': common.close }}
      size="lg"
    >
      {invite.isSuccess ? (
        <Made invited={invite.data} email={invite.variables.email} onClose={close} />
      ) : (
        <Stack>
          <Text size="sm">{props.text}</Text>
          <PeopleFault fault={invite.error} />
          <InviteForm hasRole={props.hasRole} isBusy={invite.isPending} onSend={invite.mutate} onClose={close} />
        </Stack>
      )}
    </Modal>
  )
}

interface InviteFormProps {
  readonly hasRole: boolean
  readonly isBusy: boolean
  readonly onSend: (given: Given) => void
  readonly onClose: () => void
}

function InviteForm({ hasRole, isBusy, onSend, onClose }: InviteFormProps): ReactNode {
  const words = useWords('people')
  const common = useWords('common')
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('developer')
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    onSend(hasRole ? { email: email.trim(), role } : { email: email.trim() })
  }
  return (
    <form onSubmit={submit} className="form">
      <TextInput
        label={words.email}
        type="email"
        autoComplete="off"
        required
        withAsterisk={false}
        data-autofocus
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      {hasRole && (
        <Radio.Group label={words.role} value={role} onChange={(value) => setRole(roleOf(value))}>
          <Stack gap="xs" mt="xs">
            {ROLES.map((each) => (
              <Radio key={each} value={each} label={common.roles[each]} description={words.roleHints[each]} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {common.cancel}
        </Button>
        <Button type="submit" loading={isBusy}>
          {words.send}
        </Button>
      </Group>
    </form>
  )
}

function Made({
  invited,
  email,
  onClose,
}: {
  readonly invited: Invited
  readonly email: string
  readonly onClose: () => void
}): ReactNode {
  const words = useWords('people')
  const { hasMail } = useMe()
  const text = invited.mailed ? words.mailed : hasMail ? words.mailFailed : words.notMailed
  return (
    <Stack>
      <Text fw={600} role="status">
        {words.invited(email)}
      </Text>
      <ShownLink link={invited.link} text={text} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{words.done}</Button>
      </Group>
    </Stack>
  )
}

export function roleOf(value: string): Role {
  return ROLES.find((role) => role === value) ?? 'viewer'
}
