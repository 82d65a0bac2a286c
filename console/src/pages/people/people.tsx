import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useParams } from 'react-router'
import { ask, path } from '../../api/client.ts'
import { Icon } from '../../parts/icon.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { useWords } from '../../words/words.ts'
import { readPeople } from './answers.ts'
import { Invitations } from './invitations.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { Members } from './members.tsx'

/** Who works in an account, and who is invited to. */
export default function PeoplePage(): ReactNode {
  const words = useWords('people')
  const { account = '' } = useParams()
  const [isInviting, setInviting] = useState(false)
  const below = path`/accounts/${account}/people`
  const stale = ['people', account]
  const query = useQuery({ queryKey: stale, queryFn: () => ask({ path: below, read: readPeople }) })
  return (
    <>
      <PageHead
        title={words.title}
        description={words.text}
        actions={
          <Button leftSection={<Icon name="plus" />} onClick={() => setInviting(true)}>
            {words.invite}
          </Button>
        }
      />
      <QueryView query={query}>
        {({ people, invitations }) => (
          <>
            <Members account={account} members={people} />
            <Invitations invitations={invitations} path={path`/accounts/${account}/invitations`} stale={stale} />
          </>
        )}
      </QueryView>
      <InviteDialog
        isOpen={isInviting}
        title={words.inviteTitle}
        text={words.inviteText}
        path={below}
        hasRole
        stale={stale}
        onClose={() => setInviting(false)}
      />
    </>
  )
}
