import { Button, Group } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { ask, withQuery } from '../../api/client.ts'
import { Icon } from '../../parts/icon.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { Failure, LoadingLines } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { readServerPeople } from './answers.ts'
import { Invitations } from './invitations.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { ServerPeople } from './server-people.tsx'

const PATH = '/operator/people'
const PAGE_SIZE = 50

export const SERVER_PEOPLE_KEY = ['operator', 'people'] as const

/** Everybody who can sign in, for whoever runs the server. */
export default function OperatorPeoplePage(): ReactNode {
  const words = useWords('people')
  const [isInviting, setInviting] = useState(false)
  return (
    <>
      <PageHead
        title={words.operatorTitle}
        description={words.operatorText}
        actions={
          <Button leftSection={<Icon name="plus" />} onClick={() => setInviting(true)}>
            {words.inviteOperator}
          </Button>
        }
      />
      <Everybody />
      <InviteDialog
        isOpen={isInviting}
        title={words.inviteOperator}
        text={words.inviteOperatorText}
        path={PATH}
        hasRole={false}
        stale={SERVER_PEOPLE_KEY}
        onClose={() => setInviting(false)}
      />
    </>
  )
}

function Everybody(): ReactNode {
  const words = useWords('people')
  const query = useInfiniteQuery({
    queryKey: SERVER_PEOPLE_KEY,
    queryFn: ({ pageParam }) =>
      ask({ path: withQuery(PATH, { limit: PAGE_SIZE, after: pageParam }), read: readServerPeople }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  if (query.data === undefined) {
    return query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : <LoadingLines />
  }
  const { pages } = query.data
  return (
    <>
      <ServerPeople people={pages.flatMap(({ people }) => people)} />
      {query.hasNextPage && (
        <Group justify="center" mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {words.more}
          </Button>
        </Group>
      )}
      <Invitations invitations={pages[0]?.invitations ?? []} path="/operator/invitations" stale={SERVER_PEOPLE_KEY} />
    </>
  )
}
