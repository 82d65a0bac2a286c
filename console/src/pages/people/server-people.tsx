import { ActionIcon, Badge, Group, Menu, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { DataTable } from '../../parts/data-table.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useFormat } from '../../words/format.ts'
import { useWords } from '../../words/words.ts'
import type { ServerPerson } from './answers.ts'
import { PersonActionDialog } from './person-action-dialog.tsx'
import { ACTIONS, type PersonAction } from './person-actions.ts'
import { ResetLinkDialog } from './reset-link-dialog.tsx'

interface Chosen {
  readonly person: ServerPerson
  readonly action: PersonAction | 'resetLink'
}

/** The people of the server, each with what the operator may do about him. */
export function ServerPeople({ people }: { readonly people: readonly ServerPerson[] }): ReactNode {
  const words = useWords('people')
  const common = useWords('common')
  const format = useFormat()
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const close = (): void => setChosen(null)
  return (
    <>
      <DataTable
        caption={words.operatorTable}
        rows={people}
        rowKey={({ id }) => id}
        columns={[
          { key: 'name', head: words.name, isMain: true, cell: (person) => <Name person={person} /> },
          { key: 'second', head: words.second, cell: ({ hasTotp }) => (hasTotp ? common.yes : common.no) },
          { key: 'since', head: words.since, cell: ({ createdAt }) => format.date(createdAt) },
          {
            key: 'actions',
            head: common.actions,
            isHeadHidden: true,
            align: 'end',
            cell: (person) => <PersonMenu person={person} onChoose={(action) => setChosen({ person, action })} />,
          },
        ]}
      />
      {chosen?.action === 'resetLink' ? (
        <ResetLinkDialog person={chosen.person} onClose={close} />
      ) : (
        chosen !== null && <PersonActionDialog person={chosen.person} action={chosen.action} onClose={close} />
      )}
    </>
  )
}

function Name({ person }: { readonly person: ServerPerson }): ReactNode {
  const words = useWords('people')
  return (
    <div>
      <Group gap="xs">
        {person.name}
        {person.isOperator && <Badge variant="light">{words.operator}</Badge>}
        {person.isDisabled && <Badge color="gray.7">{words.disabled}</Badge>}
      </Group>
      <Text size="xs" c="dimmed" fw={400}>
        {person.email}
      </Text>
    </div>
  )
}

interface PersonMenuProps {
  readonly person: ServerPerson
  readonly onChoose: (action: Chosen['action']) => void
}

function PersonMenu({ person, onChoose }: PersonMenuProps): ReactNode {
  const words = useWords('people')
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words.actionsFor(person.name)}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!person.isDisabled && <Menu.Item onClick={() => onChoose('resetLink')}>{words.resetLink}</Menu.Item>}
        {ACTIONS.filter(({ isFor }) => isFor(person)).map(({ name, isDangerous }) => (
          <Menu.Item
            key={name}
            {...(isDangerous ? { c: 'var(--mantine-color-error)' } : {})}
            onClick={() => onChoose(name)}
          >
            {words[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
